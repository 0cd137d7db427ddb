//! Reading a database file and leaving it as it is: what this release would change is changed in a copy.

use std::path::Path;

use domain::ports::error::PortError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::error::{Kind, Trouble, failed};
use crate::location::Location;
use crate::open::{connected, newest_schema, settings, upgraded};

/// A connection to what a file holds, in tables of this release; with it goes the copy, if there is one.
pub(crate) struct Source {
    pub(crate) connection: SqliteConnection,
    /// Keeps everybody else from the file.
    pub(crate) alone: Option<Connection>,
    pub(crate) copy: Option<TempDir>,
}

impl Source {
    /// Whoever is there already may go on, say a server whose file is backed up.
    pub(crate) async fn shared(location: &Location) -> Result<Self, PortError> {
        let Some(path) = location.path().filter(|_| !location.is_new()) else {
            return Ok(Self { connection: connected(location).await?, alone: None, copy: None });
        };
        if schema(path).is_ok_and(|schema| schema == newest_schema()) {
            let connection = settings(location).read_only(true).connect().await.map_err(failed)?;
            return Ok(Self { connection, alone: None, copy: None });
        }
        let file = path.to_owned();
        let opened = blocking(move || Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)).await?;
        let (_, source) = Self::copied(location, opened.map_err(failed)?).await?;
        Ok(source)
    }

    /// Nobody else may have the file open, from now on until this is dropped.
    pub(crate) async fn alone(location: &Location) -> Result<Self, PortError> {
        let path = location.path().map(Path::to_owned).unwrap_or_default();
        let opened = blocking(move || locked(&path)).await?.map_err(|error| in_use(location, error))?;
        let (alone, source) = Self::copied(location, opened).await?;
        Ok(Self { alone: Some(alone), ..source })
    }

    /// A copy in a folder of its own, brought up to date there.
    async fn copied(location: &Location, from: Connection) -> Result<(Connection, Self), PortError> {
        let no_room = |error: std::io::Error| Trouble::lasting(format!("no folder for a copy of {location}: {error}"));
        let folder = tempfile::Builder::new().prefix("taskbot-").tempdir().map_err(no_room)?;
        let file = folder.path().join("copy.db");
        let into = file.display().to_string();
        let from = blocking(move || from.execute("VACUUM INTO ?1", [into]).map(|_| from)).await?.map_err(failed)?;
        let connection = upgraded(&Location::File(file), location).await?;
        Ok((from, Self { connection, alone: None, copy: Some(folder) }))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PortError> {
    spawn_blocking(work).await.map_err(|error| Trouble::lasting(error.to_string()).into())
}

fn schema(path: &Path) -> rusqlite::Result<i64> {
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
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
