//! The bus: events in order per task, again and again until they are acknowledged.

use async_trait::async_trait;

use super::error::PortError;
use crate::event::Topic;

/// One record off the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The topic.
    pub topic: Topic,
    /// Where it came from, for people and dead letters, e.g. `outbox@42` or `task-events/3@42`.
    pub origin: String,
    /// The task's id.
    pub key: String,
    /// The value: a CloudEvent in structured JSON.
    pub payload: Vec<u8>,
}

/// A source of records for named consumers.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Joins the consumer's group on the topics, and goes on after what was acknowledged last.
    ///
    /// # Errors
    /// When the bus cannot be reached.
    async fn subscribe(&self, consumer: &'static str, topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError>;
}

/// One consumer's place on the bus.
#[async_trait]
pub trait Subscription: Send {
    /// Waits for at least one record and gives up to `max`, in order per key. Without an acknowledgement the
    /// next subscription begins with the same ones.
    ///
    /// # Errors
    /// When the bus cannot be read.
    async fn next(&mut self, max: usize) -> Result<Vec<Record>, PortError>;

    /// Everything that `next` has given so far is dealt with.
    ///
    /// # Errors
    /// When the place cannot be saved; the records may come again.
    async fn acknowledge(&mut self) -> Result<(), PortError>;

    /// How many records wait behind the acknowledged place.
    ///
    /// # Errors
    /// When the bus cannot answer.
    async fn lag(&self) -> Result<u64, PortError>;
}

/// The outbox as a log that can be read: what the embedded bus and the relay stand on.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Up to `max` rows after a position, in commit order.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn read(&self, after: i64, topics: &[Topic], max: usize) -> Result<Vec<OutboxRow>, PortError>;

    /// The position of the newest row; 0 if there is none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn head(&self) -> Result<i64, PortError>;

    /// Where a consumer stands; 0 at first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn cursor(&self, consumer: &str) -> Result<i64, PortError>;

    /// Moves a consumer's cursor forward; it never goes back.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn save_cursor(&self, consumer: &str, position: i64) -> Result<(), PortError>;

    /// Deletes rows older than `before` that every consumer with a cursor has passed (none, while nobody has one),
    /// and forgets receipts of that age. Returns how many rows.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn prune(&self, before: jiff::Timestamp) -> Result<u64, PortError>;
}

/// One row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place in commit order.
    pub position: i64,
    /// The topic it goes to.
    pub topic: Topic,
    /// The task's id.
    pub key: String,
    /// The CloudEvent as JSON.
    pub payload: String,
}
