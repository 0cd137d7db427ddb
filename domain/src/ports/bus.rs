//! The bus: events in order per task, again and again until they are acknowledged.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::PortError;
use crate::event::{Stream, Topic};

/// The name of whoever publishes the outbox to a broker: its lease, its cursor, and its dead letters.
pub const RELAY: &str = "relay";

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

    /// Whether all records come in one order, and not only those of one key; then they are to stay in it.
    fn has_one_order(&self) -> bool {
        false
    }

    /// Waits until the places that were given up are free for other processes, or for a while: to be called before this one
    /// ends, so that they need not wait until it is missed.
    async fn left(&self) {}
}

/// One consumer's place on the bus.
#[async_trait]
pub trait Subscription: Send {
    /// Waits for at least one record and gives up to `max`, in order per key. Without an acknowledgement the
    /// next subscription begins with the same ones. Dropping the wait loses nothing.
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
    /// Up to `max` committed rows after a position, in position order. Where writers commit side by side, a row may
    /// still appear at a lower position later: whoever must miss nothing uses [`Outbox::follow`].
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn read(&self, after: i64, topics: &[Topic], max: usize) -> Result<Vec<OutboxRow>, PortError>;

    /// The rows of a stream, oldest first; rows of the same task's other streams may be among them. `key` is the task's id.
    /// It may take long.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn history(&self, stream: Stream, key: &str) -> Result<Vec<OutboxRow>, PortError>;

    /// Rows that a reader at `cursor` has not seen yet, `most` of them, in position order, and its cursor once it has
    /// dealt with them. Following from cursor to cursor gives each row once and the rows of each key in version
    /// order. Without rows the cursor may move nevertheless.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn follow(&self, cursor: &Cursor, topics: &[Topic], most: Most) -> Result<Followed, PortError>;

    /// The position of the newest row; 0 if there is none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn head(&self) -> Result<i64, PortError>;

    /// Where a consumer stands; at the beginning at first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn cursor(&self, consumer: &str) -> Result<Cursor, PortError>;

    /// Moves a consumer's cursor; its position never goes back. `epoch` is that of the lease under which the
    /// consumer reads.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] when a later epoch has begun, and when the database cannot write.
    async fn save_cursor(&self, consumer: &str, cursor: &Cursor, epoch: u64) -> Result<(), PortError>;

    /// Sets a consumer's cursor back to the beginning of the outbox, so that it reads all of it again. Whoever saves it
    /// meanwhile would undo that: the consumer's lease must be held, and statements begun before that must have ended.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn rewind(&self, consumer: &str) -> Result<(), PortError>;

    /// Deletes rows older than `before` that all of `readers` have passed (none, while one of them has no cursor), and
    /// forgets receipts of that age. Returns how many rows.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn prune(&self, before: Timestamp, readers: &[&str]) -> Result<u64, PortError>;

    /// Notes since when each of these tasks is deleted as far as a broker knows; `None`: it is not any more, or the
    /// broker has forgotten it.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn note_deleted(&self, tasks: &BTreeMap<String, Option<Timestamp>>) -> Result<(), PortError>;

    /// Up to `max` tasks that were noted as deleted since before then, the longest deleted first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn deleted(&self, before: Timestamp, max: usize) -> Result<Vec<String>, PortError>;
}

/// A reader's place in the outbox: every row up to `position` was seen, but for the holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The highest position that was seen.
    pub position: i64,
    /// Positions below it at which nothing was found and something may still be committed, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Hole>,
}

impl Cursor {
    /// A place without holes.
    #[must_use]
    pub const fn at(position: i64) -> Self {
        Self { position, holes: Vec::new() }
    }

    /// The position up to which every row was seen and nothing can come any more.
    #[must_use]
    pub fn settled(&self) -> i64 {
        self.holes.first().map_or(self.position, |hole| hole.position - 1)
    }
}

/// A position at which nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hole {
    /// The position.
    pub position: i64,
    /// A transaction of the reader's own that began after the position was given out: once no transaction up to
    /// this one is running, whatever was to be committed there is there.
    pub marker: u64,
}

/// How much is read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// So many rows at most.
    pub rows: usize,
    /// After the row that reaches so many bytes of payload there is no other, but for those in the cursor's holes.
    pub bytes: usize,
}

impl From<usize> for Most {
    /// So many rows, however long they are.
    fn from(rows: usize) -> Self {
        Self { rows, bytes: usize::MAX }
    }
}

/// What following the outbox gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The rows, in position order.
    pub rows: Vec<OutboxRow>,
    /// The cursor after them.
    pub cursor: Cursor,
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

/// Where the relay sends what the outbox holds.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Sends the messages, those of one key in their order, and returns when all of them are acknowledged durably
    /// or rejected for good.
    ///
    /// # Errors
    /// When the broker does not take them now: any part of them may have been taken, and all are to be sent again.
    async fn publish(&self, messages: &[Message<'_>]) -> Result<Vec<Rejected>, PortError>;
}

/// A message on its way to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The topic.
    pub topic: Topic,
    /// Whether it goes to the topic's dead letters instead: `<topic>.dlq`.
    pub dead: bool,
    /// The task's id.
    pub key: &'a str,
    /// The value; `None` is a tombstone, which a compacted topic forgets the key by.
    pub payload: Option<&'a str>,
    /// What stands beside the value, name and text.
    pub headers: &'a [(&'static str, &'a str)],
}

impl<'a> Message<'a> {
    /// A value for a topic, with nothing beside it.
    #[must_use]
    pub const fn new(topic: Topic, key: &'a str, payload: &'a str) -> Self {
        Self { topic, dead: false, key, payload: Some(payload), headers: &[] }
    }
}

/// A message that a broker will never take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Which of the messages that were sent together.
    pub index: usize,
    /// Why.
    pub reason: String,
}
