//! A lane: the connections of one role, who may use them, and what happens when the database is slow or away.

use std::sync::{self, Arc};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use futures::TryStreamExt;
use metrics::gauge;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Postgres};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use domain::ports::error::PortError;

use crate::ask::Ask;
use crate::breaker::Breaker;
use crate::error::{Failed, Kind, is_read_only};

/// How often, and after what pauses, a statement that may be repeated is.
fn again() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(3)
        .with_jitter()
}

/// A connection that was idle for this long is tried before it is used.
pub(crate) const STALE: Duration = Duration::from_secs(2);
/// How long a server may take to say that it is there.
const GLANCE: Duration = Duration::from_secs(1);

/// How many connections are opened at the same time. A crowd does not wait for one each, but for the first that is free:
/// opening one costs a busy machine more than many questions.
const OPENING: usize = 2;

/// Connections that are used at the moment, by pool.
const USED: &str = "taskbot_database_connections_used";
/// Those who wait for a connection, by pool.
const WAITING: &str = "taskbot_database_waiting";

/// Tells the recorder what the metrics mean.
pub(crate) fn describe() {
    metrics::describe_gauge!(USED, "Connections to PostgreSQL that are used, by pool");
    metrics::describe_gauge!(WAITING, "Commands and questions that wait for a connection, by pool");
}

/// The connections of one role.
#[derive(Debug)]
pub(crate) struct Lane {
    /// What its metrics are labelled with.
    name: &'static str,
    pool: PgPool,
    /// Connections that were used a moment ago, the last one on top. Giving one back to the pool costs a round trip.
    warm: Warm,
    /// One permit for each connection.
    turns: Semaphore,
    /// One permit for each connection that is being opened.
    opening: Semaphore,
    /// One permit for each who has a connection or waits for one.
    places: Semaphore,
    seats: usize,
    breaker: Breaker,
    /// Held by whoever finds out whether the server is there.
    glancing: Mutex<()>,
    /// What is being written beside all else, and waited for at the end.
    beside: sync::Mutex<JoinSet<()>>,
    /// How long an answer may take.
    patience: Duration,
}

impl Lane {
    /// A lane in which so many may wait for a connection.
    pub(crate) fn new(name: &'static str, pool: PgPool, waiting: usize, patience: Duration) -> Self {
        let size = pool.options().get_max_connections() as usize;
        Self {
            name,
            pool,
            warm: Warm::default(),
            turns: Semaphore::new(size),
            opening: Semaphore::new(OPENING),
            places: Semaphore::new(size + waiting),
            seats: size + waiting,
            breaker: Breaker::default(),
            glancing: Mutex::default(),
            beside: sync::Mutex::default(),
            patience,
        }
    }

    /// The rows that answer a question.
    pub(crate) async fn rows(&self, ask: Ask) -> Result<Vec<PgRow>, PortError> {
        #[cfg(test)]
        crate::plans::note(self, &ask).await;
        self.read(ask).await.map_err(Into::into)
    }

    /// The first row, if there is one.
    pub(crate) async fn row(&self, ask: Ask) -> Result<Option<PgRow>, PortError> {
        Ok(self.rows(ask).await?.into_iter().next())
    }

    /// Reads, again if the connection was lost: nothing is changed twice.
    pub(crate) async fn read(&self, ask: Ask) -> Result<Vec<PgRow>, Failed> {
        (|| self.once(ask.clone())).retry(again()).when(Failed::passes).await
    }

    /// Writes, in a transaction of its own; again only if it was certainly rolled back.
    pub(crate) async fn write(&self, ask: Ask) -> Result<Vec<PgRow>, Failed> {
        (|| self.once(ask.clone())).retry(again()).when(Failed::rolled_back).await
    }

    /// Writes what cannot be a conflict.
    pub(crate) async fn write_surely(&self, ask: Ask) -> Result<Vec<PgRow>, PortError> {
        self.write(ask).await.map_err(Into::into)
    }

    /// Writes beside all else, as well as that goes; before the connections end it is done.
    pub(crate) fn write_beside(self: &Arc<Self>, ask: Ask) {
        let Ok(runtime) = Handle::try_current() else { return };
        let lane = Arc::clone(self);
        let mut beside = self.beside();
        while beside.try_join_next().is_some() {}
        beside.spawn_on(async move { lane.write(ask).await.map_or((), drop) }, &runtime);
    }

