//! A bell that is heard in every process: a commit here rings there. Nobody waits for it, nothing depends on it.
//! Whoever listens also hears that what is remembered of people has changed.
//!
//! Notifications are sent after the commit, on a connection of their own and many commits at once: inside the
//! command's transaction they would take a lock that lets commits through one by one.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::bell::Bell;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::debug;

use crate::PostgresStore;
use crate::known::Known;

/// The channel.
pub(crate) const CHANNEL: &str = "taskbot";
/// The channel of the triggers on people, identities, memberships and tokens.
const PEOPLE: &str = "taskbot_people";
/// How far apart two notifications are: what rings meanwhile is told of by one. After a quiet time it is told at once.
const APART: Duration = Duration::from_millis(5);
/// The pause after the connection was lost.
const AGAIN: Duration = Duration::from_secs(1);

/// Told of each commit; keeps one ring until somebody hears it.
#[derive(Debug, Default)]
pub(crate) struct Rung(Notify);

impl Rung {
    /// Something was committed.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Carries rings between this process and the others, until it is dropped.
#[derive(Debug)]
#[must_use = "dropping it ends it"]
pub struct BellBridge {
    sends: JoinHandle<()>,
    hears: JoinHandle<()>,
}

impl Drop for BellBridge {
    fn drop(&mut self) {
        self.sends.abort();
        self.hears.abort();
    }
}

impl PostgresStore {
    /// Rings `bell` when another process has committed events, and lets the others know of the commits of this store.
    /// While the connection is away nobody is rung: whoever listens has a timer of their own.
    pub fn bell_bridge(&self, bell: Bell) -> BellBridge {
        let sends = tokio::spawn(send(self.login.clone(), Arc::clone(&self.rung), self.holder.clone()));
        let ears = Ears { bell, known: Arc::clone(&self.known), own: self.holder.clone() };
        let hears = tokio::spawn(hear(self.login.clone(), ears));
        BellBridge { sends, hears }
    }
}

fn one_connection(login: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(1).acquire_timeout(AGAIN).connect_lazy_with(login)
}

async fn send(login: PgConnectOptions, rung: Arc<Rung>, own: String) {
    let pool = one_connection(login);
    loop {
        rung.0.notified().await;
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&own).execute(&pool).await;
        if let Err(error) = sent {
            debug!(%error, "nobody was notified");
            sleep(AGAIN).await;
        }
        sleep(APART).await;
    }
}

/// Who is told of what is heard.
struct Ears {
    bell: Bell,
    known: Arc<Known>,
    /// What this process itself says, to which it need not listen.
    own: String,
}

/// Notes that nobody listens any more, also when the task is called off.
struct Listening<'a>(&'a Known);

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.0.listens(false);
    }
}

async fn hear(login: PgConnectOptions, ears: Ears) {
    let pool = one_connection(login);
    loop {
        let Err(error) = listen(&pool, &ears).await;
        debug!(%error, "not listening");
        sleep(AGAIN).await;
    }
}

async fn listen(pool: &PgPool, ears: &Ears) -> Result<std::convert::Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([CHANNEL, PEOPLE]).await?;
    let _listening = Listening(&ears.known);
    ears.known.listens(true);
    // What was committed while nobody listened.
    ears.bell.ring();
    loop {
        match listener.try_recv().await? {
            Some(told) if told.channel() == PEOPLE => ears.known.forget(),
            Some(told) if told.payload() == ears.own => {}
            Some(_) => ears.bell.ring(),
            None => return Err(sqlx::Error::PoolClosed),
        }
    }
}
