//! No silent stop: once a minute somebody looks whether everything that should move does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ports::agenda::{Agenda, Reach};
use domain::ports::bus::Outbox;
use domain::ports::chat::Chat;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::handler::Handler;
use crate::meter;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);
/// What is late by more than this is stuck.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// How many stuck rows are counted.
const COUNTED: u32 = 1_000;

/// What stands still although its time has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Active series whose next time passed more than a minute ago, at most 1,000.
    pub series: usize,
    /// Reminders and deliveries within reach that are late by more than a minute, at most 2,000.
    pub reminders: usize,
    /// Consumers for whom the same event has been waiting since the last look.
    pub consumers: Vec<&'static str>,
}

/// Compares what is with what should be, by its own questions to the database.
pub struct Checker {
    agenda: Arc<dyn Agenda>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    chats: Vec<Arc<dyn Chat>>,
    consumers: Vec<Arc<dyn Handler>>,
    /// The event that waited for each consumer at the last look.
    waiting: Mutex<HashMap<&'static str, i64>>,
}

impl Checker {
    /// Looks after what these chats can post and these consumers read from the outbox.
    #[must_use]
    pub fn new(
        agenda: Arc<dyn Agenda>,
        outbox: Arc<dyn Outbox>,
        clock: Arc<dyn Clock>,
        chats: Vec<Arc<dyn Chat>>,
        consumers: Vec<Arc<dyn Handler>>,
    ) -> Self {
        Self { agenda, outbox, clock, chats, consumers, waiting: Mutex::default() }
    }

    /// Once a minute, until somebody asks to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        // Not at once: what waited for this process to start is not stuck.
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.check().await {
                Ok(findings) => report(&findings),
                Err(error) => warn!(%error, "the check could not be made"),
            }
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn check(&self) -> Result<Findings, PortError> {
        let late = self.clock.now() - GRACE;
        let reach: Vec<Reach> = self.chats.iter().map(|chat| chat.reach()).collect();
        let series = self.agenda.due_series(late, COUNTED).await?.len();
        let unclaimed = self.agenda.due_reminders(&reach, late, COUNTED).await?.len();
        let undelivered = self.agenda.due_deliveries(&reach, late, COUNTED).await?.len();
        Ok(Findings { series, reminders: unclaimed + undelivered, consumers: self.standing().await? })
    }

    /// The consumers for whom the same event waits as at the last look.
    async fn standing(&self) -> Result<Vec<&'static str>, PortError> {
        let mut standing = Vec::new();
        for consumer in &self.consumers {
            let after = self.outbox.cursor(consumer.name()).await?;
            let first = self.outbox.read(after.position, consumer.topics(), 1).await?.first().map(|row| row.position);
            if self.same_as_before(consumer.name(), first) {
                standing.push(consumer.name());
            }
        }
        Ok(standing)
    }

    fn same_as_before(&self, consumer: &'static str, first: Option<i64>) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match first {
            Some(position) => waiting.insert(consumer, position),
            None => waiting.remove(consumer),
        };
        first.is_some() && before == first
    }
}

fn report(findings: &Findings) {
    meter::stuck(meter::STUCK_SERIES, findings.series);
    meter::stuck(meter::STUCK_REMINDERS, findings.reminders);
    meter::stuck(meter::STUCK_CONSUMERS, findings.consumers.len());
    if *findings != Findings::default() {
        warn!(
            series = findings.series,
            reminders = findings.reminders,
            consumers = ?findings.consumers,
            "something that should move stands still: see `taskbot explain ID` and `taskbot dead-letters list`"
        );
    }
}
