//! The audit log: append-only, complete, in order per stream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::PortError;
use crate::event::{Event, EventType, Stream};
use crate::ids::{EventId, PersonId, TaskId};
use crate::query::Page;
use crate::tenant::TenantId;

/// One event on its way into the log: the parsed form and the bytes as they arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The event.
    pub event: Arc<Event>,
    /// Its type as it came, which may be one that this release does not know.
    pub kind: String,
    /// The JSON exactly as it came off the bus.
    pub bytes: Arc<str>,
}

/// A question about the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditQuery {
    /// Events of these tenants; `None` means of all, for those who look after the log.
    pub tenants: Option<Vec<TenantId>>,
    /// Events that this person did or took part in.
    pub person: Option<PersonId>,
    /// Events of this task.
    pub task: Option<TaskId>,
    /// Any of these types; empty means all that are known.
    pub types: Vec<EventType>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Go on after this row, counting down (or up, with `oldest_first`).
    pub after: Option<i64>,
    /// Oldest first instead of newest first.
    pub oldest_first: bool,
    /// How many, 1 to 200.
    pub limit: u32,
}

/// The audit log of whatever database holds it.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// The last version of each stream that the log holds; absent streams have none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn last_versions(&self, streams: &[Stream]) -> Result<BTreeMap<Stream, u64>, PortError>;

    /// Appends all entries in one commit. An event that is there already (by id, or by stream and version) is
    /// left as it is. Returns whether all of them were new.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn append(&self, entries: &[AuditEntry]) -> Result<bool, PortError>;

    /// Those of these events that the log does not hold.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn missing(&self, events: &[EventId]) -> Result<BTreeSet<EventId>, PortError>;

    /// One page of events; content that was erased is left out, and so are events of a type that this release does
    /// not know: they are in the log, but cannot be shown. The key of a row is its place in the log.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn page(&self, query: &AuditQuery) -> Result<Page<(i64, Event), i64>, PortError>;
}
