//! Putting the parts together: one house, built from the configuration.

mod archive;
mod database;
mod events;
mod platforms;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use bot::console::ConsoleDirectory;
use domain::ids::PersonId;
use domain::person::{Identity, Person, Settings};
use domain::ports::bell::Bell;
use domain::ports::chat::Directory;
use domain::ports::clock::{Clock, Ids};
use domain::ports::state::State;
use domain::service::{Operators, Tasks};
use domain::zone::Zone;
use embedded::{MemoryState, RandomIds};
use jiff::tz::TimeZone;
use slack::{Ground, Slack};
use store_postgres::Access;

use crate::config::Config;
pub(crate) use archive::{archive, owner, reminders_of, source};
pub(crate) use database::Database;
pub(crate) use events::Events;
use platforms::Directories;
pub(crate) use platforms::{Standing, slack_standing};

/// Every part that commands and roles are made of.
pub(crate) struct House {
    /// The database.
    pub database: Database,
    /// The service.
    pub tasks: Tasks,
    /// The bus.
    pub events: Events,
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
    /// Slack, if it is configured.
    pub slack: Option<Slack>,
}

impl House {
    /// Opens the database and puts the service on top of it.
    ///
    /// # Errors
    /// When the database cannot be opened, or the configuration names no zone or person.
    pub(crate) async fn build(config: &Config) -> Result<Self> {
        Self::build_for(config, Access::Everything).await
    }

    /// The same with a login that may do no more than this with PostgreSQL.
    ///
    /// # Errors
    /// As [`House::build`].
    pub(crate) async fn build_for(config: &Config, access: Access) -> Result<Self> {
        let bell = Bell::default();
        let database = Database::open(config, access, &bell).await?;
        let clock = database.clock.clone();
        let ids: Arc<dyn Ids> = Arc::new(RandomIds::new(clock.clone()));
        let slack = platforms::slack(&config.slack, ground(&database, &bell), database.leases.clone())?;
        let tasks = service(&database, &ids, bell, slack.as_ref());
        Ok(Self {
            events: Events::of(config, &database, &tasks.bell)?,
            state: Arc::new(MemoryState::new(clock.clone())),
            database,
            tasks,
            clock,
            ids,
            operators: operators(config)?,
            zone: zone(&config.console.timezone)?,
            slack,
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
        Ok(self.database.people.introduce(&identity, newcomer).await?)
    }

    /// Leaves its places on the bus to others, writes what is queued and closes the database.
    pub(crate) async fn close(self) {
        self.events.bus.left().await;
        self.database.close().await;
    }
}

fn ground(database: &Database, bell: &Bell) -> Ground {
    Ground { installations: database.installations.clone(), clock: database.clock.clone(), bell: bell.clone() }
}

fn service(database: &Database, ids: &Arc<dyn Ids>, bell: Bell, slack: Option<&Slack>) -> Tasks {
    let console: Arc<dyn Directory> = Arc::new(ConsoleDirectory::new(database.people.clone()));
    let slack = slack.map(|slack| Arc::new(slack.directory(database.people.clone())) as Arc<dyn Directory>);
    Tasks {
        store: database.store.clone(),
        agenda: database.agenda.clone(),
        people: database.people.clone(),
        audit: database.audit.clone(),
        directory: Arc::new(Directories(std::iter::once(console).chain(slack).collect())),
        clock: database.clock.clone(),
        ids: ids.clone(),
        bell,
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
