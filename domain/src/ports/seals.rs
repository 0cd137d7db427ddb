//! The seals over the audit log: closing what has gathered, and reading all of it to verify it.

use std::collections::{BTreeSet, HashSet};

use async_trait::async_trait;
use jiff::SignedDuration;

use super::bus::OutboxRow;
use super::error::PortError;
use crate::change::Act;
use crate::ids::{EventId, PersonId};
use crate::seal::{LogRow, ScannedRow, Seal, StoredRow};

/// The audit log as its sealer sees it.
#[async_trait]
pub trait Seals: Send + Sync {
    /// Rows that no seal covers yet, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unsealed(&self, limit: u32) -> Result<Vec<LogRow>, PortError>;

    /// For how long the first of the rows that wait for their seal has been waiting, by the database's clock; `None` if
    /// none waits.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn waits(&self) -> Result<Option<SignedDuration>, PortError>;

    /// The last seal of each of these tenants, or of all.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn last_seals(&self, tenants: Option<&[String]>) -> Result<Vec<Seal>, PortError>;

    /// Appends seals in one commit.
    ///
    /// # Errors
    /// When the database cannot write, or somebody else has sealed meanwhile: nothing is written then.
    async fn seal(&self, seals: &[Seal]) -> Result<(), PortError>;

    /// The log as it is at this moment, whatever is appended and sealed while it is read.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn at_once(&self) -> Result<Box<dyn SealedLog>, PortError>;
}

/// The audit log as its verifier sees it: all of it at one moment.
#[async_trait]
pub trait SealedLog: Send {
    /// Seals in the order of tenant and number.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn seals(&mut self, after: Option<(&str, u64)>, limit: u32) -> Result<Vec<Seal>, PortError>;

    /// These rows with their contents; what is not there is left out.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn stored(&mut self, rows: &[i64]) -> Result<Vec<StoredRow>, PortError>;

    /// Every row in order, `limit` of them after a place.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn scan(&mut self, after: i64, limit: u32) -> Result<Vec<ScannedRow>, PortError>;

    /// Rows of whose event the outbox knows nothing, with their tenants, although it holds everything from that time on;
    /// at most so many.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unheard_of(&mut self, limit: u32) -> Result<Vec<(i64, String)>, PortError>;

    /// Events of the outbox that have no row in the log, `limit` of them after a position, in position order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unlogged(&mut self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, PortError>;

    /// The events that these consumers have parked, or made dead letters of.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn set_aside(&mut self, consumers: &[&str]) -> Result<HashSet<EventId>, PortError>;

    /// Of these rows, those whose events the outbox still holds.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn told(&mut self, rows: &[i64]) -> Result<Vec<i64>, PortError>;

    /// Of these people, each with a row, those that the log names as concerned by it.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn named(&mut self, concerned: &[(PersonId, i64)]) -> Result<BTreeSet<(PersonId, i64)>, PortError>;

    /// The acts by which content was erased.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn erasures(&mut self) -> Result<Vec<Act>, PortError>;
}
