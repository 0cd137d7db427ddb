//! A bell that is heard in every process: a commit here rings there. Nobody waits for it, nothing depends on it.
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

/// The channel.
pub(crate) const CHANNEL: &str = "taskbot";
/// So long the rings of other commits are waited for.
const GATHER: Duration = Duration::from_millis(5);
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
        let hears = tokio::spawn(hear(self.login.clone(), bell, self.holder.clone()));
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
        sleep(GATHER).await;
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&own).execute(&pool).await;
        if let Err(error) = sent {
            debug!(%error, "nobody was notified");
            sleep(AGAIN).await;
        }
    }
}

async fn hear(login: PgConnectOptions, bell: Bell, own: String) {
    let pool = one_connection(login);
    loop {
        let Err(error) = listen(&pool, &bell, &own).await;
        debug!(%error, "not listening");
        sleep(AGAIN).await;
    }
}

async fn listen(pool: &PgPool, bell: &Bell, own: &str) -> Result<std::convert::Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // What was committed while nobody listened.
    bell.ring();
    loop {
        match listener.try_recv().await? {
            Some(notification) if notification.payload() == own => {}
            Some(_) | None => bell.ring(),
        }
    }
}
