//! `taskbot migrate`: SQLite's tables are brought up to date whenever the file is opened; this does only that.

use std::process::ExitCode;

use anyhow::Result;

use super::print;
use crate::config::Config;
use crate::wiring::House;

/// Opens the database, which brings its tables up to date.
///
/// # Errors
/// When the database cannot be opened or was written by a newer release.
pub(crate) async fn run(config: Config) -> Result<ExitCode> {
    let house = House::build(&config).await?;
    let place = house.database.place.clone();
    house.close().await;
    print(&format!("{place}: the tables are up to date"))?;
    Ok(ExitCode::SUCCESS)
}