    fn beside(&self) -> sync::MutexGuard<'_, JoinSet<()>> {
        self.beside.lock().unwrap_or_else(sync::PoisonError::into_inner)
    }

    async fn once(&self, ask: Ask) -> Result<Vec<PgRow>, Failed> {
        let _place = self.places.try_acquire().map_err(|_| Failed::Refused("too many are waiting for the database"))?;
        let Some(pass) = self.breaker.pass().await else {
            return Err(Failed::Refused("the database was away a moment ago"));
        };
        self.measure();
        let result = self.run(ask).await;
        self.measure();
        match &result {
            Ok(_) => pass.note(false),
            // Without a verdict nothing is noted.
            Err(failed) => self.is_away(failed).await.map_or((), |away| pass.note(away)),
        }
        result
    }

    /// Tells how many are at it.
    fn measure(&self) {
        let size = self.pool.options().get_max_connections() as usize;
        let used = size - self.turns.available_permits().min(size);
        let here = self.seats - self.places.available_permits().min(self.seats);
        gauge!(USED, "pool" => self.name).set(used as f64);
        gauge!(WAITING, "pool" => self.name).set(here.saturating_sub(used) as f64);
    }

    /// Whether a failure means that the database is away, and not just that everybody is at it; `None` while somebody
    /// else is finding out.
    async fn is_away(&self, failed: &Failed) -> Option<bool> {
        match failed {
            Failed::NoConnection(sqlx::Error::PoolTimedOut) => {
                if self.pool.size() >= self.pool.options().get_max_connections() {
                    return Some(false);
                }
                let _turn = self.glancing.try_lock().ok()?;
                Some(!self.is_there().await)
            }
            _ => Some(failed.kind() == Kind::Away),
        }
    }

    /// Whether the server answers at all, say that it has no connection left to give: the pool says only that it got
    /// none in time.
    async fn is_there(&self) -> bool {
        match timeout(GLANCE, self.pool.connect_options().connect()).await {
            Ok(Ok(_connection)) => true,
            Ok(Err(error)) => Kind::of(&error) != Kind::Away,
            Err(_elapsed) => false,
        }
    }

    async fn run(&self, ask: Ask) -> Result<Vec<PgRow>, Failed> {
        let wait = self.pool.options().get_acquire_timeout();
        let none = |_elapsed| Failed::NoConnection(sqlx::Error::PoolTimedOut);
        let _turn = timeout(wait, self.turns.acquire()).await.map_err(none)?;
        self.measure();
        let mut connection = timeout(wait, self.connection()).await.map_err(none)?.map_err(Failed::NoConnection)?;
        let query = sqlx::query_with(AssertSqlSafe(ask.sql.into_owned()), ask.args);
        let mut rows = Vec::new();
        let answer = async {
            let mut answer = query.fetch(&mut *connection);
            while let Some(row) = answer.try_next().await? {
                rows.push(row);
            }
            Ok(())
        };
        let answered = timeout(self.patience, answer).await;
        match answered {
            Ok(Ok(())) => {
                self.warm.put(connection, &self.pool);
                Ok(rows)
            }
            Ok(Err(error)) => {
                if Kind::of(&error) == Kind::Away || is_read_only(&error) {
                    hang_up(connection);
                }
                Err(Failed::Sql(error))
            }
            Err(_elapsed) => {
                hang_up(connection);
                Err(if rows.is_empty() { Failed::NoAnswer } else { Failed::HalfAnAnswer })
            }
        }
    }

    /// A connection that somebody gives back, or a new one: whichever is there first.
    async fn connection(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        loop {
            if let Some(connection) = self.warm.take() {
                return Ok(connection);
            }
            tokio::select! {
                () = self.warm.given_back.notified() => {}
                // Nobody closes it; if somebody did, everybody could open one.
                _permit = self.opening.acquire() => return self.pool.acquire().await,
            }
        }
    }

    /// Has a connection, so that the first who asks does not wait for one.
    pub(crate) async fn warm_up(&self) -> Result<(), sqlx::Error> {
        let connection = self.pool.acquire().await?;
        self.warm.put(connection, &self.pool);
        Ok(())
    }

    /// Ends every connection.
    pub(crate) async fn close(&self) {
        let mut beside = std::mem::take(&mut *self.beside());
        while beside.join_next().await.is_some() {}
        let closed = self.pool.close();
        self.warm.clear();
        closed.await;
    }
}

/// Connections that nobody uses at the moment.
#[derive(Debug, Default)]
struct Warm {
    kept: sync::Mutex<Vec<(Instant, PoolConnection<Postgres>)>>,
    given_back: Notify,
}

impl Warm {
    /// The one that was used last, unless that was long ago: the pool looks whether it still works.
    fn take(&self) -> Option<PoolConnection<Postgres>> {
        let (since, connection) = self.kept().pop()?;
        (since.elapsed() < STALE).then_some(connection)
    }

    /// Keeps one of the pool's, which waits for all of them once it is closed.
    fn put(&self, connection: PoolConnection<Postgres>, pool: &PgPool) {
        let mut kept = self.kept();
        if !pool.is_closed() {
            kept.push((Instant::now(), connection));
            self.given_back.notify_one();
        }
    }

    fn clear(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> sync::MutexGuard<'_, Vec<(Instant, PoolConnection<Postgres>)>> {
        self.kept.lock().unwrap_or_else(sync::PoisonError::into_inner)
    }
}

/// Drops a connection whose state is not known.
fn hang_up(connection: PoolConnection<Postgres>) {
    drop(connection.detach());
}
