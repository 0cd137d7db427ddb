//! `taskbot restore`: an empty database filled from a backup.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use domain::ports::archive::{FillError, Filling};

use super::{audit, copying, migrate, note, print};
use crate::backup_file;
use crate::config::Config;
use crate::wiring::{House, archive, reminders_of};

/// So many positions and rows are left out: more than a database gives out between a backup and its loss.
const GAP: i64 = 10_000_000;
/// So many short numbers are: few, because people type them.
const NUMBERS: i64 = 1_000;

/// What people must know after a restore.
const AFTERWARDS: &str = "\
Commands that were acknowledged after the backup are not in it. Kafka and checkpoints of the audit log may know of
them: `taskbot audit verify` then says that a checkpoint's seal is not there, and consumers elsewhere drop versions
that they have seen under the same numbers.";

/// Verifies the file, fills the database, and verifies that.
///
/// # Errors
/// When the file is not whole, or the database is not empty or fails: it is then as it was.
pub(crate) async fn run(config: &Config, file: &Path) -> Result<ExitCode> {
    let contents = backup_file::verify(file)?;
    note(&format!("{} is whole", file.display()))?;
    migrate::tables(config).await?;
    let house = House::build(config).await?;
    let target = archive(config)?;
    let filling = Filling { gap: GAP, numbers: NUMBERS, hold: Some(house.clock.now()), anew: true };
    let (to, from) = copying::way();
    let (read, written) = tokio::join!(backup_file::read(file, to), target.fill(from, filling));
    match (read, written) {
        (Ok(()), Ok(())) => {}
        (Err(error), Ok(()) | Err(FillError::BrokeOff)) => return Err(error),
        (_, Err(error)) => return Err(error.into()),
    }
    copying::compare(&contents, target.as_ref()).await?;
    let verified = audit::verified(&house, Vec::new()).await;
    house.close().await;
    note(AFTERWARDS)?;
    if let Some(line) = held(config).await? {
        print(&line)?;
    }
    verified
}

/// Lets the reminders go that a restore holds back.
///
/// # Errors
/// When the database fails.
pub(crate) async fn release(config: &Config) -> Result<ExitCode> {
    match reminders_of(config)?.release().await? {
        Some(held) => print(&format!("{} reminders and deliveries go out now", held.count))?,
        None => print("nothing was held back")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is held back, in words.
///
/// # Errors
/// When the database fails.
pub(super) async fn held(config: &Config) -> Result<Option<String>> {
    if config.database_url.contains(":memory:") {
        return Ok(None);
    }
    let held = reminders_of(config)?.held().await?;
    Ok(held.map(|held| {
        format!(
            "{} reminders and deliveries that were due by {:.0} are held back; to send them: taskbot restore --release",
            held.count, held.until
        )
    }))
}
