//! Putting the parts together: one house, built from the configuration.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use bot::console::ConsoleDirectory;
use domain::ids::PersonId;
use domain::person::{Identity, Person, Settings};
use domain::ports::bell::Bell;
use domain::ports::bus::Bus;
use domain::ports::clock::{Clock, Ids};
use domain::ports::people::People;
use domain::ports::state::State;
use domain::service::{Operators, Tasks};
use domain::zone::Zone;
use embedded::{EmbeddedBus, FileLeases, MemoryState, RandomIds, SystemClock};
use jiff::tz::TimeZone;
use store_sqlite::{Options, SqliteStore};

use crate::config::Config;

/// Every part that commands and roles are made of.
pub(crate) struct House {
    /// The database.
    pub store: Arc<SqliteStore>,
    /// The service.
    pub tasks: Tasks,
    /// The bus.
    pub bus: Arc<dyn Bus>,
    /// Small values that may be lost.
    pub state: Arc<dyn State>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random ids.
    pub ids: Arc<dyn Ids>,
    /// Who moderates.
    pub operators: Operators,
    /// The zone of console people.
    pub zone: Zone,
}

impl House {
    /// Opens the database and puts the service on top of it.
    ///
    /// # Errors
    /// When the database cannot be opened, or the configuration names no zone or person.
    pub(crate) async fn build(config: &Config) -> Result<Self> {
        let store = Arc::new(SqliteStore::open(&config.database_url, Options::default()).await?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let ids: Arc<dyn Ids> = Arc::new(RandomIds::new(clock.clone()));
        let bell = Bell::default();
        let tasks = Tasks {
            store: store.clone(),
            agenda: store.clone(),
            people: store.clone(),
            audit: store.clone(),
            directory: Arc::new(ConsoleDirectory::new(store.clone())),
            clock: clock.clone(),
            ids: ids.clone(),
            bell: bell.clone(),
        };
        Ok(Self {
            bus: Arc::new(EmbeddedBus::new(store.clone(), bell.clone(), Arc::new(FileLeases::beside(store.path())))),
            state: Arc::new(MemoryState::new(clock.clone())),
            store,
            tasks,
            clock,
            ids,
            operators: operators(config)?,
            zone: zone(&config.console.timezone)?,
        })
    }

    /// The person behind `--user`, made known if they are new.
    ///
    /// # Errors
    /// When the text names no identity, or the database fails.
    pub(crate) async fn person(&self, user: &str) -> Result<Person> {
        let identity: Identity = user.parse()?;
        let settings = Settings { zone: Some(self.zone.clone()), ..Settings::default() };
        let newcomer = Person { id: PersonId(self.ids.fresh()), name: identity.user.clone(), settings, version: 1 };
        Ok(self.store.introduce(&identity, newcomer).await?)
    }

    /// Writes what is queued and closes the database.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }
}

fn operators(config: &Config) -> Result<Operators> {
    let parse = |name: &String| name.parse::<Identity>().context("TASKBOT_OPERATORS");
    config.operators.iter().map(parse).collect::<Result<BTreeSet<_>>>()
}

/// The configured zone, or the machine's.
fn zone(name: &str) -> Result<Zone> {
    if name.is_empty() {
        return Ok(Zone::from(TimeZone::system()));
    }
    name.parse().context("TASKBOT_CONSOLE__TIMEZONE")
}
