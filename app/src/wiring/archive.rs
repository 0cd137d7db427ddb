//! The configured database as a whole, for backup and restore.

use anyhow::{Context, Result, bail};
use domain::ports::archive::Archive;
use store_postgres::PostgresArchive;
use store_sqlite::SqliteArchive;

use crate::config::{Config, Secret};

/// The configured database, PostgreSQL as its owner reaches it.
///
/// # Errors
/// When the owner's URL is missing, or a URL names no database.
pub(crate) fn archive(config: &Config) -> Result<Box<dyn Archive>> {
    if config.database_url.starts_with("sqlite:") {
        return Ok(Box::new(SqliteArchive::at(&config.database_url)?));
    }
    Ok(Box::new(PostgresArchive::at(owner(config)?)?))
}

/// The same with the service's own login, which is enough to see and release what is held back.
///
/// # Errors
/// When the URL names no database.
pub(crate) fn reminders_of(config: &Config) -> Result<Box<dyn Archive>> {
    if config.database_url.starts_with("sqlite:") {
        return Ok(Box::new(SqliteArchive::at(&config.database_url)?));
    }
    Ok(Box::new(PostgresArchive::at(&config.database_url)?))
}

/// The database that is brought over.
///
/// # Errors
/// When it is no file of SQLite's that is there.
pub(crate) fn source(url: &str) -> Result<Box<dyn Archive>> {
    if !url.starts_with("sqlite:") {
        bail!("--from takes sqlite://PATH; to copy a PostgreSQL, use `taskbot backup` and `taskbot restore`");
    }
    let source = SqliteArchive::alone(url)?;
    if !source.path().is_some_and(std::path::Path::exists) {
        bail!("there is no database at {url}");
    }
    Ok(Box::new(source))
}

/// The URL of the database's owner.
///
/// # Errors
/// When it is not configured.
pub(crate) fn owner(config: &Config) -> Result<&str> {
    config.migrate.database_url.as_ref().map(Secret::reveal).context(
        "set TASKBOT_MIGRATE__DATABASE_URL to the database as its owner reaches it: \
         postgres://owner:password@host/taskbot",
    )
}
