//! Where reads run: a small pool beside the writer, or, in memory, the writer's connection between its groups.

use domain::ports::error::PortError;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::ask::Ask;
use crate::error::failed;
use crate::writer::Shared;

/// The connections that read.
#[derive(Debug)]
pub(crate) enum Readers {
    /// Read-only connections to the file.
    Pool(SqlitePool),
    /// The only connection there is.
    Single(Shared),
}

impl Readers {
    /// The rows that answer a question.
    pub(crate) async fn rows(&self, ask: Ask) -> Result<Vec<SqliteRow>, PortError> {
        #[cfg(test)]
        crate::plans::note(self, &ask.sql).await;
        self.fetch(ask).await
    }

    /// Runs a question.
    pub(crate) async fn fetch(&self, ask: Ask) -> Result<Vec<SqliteRow>, PortError> {
        let query = sqlx::query_with(AssertSqlSafe(ask.sql), ask.args);
        match self {
            Self::Pool(pool) => query.fetch_all(pool).await,
            Self::Single(connection) => query.fetch_all(&mut *connection.lock().await).await,
        }
        .map_err(failed)
    }

    /// Rows up to and with the first one after which no more are wanted.
    pub(crate) async fn rows_while(
        &self,
        ask: Ask,
        mut more: impl FnMut(&SqliteRow) -> bool + Send,
    ) -> Result<Vec<SqliteRow>, PortError> {
        #[cfg(test)]
        crate::plans::note(self, &ask.sql).await;
        let query = sqlx::query_with(AssertSqlSafe(ask.sql), ask.args);
        match self {
            Self::Pool(pool) => taken(query.fetch(pool), &mut more).await,
            Self::Single(connection) => taken(query.fetch(&mut *connection.lock().await), &mut more).await,
        }
        .map_err(failed)
    }

    /// The first row, if there is one.
    pub(crate) async fn row(&self, ask: Ask) -> Result<Option<SqliteRow>, PortError> {
        Ok(self.rows(ask).await?.into_iter().next())
    }

    /// Closes the pool; the single connection is the writer's to close.
    pub(crate) async fn close(&self) {
        if let Self::Pool(pool) = self {
            pool.close().await;
        }
    }
}

async fn taken(
    mut rows: BoxStream<'_, Result<SqliteRow, sqlx::Error>>,
    more: &mut (impl FnMut(&SqliteRow) -> bool + Send),
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let mut taken = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let goes_on = more(&row);
        taken.push(row);
        if !goes_on {
            break;
        }
    }
    Ok(taken)
}
