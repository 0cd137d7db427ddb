//! Tombstones: `task-updates` forgets a task once its deletion cannot be undone any more.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::event::Topic;
use domain::ports::bus::Message;
use domain::ports::error::PortError;
use jiff::SignedDuration;
use tokio::time::Instant;
use tracing::{info, warn};

use super::outgoing::Outgoing;
use super::{Relay, meter};

/// So long a deletion can be undone.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often to look for what was deleted longer ago.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How long to wait after a failure.
const AGAIN: Duration = Duration::from_secs(60);
/// How many tombstones are sent at once.
const AT_ONCE: usize = 1_000;

/// When to look next.
pub(super) struct Round(Instant);

impl Round {
    /// As soon as there is nothing else to do.
    pub(super) fn soon() -> Self {
        Self(Instant::now())
    }

    /// Whether it is time; then the next one is an hour later.
    fn has_come(&mut self) -> bool {
        let come = Instant::now() >= self.0;
        if come {
            self.0 = Instant::now() + EVERY;
        }
        come
    }
}

impl Relay {
    /// Keeps in mind what a batch that was published deleted, and what it brought back.
    pub(super) async fn note_deleted(&self, outgoing: &Outgoing) -> Result<(), PortError> {
        let fates = outgoing.fates();
        if fates.is_empty() { Ok(()) } else { self.outbox.note_deleted(&fates).await }
    }

    /// Publishes what is due. To be called while nothing waits to be published: then a task that comes back comes after
    /// its tombstone.
    pub(super) async fn forget_deleted(&self, round: &mut Round) {
        if !round.has_come() {
            return;
        }
        match self.tombstones().await {
            Ok(0) => {}
            Ok(count) => info!(count, "deleted tasks are forgotten by task-updates"),
            Err(error) => {
                warn!(%error, "tombstones could not be published, and are tried again");
                round.0 = Instant::now() + AGAIN;
            }
        }
    }

    /// Publishes a null value for each task that was deleted too long ago. Returns how many.
    async fn tombstones(&self) -> Result<usize, PortError> {
        let (before, mut count) = (self.clock.now() - KEPT, 0);
        loop {
            let tasks = self.outbox.deleted(before, AT_ONCE).await?;
            if tasks.is_empty() {
                return Ok(count);
            }
            let null = |task| Message { payload: None, ..Message::new(Topic::TaskUpdates, task, "") };
            let messages: Vec<Message<'_>> = tasks.iter().map(|task| null(task)).collect();
            // One that is refused would be refused again.
            meter::rejected(self.publisher.publish(&messages).await?.len());
            meter::published(Topic::TaskUpdates.as_str(), messages.len());
            count += tasks.len();
            let buried: BTreeMap<_, _> = tasks.into_iter().map(|task| (task, None)).collect();
            self.outbox.note_deleted(&buried).await?;
        }
    }
}
