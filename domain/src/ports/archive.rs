//! A database as one stream of rows: what a backup is written from, and a database filled from. Each store gives and
//! takes the same rows, so that the backup of one can be restored into another.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::bus::RELAY;
use super::error::PortError;

/// What is kept of a database, each table after those that it refers to. Leases are not: they end with the process.
/// Nor is who looked at their page of the bot lately.
pub const TABLES: [&str; 25] = [
    "people",
    "identities",
    "memberships",
    "tokens",
    "acts",
    "installations",
    "lists",
    "counters",
    "tasks",
    "series",
    "reminders",
    "deliveries",
    "receipts",
    "undo",
    "inbox",
    "outbox",
    "cursors",
    "deleted_tasks",
    "parked",
    "dead_letters",
    "audit_log",
    "audit_content",
    "audit_people",
    "audit_seals",
    "audit_unsealed",
];

/// The columns of a table that are kept, first those of its key. Of a task all the rest follows from its document. The
/// tenants of a receipt are left away where they are not known, as in every backup of a release before this one.
#[must_use]
pub fn columns(table: &str) -> Option<&'static [&'static str]> {
    Some(match table {
        "installations" => &["tenant", "asleep_since", "version", "doc"],
        "people" => &["id", "version", "doc"],
        "identities" => &["tenant", "name", "person"],
        "memberships" => &["person", "tenant", "channel"],
        "tokens" => &["id", "person", "hash", "created_at", "expires_at", "revoked_at"],
        "acts" => &["row", "actor", "doc"],
        "lists" => &["id", "tenant", "owner", "doc"],
        "counters" => &["tenant", "last"],
        "tasks" => &["id", "doc"],
        "series" => &["id", "tenant", "state", "next_at", "version", "doc"],
        "reminders" => &["id", "task", "tenant", "platform", "place", "at", "state", "told_at", "version", "doc"],
        "deliveries" => &["id", "tenant", "platform", "place", "state", "open", "next_attempt_at", "version", "doc"],
        "receipts" => &["at", "key", "digest", "outcome", "tenants"],
        "undo" => &["conversation", "doc"],
        "inbox" => &["consumer", "stream", "version"],
        "outbox" => &["position", "topic", "key", "created_at", "payload"],
        "cursors" => &["consumer", "position"],
        "deleted_tasks" => &["task", "since"],
        "parked" => &["consumer", "stream", "version", "origin", "payload", "at"],
        "dead_letters" => &["id", "consumer", "topic", "origin", "reason", "payload", "at", "replayed_at"],
        "audit_log" => {
            &["row", "event_id", "stream", "version", "type", "tenant", "subject", "actor", "time", "digest"]
        }
        "audit_content" => &["row", "salt", "payload"],
        "audit_people" => &["person", "row"],
        "audit_seals" => &["tenant", "n", "at", "rows", "previous", "hash"],
        "audit_unsealed" => &["row"],
        _ => return None,
    })
}

/// A row: its columns by name, as every store knows them. Instants are microseconds since 1970, documents and payloads
/// the very text that is stored.
pub type Row = Map<String, Value>;

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Rows of a table, in the order of its key.
    Rows(String, Vec<Row>),
    /// Nothing is missing. A stream that ends without it broke off.
    End,
}

/// How a database is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// So many positions of the outbox and rows of the audit log are left out behind the highest, because the database
    /// that the rows are from may have given them out since.
    pub gap: i64,
    /// So many short numbers of each tenant are left out, for the same reason.
    pub numbers: i64,
    /// Reminders and deliveries that were due by then are held back until [`Archive::release`].
    pub hold: Option<Timestamp>,
    /// Rows are left as [`begin_anew`] leaves them.
    pub anew: bool,
}

/// Lets the relay begin at the start of the outbox. What it had published at the time of a backup, consumers may have
/// taken since, and what they made of it is lost: they need it again, and drop what they have applied.
pub fn begin_anew(table: &str, row: &mut Row) {
    if table == "cursors" && row.get("consumer").and_then(Value::as_str) == Some(RELAY) {
        row.insert("position".to_owned(), 0.into());
    }
}

/// Reminders that are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// What was due by then is held back.
    pub until: Timestamp,
    /// How many reminders and open deliveries.
    pub count: u64,
}

/// A database as a whole.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Where it is, for people.
    fn place(&self) -> String;

    /// Gives every row of one point in time, and then [`Piece::End`].
    ///
    /// # Errors
    /// When the database cannot answer, or nobody takes the rows.
    async fn dump(&self, to: mpsc::Sender<Piece>) -> Result<(), PortError>;

    /// Writes everything up to [`Piece::End`] in one commit, or nothing.
    ///
    /// # Errors
    /// [`FillError::NotEmpty`] when there are rows already, [`FillError::BrokeOff`] when the end is missing.
    async fn fill(&self, from: mpsc::Receiver<Piece>, filling: Filling) -> Result<(), FillError>;

    /// What a restore holds back, if it does.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn held(&self) -> Result<Option<Held>, PortError>;

    /// Lets go what is held back; gives what that was.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn release(&self) -> Result<Option<Held>, PortError>;
}

/// Why a database was not filled.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// It holds rows already.
    #[error("{place} is not empty: it has rows in {table}; give an empty database")]
    NotEmpty {
        /// Where.
        place: String,
        /// The first table with rows.
        table: String,
    },
    /// The stream ended before its end.
    #[error("the rows broke off; nothing was written")]
    BrokeOff,
    /// A row is none of this table, or of no table.
    #[error("a row of {table} cannot be read: {reason}")]
    Row {
        /// The table.
        table: String,
        /// Why.
        reason: String,
    },
    /// The database failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// How many rows each table has, and a digest over them in order: what two ends compare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents(pub BTreeMap<String, Table>);

/// One table's part of the contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over the rows, each with a line feed, hex.
    pub digest: String,
}

/// Counts rows as they go by.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<String, (u64, Sha256)>);

impl Tally {
    /// Counts a row.
    pub fn count(&mut self, table: &str, row: &Row) {
        let (rows, digest) = self.0.entry(table.to_owned()).or_default();
        *rows += 1;
        digest.update(text(row));
        digest.update("\n");
    }

    /// How many rows went by.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.values().map(|(rows, _)| rows).sum()
    }

    /// What went by.
    #[must_use]
    pub fn end(self) -> Contents {
        let table = |(rows, digest): (u64, Sha256)| Table { rows, digest: hex(&digest.finalize()) };
        Contents(self.0.into_iter().map(|(name, counted)| (name, table(counted))).collect())
    }
}

/// A row as one line.
#[must_use]
pub fn text(row: &Row) -> String {
    serde_json::to_string(row).expect("a map with text keys always serializes")
}

/// Bytes as lower-case hex digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
