//! The database that the configuration names, as the ports that it stands behind.

use std::sync::Arc;

use anyhow::Result;
use domain::ports::agenda::Agenda;
use domain::ports::audit::AuditLog;
use domain::ports::bell::Bell;
use domain::ports::bus::Outbox;
use domain::ports::clock::Clock;
use domain::ports::inbox::Inbox;
use domain::ports::installations::Installations;
use domain::ports::lease::Leases;
use domain::ports::people::People;
use domain::ports::seals::Seals;
use domain::ports::store::Store;
use embedded::{FileLeases, SystemClock};
use store_postgres::{Access, BellBridge, PostgresStore};
use store_sqlite::{Options, SqliteStore};

use crate::config::Config;

/// An open database.
pub(crate) struct Database {
    /// Commands.
    pub store: Arc<dyn Store>,
    /// What the clock has to see to.
    pub agenda: Arc<dyn Agenda>,
    /// People and tokens.
    pub people: Arc<dyn People>,
    /// Where apps of chat platforms are installed.
    pub installations: Arc<dyn Installations>,
    /// The audit log.
    pub audit: Arc<dyn AuditLog>,
    /// The seals over it.
    pub seals: Arc<dyn Seals>,
    /// Events on their way.
    pub outbox: Arc<dyn Outbox>,
    /// What consumers keep.
    pub inbox: Arc<dyn Inbox>,
    /// Who does what of the processes that share it.
    pub leases: Arc<dyn Leases>,
    /// The clock by which its reminders are due.
    pub clock: Arc<dyn Clock>,
    /// Where it is, for people.
    pub place: String,
    /// Whether opening it made it.
    pub is_new: bool,
    opened: Opened,
}

/// The database itself, to be closed in the end.
enum Opened {
    Sqlite(Arc<SqliteStore>),
    /// With what rings the bells of other processes.
    Postgres(Arc<PostgresStore>, BellBridge),
}

impl Database {
    /// Opens what `TASKBOT_DATABASE_URL` names, for this much of it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) async fn open(config: &Config, access: Access, bell: &Bell) -> Result<Self> {
        if config.database_url.starts_with("sqlite:") {
            Self::sqlite(config).await
        } else {
            Self::postgres(config, access, bell).await
        }
    }

    async fn postgres(config: &Config, access: Access, bell: &Bell) -> Result<Self> {
        let options = store_postgres::Options { access, ..config.postgres()? };
        let store = Arc::new(PostgresStore::open(&config.database_url, options).await?);
        let clock = Arc::new(store.clock().await?);
        let (place, bridge) = (store.place(), store.bell_bridge(bell.clone()));
        Ok(Self::of(store.clone(), store.clone(), clock, place, false, Opened::Postgres(store, bridge)))
    }

    async fn sqlite(config: &Config) -> Result<Self> {
        let store = Arc::new(SqliteStore::open(&config.database_url, Options::default()).await?);
        let place =
            store.path().map_or("in memory; it is gone when this ends".into(), |path| path.display().to_string());
        let (leases, clock) = (Arc::new(FileLeases::beside(store.path())), Arc::new(SystemClock::new()));
        let (is_new, opened) = (store.is_new(), Opened::Sqlite(store.clone()));
        Ok(Self::of(store, leases, clock, place, is_new, opened))
    }

    fn of<S>(
        store: Arc<S>,
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        place: String,
        is_new: bool,
        opened: Opened,
    ) -> Self
    where
        S: Store + Agenda + People + Installations + AuditLog + Seals + Outbox + Inbox + 'static,
    {
        Self {
            store: store.clone(),
            agenda: store.clone(),
            people: store.clone(),
            installations: store.clone(),
            audit: store.clone(),
            seals: store.clone(),
            outbox: store.clone(),
            inbox: store,
            leases,
            clock,
            place,
            is_new,
            opened,
        }
    }

    /// Writes what is queued and closes the database.
    pub(crate) async fn close(self) {
        match self.opened {
            Opened::Sqlite(store) => store.close().await,
            Opened::Postgres(store, bridge) => {
                drop(bridge);
                store.close().await;
            }
        }
    }
}
