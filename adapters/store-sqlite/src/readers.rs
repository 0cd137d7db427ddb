//! Where reads run: a few connections beside the writer, or, in memory, the writer's connection between its groups.
//!
//! Most questions find a few rows by their key, which takes less time than handing them to another thread and back
//! would: they are answered where they are asked. SQLite counts its steps meanwhile, and a question that needs many
//! is broken off and asked again on a thread where it disturbs nobody.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ports::error::PortError;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::ask::{Ask, More};
use crate::error::{Kind, Trouble, failed};
use crate::open::plan_once;
use crate::rows::Row;
use crate::writer::Shared;

/// So many steps of SQLite's machine a question may take where it is asked: about half a millisecond.
const STEPS: i32 = 10_000;
/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 64;

/// The connections that read.
#[derive(Debug)]
pub(crate) enum Readers {
    /// Read-only connections to the file.
    Pool(Pool),
    /// The only connection there is.
    Single(Shared),
}

impl Readers {
    /// The rows that answer a question.
    pub(crate) async fn rows(&self, ask: Ask) -> Result<Vec<Row>, PortError> {
        self.rows_while(ask, |_| true).await
    }

    /// Rows up to and with the first one after which no more are wanted.
    pub(crate) async fn rows_while(
        &self,
        ask: Ask,
        more: impl FnMut(&Row) -> bool + Clone + Send + 'static,
    ) -> Result<Vec<Row>, PortError> {
        #[cfg(test)]
        crate::plans::note(self, &ask).await;
        self.fetch(ask, more).await
    }

    /// Runs a question.
    pub(crate) async fn fetch(
        &self,
        ask: Ask,
        mut more: impl FnMut(&Row) -> bool + Clone + Send + 'static,
    ) -> Result<Vec<Row>, PortError> {
        match self {
            Self::Pool(pool) => pool.fetch(ask, more).await,
            Self::Single(connection) => ask.run(&*connection.lock().await, &mut more).map_err(failed),
        }
    }

    /// The first row, if there is one.
    pub(crate) async fn row(&self, ask: Ask) -> Result<Option<Row>, PortError> {
        Ok(self.rows(ask).await?.into_iter().next())
    }

    /// Closes the pool; the single connection is the writer's to close.
    pub(crate) async fn close(&self) {
        if let Self::Pool(pool) = self {
            pool.close().await;
        }
    }
}

/// Connections to a file that only read, opened as they are needed.
#[derive(Debug)]
pub(crate) struct Pool {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    places: Arc<Semaphore>,
    size: u32,
    patience: Duration,
}

impl Pool {
    /// At most so many connections, each waiting so long for another process, as does whoever waits for a connection.
    pub(crate) fn new(path: PathBuf, size: u32, patience: Duration) -> Self {
        Self { path, idle: Arc::default(), places: Arc::new(Semaphore::new(size as usize)), size, patience }
    }

    async fn fetch(
        &self,
        ask: Ask,
        more: impl FnMut(&Row) -> bool + Clone + Send + 'static,
    ) -> Result<Vec<Row>, PortError> {
        let mut lent = self.lend().await?;
        match lent.glance(&ask, &mut more.clone()) {
            Err(error) if matches!(Kind::of_statement(&error), Kind::Interrupted | Kind::Busy) => {
                let patience = self.patience;
                let read = move || lent.read(&ask, &mut { more }, patience);
                let read = tokio::task::spawn_blocking(read).await;
                read.map_err(|error| Trouble::passing(format!("the reader stopped: {error}")))?
            }
            result => result,
        }
        .map_err(failed)
    }

    async fn lend(&self) -> Result<Lent, PortError> {
        let place = timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| Trouble::passing("all readers are busy"))?;
        let place = place.map_err(|_| Trouble::passing("the store is closed"))?;
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = waiting.map_or_else(|| self.connect().map_err(failed), Ok)?;
        Ok(Lent { connection: Some(connection), idle: Arc::clone(&self.idle), _place: place })
    }

    /// A new connection that only reads.
    pub(crate) fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = reading(&self.path)?;
        connection.busy_timeout(self.patience)?;
        Ok(connection)
    }

    async fn close(&self) {
        // Whoever reads has a place until they are done.
        let all = self.places.acquire_many(self.size).await;
        self.places.close();
        drop(all);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    plan_once(&connection)?;
    Ok(connection)
}

/// A connection that goes back when it is dropped.
#[derive(Debug)]
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    _place: OwnedSemaphorePermit,
}

impl Lent {
    /// The answer, unless it takes long or somebody has to be waited for.
    fn glance(&mut self, ask: &Ask, more: More<'_>) -> rusqlite::Result<Vec<Row>> {
        self.with(|connection| {
            connection.busy_timeout(Duration::ZERO)?;
            connection.progress_handler(STEPS, Some(|| true))?;
            ask.run(connection, more)
        })
    }

    /// The answer, however long it takes.
    fn read(&mut self, ask: &Ask, more: More<'_>, patience: Duration) -> rusqlite::Result<Vec<Row>> {
        self.with(|connection| {
            connection.busy_timeout(patience)?;
            connection.progress_handler(0, None::<fn() -> bool>)?;
            ask.run(connection, more)
        })
    }

    fn with<T>(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        // Taken only when it is dropped.
        self.connection.as_ref().map_or(Err(rusqlite::Error::InvalidQuery), work)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}
