//! What a consumer could not take yet (parked) or not at all (dead letters), as rows that people can see.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::PortError;
use crate::event::Stream;
use crate::ids::PersonId;

/// A record that came too early for its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The consumer that parked it.
    pub consumer: String,
    /// The stream that is waiting.
    pub stream: Stream,
    /// The record's version.
    pub version: u64,
    /// Where it came from.
    pub origin: String,
    /// The payload.
    pub payload: String,
    /// Since when.
    pub at: Timestamp,
}

/// A record that a consumer gave up on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its row; 0 until stored.
    pub id: i64,
    /// The consumer that gave up.
    pub consumer: String,
    /// The topic it came on.
    pub topic: String,
    /// Where it came from.
    pub origin: String,
    /// Why, in words.
    pub reason: String,
    /// The payload, made printable if it was no text.
    pub payload: String,
    /// Since when.
    pub at: Timestamp,
    /// When it was replayed with success.
    pub replayed_at: Option<Timestamp>,
}

impl DeadLetter {
    /// Where it is said to come from if another record came from there before: the places of topics that are made again
    /// begin again. E.g. `task-events/3@42#9f86d081`.
    #[must_use]
    pub fn other_origin(&self) -> String {
        let digest = Sha256::digest(&self.payload);
        let short: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}#{short}", self.origin)
    }
}

/// Parking and dead letters of the consumers.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Parks a record; the same record twice is one row.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn park(&self, parked: &Parked) -> Result<(), PortError>;

    /// What is parked of these streams, each stream's in version order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn parked(&self, consumer: &str, streams: &[Stream]) -> Result<Vec<Parked>, PortError>;

    /// Streams of a consumer that have something parked since before `before`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn waiting(&self, consumer: &str, before: Timestamp) -> Result<Vec<Stream>, PortError>;

    /// Forgets a parked record, once it is dealt with.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn unpark(&self, consumer: &str, stream: Stream, version: u64) -> Result<(), PortError>;

    /// Stores a dead letter; the same origin for the same consumer is one row. One that was replayed, and came to
    /// nothing again, waits again with what is known of it now.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn bury(&self, letter: &DeadLetter) -> Result<(), PortError>;

    /// Dead letters after a row that were not replayed yet, oldest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn dead_letters(&self, consumer: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, PortError>;

    /// Marks a dead letter as replayed, and says who did it.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn replayed(&self, id: i64, by: PersonId, at: Timestamp) -> Result<(), PortError>;
}
