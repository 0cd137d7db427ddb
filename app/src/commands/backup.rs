//! `taskbot backup`: everything in one file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::{copying, print};
use crate::backup_file;
use crate::config::Config;
use crate::wiring::archive;

/// Writes the file, under another name until it is whole.
///
/// # Errors
/// When the file is there already or cannot be written, or the database cannot be read.
pub(crate) async fn run(config: &Config, file: &Path) -> Result<ExitCode> {
    let archive = archive(config)?;
    let (to, from) = copying::way();
    let (read, written) = tokio::join!(archive.dump(to), backup_file::write(file, from));
    let contents = match (read, written) {
        (Ok(()), Ok(contents)) => contents,
        // A file that cannot be written is why nobody takes the rows.
        (_, Err(error)) => return Err(error),
        (Err(error), Ok(_)) => return Err(error.into()),
    };
    for (name, table) in &contents.0 {
        print(&format!("{name}: {} rows, {}", table.rows, &table.digest[..16]))?;
    }
    print(&format!("{}: written and synced", file.display()))?;
    Ok(ExitCode::SUCCESS)
}
