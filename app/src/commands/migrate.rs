//! `taskbot migrate`: brings the tables up to date.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{note, print};
use crate::config::{Config, Secret};
use crate::wiring::House;

/// Brings the tables up to date: SQLite's by opening the file, PostgreSQL's as the owner of the database.
///
/// # Errors
/// When the database cannot be opened, was written by a newer release, or the owner's URL is missing.
pub(crate) async fn run(config: Config) -> Result<ExitCode> {
    if !config.database_url.starts_with("sqlite:") {
        let owner = config.migrate.database_url.as_ref().map(Secret::reveal).context(
            "set TASKBOT_MIGRATE__DATABASE_URL to the database as its owner reaches it: \
             postgres://owner:password@host/taskbot",
        )?;
        // The steps are news for people; whether somebody reads them or not, they are taken.
        let progress = |step: &str| drop(note(step));
        store_postgres::migrate(owner, store_postgres::user(&config.database_url).as_deref(), progress).await?;
    }
    let house = House::build(&config).await?;
    let place = house.database.place.clone();
    house.close().await;
    print(&format!("{place}: the tables are up to date"))?;
    Ok(ExitCode::SUCCESS)
}
