//! Opening: connections with the right settings, a schema that is up to date, and errors that say what to do.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::error::PortError;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::SqliteStore;
use crate::error::{Kind, Trouble};
use crate::location::Location;
use crate::numbers::Numbers;
use crate::readers::{Pool, Readers};
use crate::writer::{Pace, Writer};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// `PRAGMA application_id` of every Taskbot database (`task` in ASCII), set by the first migration.
const APPLICATION_ID: i64 = 0x7461_736b;
/// The pause before a database that another process is just creating is tried again.
const PAUSE: Duration = Duration::from_millis(20);
/// How many statements the writer keeps prepared: all that there are.
const STATEMENTS: usize = 64;
/// How long SQLite itself waits for the write lock. It looks ever more rarely, and a neighbour who writes all the
/// time would starve this process, so the writer asks again by itself until the busy timeout.
const TURN: Duration = Duration::from_millis(10);

/// How a store works; the default suits a laptop and a small server.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long another process may hold the write lock before a change is refused.
    pub busy_timeout: Duration,
    /// How many connections read.
    pub readers: u32,
    /// How many changes may wait for the writer; more are refused.
    pub queue: usize,
    /// How many changes share one COMMIT at most.
    pub group: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), readers: 4, queue: 1_024, group: 64 }
    }
}

impl SqliteStore {
    /// Opens a database, creating it or bringing its schema up to date first. Several processes may do so at once.
    ///
    /// `url` is `sqlite://<path>`, a plain path, or `sqlite::memory:` (also `sqlite://:memory:`).
    ///
    /// # Errors
    /// [`PortError::Broken`] when the file cannot be opened or written, is no database of Taskbot, or was written
    /// by a newer release; [`PortError::Unavailable`] when another process holds it for too long.
    pub async fn open(url: &str, options: Options) -> Result<Self, PortError> {
        let location = Location::parse(url)?;
        let new = location.is_new();
        let prepared = prepared(&location, options.busy_timeout).await.map_err(|error| error.told(&location))?;
        let writing = writing(&location).map_err(Trouble::from)?;
        let (readers, reading) = match &location {
            Location::Memory(_) => {
                let shared = Arc::new(Mutex::new(opened(&location).map_err(Trouble::from)?));
                (Readers::Single(Arc::clone(&shared)), Some(shared))
            }
            Location::File(path) => {
                (Readers::Pool(Pool::new(path.clone(), options.readers, options.busy_timeout)), None)
            }
        };
        prepared.close().await.map_err(Trouble::from)?;
        let pace = Pace { queue: options.queue, group: options.group, patience: options.busy_timeout };
        let writer = Writer::start(writing, reading, pace)
            .map_err(|error| Trouble::passing(format!("no thread for the writer: {error}")))?;
        let path = location.path().map(ToOwned::to_owned);
        Ok(Self { readers, writer, numbers: Numbers::default(), path, new })
    }
}

/// A connection of its own, with the schema in place.
pub(crate) async fn connected(location: &Location) -> Result<SqliteConnection, PortError> {
    upgraded(location, location).await
}

/// The same of a copy; what is wrong is told of what it is a copy of.
pub(crate) async fn upgraded(copy: &Location, of: &Location) -> Result<SqliteConnection, PortError> {
    let patience = Options::default().busy_timeout;
    prepared(copy, patience).await.map_err(|error| error.told(of))
}

/// The schema of this release.
pub(crate) fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Why a database could not be opened.
enum OpenError {
    Sql(sqlx::Error),
    Migration(MigrateError),
    Foreign,
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl OpenError {
    fn is_busy(&self) -> bool {
        let error = match self {
            Self::Sql(error) => error,
            Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => error,
            Self::Migration(_) | Self::Foreign => return false,
        };
        Kind::of(error) == Kind::Busy
    }

    /// In words, for whoever starts the program.
    fn told(self, location: &Location) -> PortError {
        let reason = match self {
            Self::Migration(MigrateError::VersionMissing(version)) => {
                format!("{location} was written by a newer Taskbot (schema {version}); use that release or a backup")
            }
            Self::Migration(MigrateError::Execute(error)) => return Self::Sql(error).told(location),
            Self::Migration(error) => format!("the schema of {location} cannot be brought up to date: {error}"),
            Self::Foreign => format!("{location} is a database of another program"),
            Self::Sql(error) => match Kind::of(&error) {
                Kind::CantOpen => format!("{location} cannot be opened: does its folder exist, and may it be written?"),
                Kind::ReadOnly => format!("{location} cannot be written"),
                Kind::NotADatabase => format!("{location} is no SQLite database"),
                Kind::Busy => return Trouble::passing(format!("another process holds {location}")).into(),
                _ => return Trouble::from(error).into(),
            },
        };
        Trouble::lasting(reason).into()
    }
}

fn opened(location: &Location) -> rusqlite::Result<rusqlite::Connection> {
    let connection = match location {
        Location::Memory(name) => {
            let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_MEMORY | OpenFlags::SQLITE_OPEN_SHARED_CACHE;
            rusqlite::Connection::open_with_flags(name, flags)?
        }
        Location::File(path) => rusqlite::Connection::open(path)?,
    };
    connection.busy_timeout(TURN)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    plan_once(&connection)?;
    Ok(connection)
}

/// Lets SQLite keep the plan of a statement when other values are bound to it. By itself it would parse and plan many a
/// statement anew for each use, because a value might suit another index better.
pub(crate) fn plan_once(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// The writer's connection.
fn writing(location: &Location) -> rusqlite::Result<rusqlite::Connection> {
    let connection = opened(location)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000;
         PRAGMA recursive_triggers = ON; -- so that INSERT OR REPLACE cannot pass by the triggers against DELETE
         PRAGMA temp_store = MEMORY; -- so that savepoints need no temporary file
         PRAGMA journal_size_limit = 67108864",
    )?;
    Ok(connection)
}

/// A connection that has put the schema in place. Switching a new file to WAL does not wait for other
/// processes by itself, hence the loop.
async fn prepared(location: &Location, patience: Duration) -> Result<SqliteConnection, OpenError> {
    let deadline = Instant::now() + patience;
    loop {
        match prepare(location).await {
            Err(error) if error.is_busy() && Instant::now() < deadline => sleep(PAUSE).await,
            result => return result,
        }
    }
}

async fn prepare(location: &Location) -> Result<SqliteConnection, OpenError> {
    let mut connection = settings(location)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .create_if_missing(true)
        .pragma("recursive_triggers", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-8000")
        .connect()
        .await?;
    migrate(&mut connection).await?;
    Ok(connection)
}

/// Applies what is missing, all of it in one transaction that holds the write lock: whoever comes second finds
/// nothing left to do.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *transaction).await?;
    let owner: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *transaction).await?;
    if tables > 0 && owner != APPLICATION_ID {
        return Err(OpenError::Foreign);
    }
    // `run` asks for `Acquire`, whose lifetimes keep the future from being `Send`.
    MIGRATIONS.run_direct(None, &mut *transaction, false).await.map_err(OpenError::Migration)?;
    transaction.commit().await?;
    Ok(())
}

fn settings(location: &Location) -> SqliteConnectOptions {
    let settings = match location {
        Location::Memory(name) => SqliteConnectOptions::new().filename(name).in_memory(true).shared_cache(true),
        Location::File(path) => SqliteConnectOptions::new().filename(path),
    };
    settings.busy_timeout(TURN).disable_statement_logging()
}
