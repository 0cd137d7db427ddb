//! The bus of a single binary: the outbox is the log, and each consumer has a cursor in it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::event::Topic;
use domain::ports::bell::{Bell, Ear};
use domain::ports::bus::{Bus, Cursor, Followed, Outbox, OutboxRow, Record, Subscription};
use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};
use tokio::time::{Instant, sleep_until, timeout};

/// How long a wait lasts without the bell: other processes may write the same file and ring a bell of theirs.
const POLL: Duration = Duration::from_millis(250);

/// How far apart two looks are, unless the first has left something: a look that finds news ends in commits, and when
/// people write all the time one is enough for all that came meanwhile. What comes after a quiet time is seen at once.
const APART: Duration = Duration::from_millis(50);

/// How far a cursor may stay behind rows of other topics before it is moved past them, so that they can be
/// pruned. Each move is a commit, so it is not made for every such row.
const IDLE_ROWS: i64 = 500;

/// Up to how many waiting records are counted one by one; beyond that, rows of other topics count too.
const COUNTED: usize = 1_000;

/// Reads the outbox as a bus. Records of one key come in commit order, which is their version order.
pub struct EmbeddedBus {
    outbox: Arc<dyn Outbox>,
    bell: Bell,
    leases: Arc<dyn Leases>,
}

impl EmbeddedBus {
    /// A bus over this outbox; `bell` is the one that is rung after each commit. Of the processes that share the
    /// leases one at a time runs each consumer, and when it dies another one goes on.
    #[must_use]
    pub const fn new(outbox: Arc<dyn Outbox>, bell: Bell, leases: Arc<dyn Leases>) -> Self {
        Self { outbox, bell, leases }
    }
}

#[async_trait]
impl Bus for EmbeddedBus {
    async fn subscribe(&self, consumer: &'static str, topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError> {
        let lease = self.leases.acquire(consumer).await?;
        let saved = self.outbox.cursor(consumer).await?;
        Ok(Box::new(Reader {
            lease,
            outbox: Arc::clone(&self.outbox),
            ear: self.bell.listen(),
            consumer,
            topics: topics.to_vec(),
            given: saved.clone(),
            saved,
            outstanding: false,
            rested: Instant::now(),
        }))
    }

    /// That of the commits, in which the audit log is read.
    fn has_one_order(&self) -> bool {
        true
    }
}

/// A consumer's place in the outbox.
struct Reader {
    /// Held for as long as the consumer is subscribed.
    lease: Box<dyn Lease>,
    outbox: Arc<dyn Outbox>,
    ear: Ear,
    consumer: &'static str,
    topics: Vec<Topic>,
    /// The saved cursor.
    saved: Cursor,
    /// The cursor up to which everything was given.
    given: Cursor,
    /// Whether something between the two was given and not acknowledged.
    outstanding: bool,
    /// When it may look again.
    rested: Instant,
}

impl Reader {
    /// The next rows, if there are any.
    async fn look(&mut self, max: usize) -> Result<Vec<OutboxRow>, PortError> {
        if !self.lease.held() {
            let reason = format!("another process took over the consumer {}", self.consumer);
            return Err(PortError::Unavailable { backend: "lease", reason });
        }
        let Followed { rows, cursor } = self.outbox.follow(&self.given, &self.topics, max.into()).await?;
        self.given = cursor;
        self.outstanding |= !rows.is_empty();
        if !self.outstanding && self.given.position - self.saved.position >= IDLE_ROWS {
            self.save().await?;
        }
        Ok(rows)
    }

    async fn save(&mut self) -> Result<(), PortError> {
        self.outbox.save_cursor(self.consumer, &self.given, self.lease.epoch()).await?;
        self.saved.clone_from(&self.given);
        Ok(())
    }
}

#[async_trait]
impl Subscription for Reader {
    async fn next(&mut self, max: usize) -> Result<Vec<Record>, PortError> {
        loop {
            sleep_until(self.rested).await;
            let rows = self.look(max).await?;
            if rows.len() < max {
                self.rested = Instant::now() + APART;
            }
            if !rows.is_empty() {
                return Ok(rows.into_iter().map(record).collect());
            }
            // Whether the bell rang or the time is over, the log is what says if there is news.
            let _rung = timeout(POLL, self.ear.heard()).await;
        }
    }

    async fn acknowledge(&mut self) -> Result<(), PortError> {
        if self.outstanding {
            self.save().await?;
            self.outstanding = false;
        }
        Ok(())
    }

    async fn lag(&self) -> Result<u64, PortError> {
        let behind = if self.outstanding { &self.saved } else { &self.given };
        let waiting = self.outbox.follow(behind, &self.topics, COUNTED.into()).await?.rows.len();
        if waiting < COUNTED {
            return Ok(waiting as u64);
        }
        let head = self.outbox.head().await?;
        Ok(u64::try_from(head - behind.position).unwrap_or_default())
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
