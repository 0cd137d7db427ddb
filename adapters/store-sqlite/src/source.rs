//! Reading a database file and leaving it as it is: what this release would change is changed in a copy.

use std::path::Path;

use domain::ports::error::PortError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::error::{Kind, Trouble, failed};
use crate::location::Location;
use crate::open::{connected, newest_schema, upgraded};

/// A connection to what a file holds, in tables of this release.
pub(crate) struct Source {
    pub(crate) connection: Connection,
    /// The file itself and the folder of its copy, if the connection is to a copy.
    _copied: Option<(Connection, TempDir)>,
}

impl Source {
    /// Whoever is there already may go on, say a server whose file is backed up. A file that is not there is made.
    pub(crate) async fn shared(location: &Location) -> Result<Self, PortError> {
        if location.is_new() {
            connected(location).await?.close().await.map_err(failed)?;
        }
        let path = location.path().map(Path::to_owned).unwrap_or_default();
        let opened = blocking(move || Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)).await?;
        Self::over(location, opened.map_err(failed)?).await
    }

    /// Nobody else may have the file open, from now on until this is dropped.
    pub(crate) async fn alone(location: &Location) -> Result<Self, PortError> {
        let path = location.path().map(Path::to_owned).unwrap_or_default();
        let opened = blocking(move || locked(&path)).await?.map_err(|error| in_use(location, error))?;
        Self::over(location, opened).await
    }

    /// The file itself, or else a copy in a folder of its own, brought up to date there.
    async fn over(location: &Location, file: Connection) -> Result<Self, PortError> {
        let (schema, file) = blocking(move || (schema(&file), file)).await?;
        if schema.is_ok_and(|schema| schema == newest_schema()) {
            return Ok(Self { connection: file, _copied: None });
        }
        let no_room = |error: std::io::Error| Trouble::lasting(format!("no folder for a copy of {location}: {error}"));
        let folder = tempfile::Builder::new().prefix("taskbot-").tempdir().map_err(no_room)?;
        let copy = folder.path().join("copy.db");
        let into = copy.display().to_string();
        let file = blocking(move || file.execute("VACUUM INTO ?1", [into]).map(|_| file)).await?.map_err(failed)?;
        upgraded(&Location::File(copy.clone()), location).await?.close().await.map_err(failed)?;
        let opened = blocking(move || Connection::open(copy)).await?;
        Ok(Self { connection: opened.map_err(failed)?, _copied: Some((file, folder)) })
    }
}

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PortError> {
    spawn_blocking(work).await.map_err(|error| Trouble::lasting(error.to_string()).into())
}

fn schema(file: &Connection) -> rusqlite::Result<i64> {
    file.query_row("SELECT max(version) FROM _sqlx_migrations WHERE success", [], |row| row.get(0))
}

/// A connection beside which there is no other. What a process that died has left in the WAL stays there.
fn locked(path: &Path) -> rusqlite::Result<Connection> {
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    file.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")?;
    Ok(file)
}

fn in_use(location: &Location, error: rusqlite::Error) -> PortError {
    match Kind::of_statement(&error) {
        Kind::Busy => Trouble::lasting(format!(
            "another process has {location} open: stop every Taskbot that uses it, and run this again; what it writes \
             from now on would not come over"
        ))
        .into(),
        _ => failed(error),
    }
}
