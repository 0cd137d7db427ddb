//! The store on PostgreSQL (15 or newer): tables under row-level security, a pool of connections per role, and one
//! round trip per command.
//!
//! A change is committed by one call of a function that is a transaction of its own (`migrations/postgres`); a
//! snapshot is loaded by another. What the caller may see stands in the call: its tenants are the first thing that
//! each function sets, and the policies test against that.

mod access;
mod agenda;
mod archive;
mod ask;
mod audit;
mod bell;
mod breaker;
mod clock;
mod commit;
mod error;
mod explain;
mod find;
mod group;
pub mod holes;
mod inbox;
mod installations;
mod known;
mod lane;
mod lease;
mod literal;
mod load;
mod migrate;
mod numbers;
mod open;
mod outbox;
mod people;
#[cfg(test)]
mod plans;
mod rows;
#[cfg(test)]
mod scratch;
mod sealed;
mod seals;
mod store;

use std::sync::Arc;

pub use access::Access;
pub use archive::PostgresArchive;
pub use bell::BellBridge;
pub use clock::PostgresClock;
pub use migrate::{MigrateError, migrate};
pub use open::{OpenError, Options, user};

use bell::Rung;
use group::Group;
use known::Known;
use lane::Lane;
use numbers::Numbers;
use sqlx::postgres::PgConnectOptions;

/// One PostgreSQL database, implementing every port that needs one. Any number of processes may open it.
#[derive(Debug)]
pub struct PostgresStore {
    /// Commands and questions, within the tenants that each names.
    app: Arc<Lane>,
    /// Commands that write, on the same connections.
    group: Arc<Group>,
    /// What has to be read across tenants.
    relay: Arc<Lane>,
    /// The audit log.
    audit: Arc<Lane>,
    /// Retention, which may take its time.
    upkeep: Arc<Lane>,
    numbers: Numbers,
    /// Told of each commit that brought events.
    rung: Arc<Rung>,
    /// What is remembered of people.
    known: Arc<Known>,
    /// This process, in leases and notifications.
    holder: String,
    /// For connections of their own.
    login: PgConnectOptions,
}

impl PostgresStore {
    /// Host, port and database, for people.
    #[must_use]
    pub fn place(&self) -> String {
        open::place(&self.login)
    }

    /// Closes every connection, once what is under way is done. Nothing is answered afterwards.
    pub async fn close(&self) {
        futures::join!(self.app.close(), self.relay.close(), self.audit.close(), self.upkeep.close());
    }
}
