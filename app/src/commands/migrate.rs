//! `taskbot migrate`: brings the tables up to date, and everything over from SQLite.

use std::process::ExitCode;

use anyhow::{Result, bail};
use domain::ports::archive::Filling;

use super::{audit, copying, note, print, restore};
use crate::config::Config;
use crate::wiring::{House, archive, owner, source};

/// Brings the tables up to date: SQLite's by opening the file, PostgreSQL's as the owner of the database. Then, if
/// asked to, brings everything over from another database and verifies both ends.
///
/// # Errors
/// When the database cannot be opened, was written by a newer release, is not empty, or the owner's URL is missing.
pub(crate) async fn run(config: Config, from: Option<&str>) -> Result<ExitCode> {
    let from = from.map(source).transpose()?;
    if from.is_some() && config.database_url.starts_with("sqlite:") {
        bail!("--from goes into PostgreSQL: set TASKBOT_DATABASE_URL to postgres://user:password@host/taskbot");
    }
    if config.database_url.starts_with("sqlite:") && config.migrate.database_url.is_some() {
        return tables_alone(&config).await;
    }
    tables(&config).await?;
    let house = House::build(&config).await?;
    print(&format!("{}: the tables are up to date", house.database.place))?;
    let Some(from) = from else {
        house.close().await;
        return Ok(ExitCode::SUCCESS);
    };
    let target = archive(&config)?;
    // What a restore holds back there is not for this move to send.
    let hold = from.held().await?.map(|held| held.until);
    let contents = copying::copy(from.as_ref(), target.as_ref(), Filling { hold, ..Filling::default() }).await?;
    copying::compare(&contents, target.as_ref()).await?;
    let verified = audit::verified(&house, Vec::new()).await;
    house.close().await;
    if let Some(line) = restore::held(&config).await? {
        print(&line)?;
    }
    verified
}

/// Brings PostgreSQL's tables up to date where no login of the service is named: each process has one of its own.
async fn tables_alone(config: &Config) -> Result<ExitCode> {
    store_postgres::migrate(owner(config)?, None, |step| drop(note(step))).await?;
    print("the tables of PostgreSQL are up to date")?;
    Ok(ExitCode::SUCCESS)
}

/// Brings PostgreSQL's tables up to date; SQLite's are whenever it is opened.
///
/// # Errors
/// When the owner's URL is missing, or the database refuses.
pub(super) async fn tables(config: &Config) -> Result<()> {
    if config.database_url.starts_with("sqlite:") {
        return Ok(());
    }
    // The steps are news for people; whether somebody reads them or not, they are taken.
    let progress = |step: &str| drop(note(step));
    let service = store_postgres::user(&config.database_url);
    Ok(store_postgres::migrate(owner(config)?, service.as_deref(), progress).await?)
}
