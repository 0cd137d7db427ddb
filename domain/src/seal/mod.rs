//! Seals over the audit log: a chain of hashes per tenant, by which tampering is found.
//!
//! Rows are appended unchained, so that writers need not queue. A sealer closes what has gathered, once a second, into
//! the next seal of each tenant. A seal covers ids, type, version, time and actor of its rows and the salted digest of
//! their content, so that content can be erased and the chain still holds.

mod content;
mod verify;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

pub use content::{ERASED, concerned, erased_rows};
pub use verify::{Checkpoint, Finding, Report, Verifier};

/// What stands before the first seal of a tenant.
const GENESIS: &str = "";

/// A row of the audit log as a seal covers it: every column as it is stored, whatever somebody made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRow {
    /// Its place in the log.
    pub row: i64,
    /// The event's id.
    pub event_id: String,
    /// The stream.
    pub stream: String,
    /// The version in the stream.
    pub version: i64,
    /// The event's type.
    pub kind: String,
    /// The tenant.
    pub tenant: String,
    /// The task.
    pub subject: String,
    /// Who did it.
    pub actor: String,
    /// When, in microseconds since 1970.
    pub time: i64,
    /// SHA-256 of salt and content, hex.
    pub digest: String,
}

/// A row with its content, unless that was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredRow {
    /// The row.
    pub log: LogRow,
    /// Salt and content.
    pub content: Option<(String, String)>,
}

/// A row on the way through the whole log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannedRow {
    /// Its place in the log.
    pub row: i64,
    /// The tenant.
    pub tenant: String,
    /// The stream.
    pub stream: String,
    /// The version in the stream.
    pub version: i64,
    /// For how long it has been waiting for its seal, by the database's clock; `None` if it does not.
    pub waits: Option<SignedDuration>,
}

/// A batch of one tenant's rows, closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// The tenant.
    pub tenant: String,
    /// 1 for the tenant's first.
    pub n: u64,
    /// When it was closed, in microseconds since 1970; never before the seal before it.
    pub at: i64,
    /// The rows that it covers, in this order.
    pub rows: Vec<i64>,
    /// The hash of the seal before it; empty for the first.
    pub previous: String,
    /// SHA-256 over all of the above and the rows, hex.
    pub hash: String,
}

impl Seal {
    /// The tenant's next seal, over these rows.
    #[must_use]
    pub fn over(tenant: &str, last: Option<&Self>, at: i64, rows: &[LogRow]) -> Self {
        let mut seal = Self {
            tenant: tenant.to_owned(),
            n: last.map_or(1, |last| last.n + 1),
            at: last.map_or(at, |last| last.at.max(at)),
            rows: rows.iter().map(|row| row.row).collect(),
            previous: last.map_or_else(|| GENESIS.to_owned(), |last| last.hash.clone()),
            hash: String::new(),
        };
        seal.hash = seal.hash_over(rows.iter());
        seal
    }

    /// The hash that it must have over these rows.
    #[must_use]
    pub fn hash_over<'a>(&self, rows: impl Iterator<Item = &'a LogRow>) -> String {
        let mut hash = Sha256::new();
        feed(&mut hash, "taskbot seal 1");
        feed(&mut hash, &self.tenant);
        hash.update(self.n.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        feed(&mut hash, &self.previous);
        for row in rows {
            hash.update(row.leaf());
        }
        hex(&hash)
    }
}

impl LogRow {
    /// What a seal hashes of it.
    fn leaf(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.row.to_be_bytes());
        for text in [&self.event_id, &self.stream, &self.kind, &self.tenant, &self.subject, &self.actor, &self.digest] {
            feed(&mut hash, text);
        }
        hash.update(self.version.to_be_bytes());
        hash.update(self.time.to_be_bytes());
        hash.finalize().into()
    }
}

/// The salted digest by which a row vouches for its content: SHA-256 of salt and content, hex.
#[must_use]
pub fn content_digest(salt: &str, content: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(content))
}

/// A text with its length, so that no two sequences of texts feed the same bytes.
fn feed(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

fn hex(hash: &Sha256) -> String {
    format!("{:x}", hash.clone().finalize())
}
