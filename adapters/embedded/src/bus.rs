//! The bus of a single binary: the outbox is the log, and each consumer has a cursor in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::event::Topic;
use domain::ports::bell::{Bell, Ear};
use domain::ports::bus::{Bus, Outbox, OutboxRow, Record, Subscription};
use domain::ports::error::PortError;

use crate::lease::FileLease;

/// How long a wait lasts without the bell: other processes may write the same file and ring a bell of theirs.
const POLL: Duration = Duration::from_millis(250);

/// How far a cursor may stay behind rows of other topics before it is moved past them, so that they can be
/// pruned. Each move is a commit, so it is not made for every such row.
const IDLE_ROWS: i64 = 500;

/// Up to how many waiting records are counted one by one; beyond that, rows of other topics count too.
const COUNTED: usize = 1_000;

/// Reads the outbox as a bus. Records of one key come in commit order, which is their version order.
pub struct EmbeddedBus {
    outbox: Arc<dyn Outbox>,
    bell: Bell,
    database: Option<PathBuf>,
}

impl EmbeddedBus {
    /// A bus over this outbox; `bell` is the one that is rung after each commit.
    #[must_use]
    pub const fn new(outbox: Arc<dyn Outbox>, bell: Bell) -> Self {
        Self { outbox, bell, database: None }
    }

    /// Shares the outbox with other processes that open the same database file: one of them at a time runs each
    /// consumer, and when it dies another one goes on.
    #[must_use]
    pub fn shared(mut self, database: Option<&Path>) -> Self {
        self.database = database.map(Path::to_path_buf);
        self
    }

    /// The lock file of a consumer: `taskbot.db.audit.lock` beside `taskbot.db`.
    fn lock(&self, consumer: &str) -> Option<PathBuf> {
        let mut name = self.database.clone()?.into_os_string();
        name.push(format!(".{consumer}.lock"));
        Some(name.into())
    }
}

#[async_trait]
impl Bus for EmbeddedBus {
    async fn subscribe(&self, consumer: &'static str, topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError> {
        let lease = FileLease::acquire(self.lock(consumer)).await?;
        let saved = self.outbox.cursor(consumer).await?;
        Ok(Box::new(Cursor {
            _lease: lease,
            outbox: Arc::clone(&self.outbox),
            ear: self.bell.listen(),
            consumer,
            topics: topics.to_vec(),
            saved,
            given: saved,
            outstanding: false,
        }))
    }
}

/// A consumer's place in the outbox.
struct Cursor {
    /// Held for as long as the consumer is subscribed.
    _lease: Option<FileLease>,
    outbox: Arc<dyn Outbox>,
    ear: Ear,
    consumer: &'static str,
    topics: Vec<Topic>,
    /// The saved position.
    saved: i64,
    /// The position up to which everything was given.
    given: i64,
    /// Whether something between the two was given and not acknowledged.
    outstanding: bool,
}

impl Cursor {
    /// The next rows, if there are any.
    async fn look(&mut self, max: usize) -> Result<Vec<OutboxRow>, PortError> {
        // The head is read first: what is committed after that may be missing from the rows.
        let head = self.outbox.head().await?;
        if head <= self.given {
            return Ok(Vec::new());
        }
        let rows = self.outbox.read(self.given, &self.topics, max).await?;
        match rows.last() {
            Some(last) => {
                self.given = last.position;
                self.outstanding = true;
            }
            None => self.pass(head).await?,
        }
        Ok(rows)
    }

    /// Nothing up to `head` is for this consumer.
    async fn pass(&mut self, head: i64) -> Result<(), PortError> {
        self.given = head;
        if !self.outstanding && head - self.saved >= IDLE_ROWS {
            self.save(head).await?;
        }
        Ok(())
    }

    async fn save(&mut self, position: i64) -> Result<(), PortError> {
        self.outbox.save_cursor(self.consumer, position).await?;
        self.saved = position;
        Ok(())
    }
}

#[async_trait]
impl Subscription for Cursor {
    async fn next(&mut self, max: usize) -> Result<Vec<Record>, PortError> {
        loop {
            let rows = self.look(max).await?;
            if !rows.is_empty() {
                return Ok(rows.into_iter().map(record).collect());
            }
            // Whether the bell rang or the time is over, the log is what says if there is news.
            let _rung = tokio::time::timeout(POLL, self.ear.heard()).await;
        }
    }

    async fn acknowledge(&mut self) -> Result<(), PortError> {
        if self.outstanding {
            self.save(self.given).await?;
            self.outstanding = false;
        }
        Ok(())
    }

    async fn lag(&self) -> Result<u64, PortError> {
        let behind = if self.outstanding { self.saved } else { self.given };
        let head = self.outbox.head().await?;
        if head <= behind {
            return Ok(0);
        }
        let waiting = self.outbox.read(behind, &self.topics, COUNTED).await?.len();
        let waiting = u64::try_from(waiting).unwrap_or(u64::MAX);
        Ok(if waiting < COUNTED as u64 { waiting } else { u64::try_from(head - behind).unwrap_or(waiting) })
    }
}

fn record(row: OutboxRow) -> Record {
    Record {
        topic: row.topic,
        origin: format!("outbox@{}", row.position),
        key: row.key,
        payload: row.payload.into_bytes(),
    }
}
