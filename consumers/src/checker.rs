//! No silent stop: once a minute somebody looks whether everything that should move does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::event::{Passing, Topic};
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::bus::{Outbox, OutboxRow, RELAY};
use domain::ports::chat::Chat;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::audit::Sealer;
use crate::board::Board;
use crate::handler::Handler;
use crate::meter;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);
/// What is late by more than this is stuck.
const GRACE: SignedDuration = SignedDuration::from_secs(60);
/// How long a row may wait for its seal. The sealer comes every second; one that dies is followed when its lease has run
/// out, and a house that is started again seals within the minute.
const UNSEALED_AT_MOST: SignedDuration = SignedDuration::from_secs(60);
/// How many stuck rows are counted.
const COUNTED: u32 = 1_000;

/// What stands still although its time has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Active series whose next time passed more than a minute ago, at most 1,000.
    pub series: usize,
    /// Reminders and deliveries within reach that are late by more than a minute, at most 2,000.
    pub reminders: usize,
    /// Reminders and open deliveries that a restore holds back.
    pub held: u64,
    /// For how long a row of the audit log has been waiting for its seal, if that is longer than it may.
    pub unsealed: Option<SignedDuration>,
    /// Consumers for whom the same event has been waiting since the last look; the relay is one of them.
    pub consumers: Vec<&'static str>,
}

/// Compares what is with what should be, by its own questions to the database.
pub struct Checker {
    agenda: Arc<dyn Agenda>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    chats: Vec<Arc<dyn Chat>>,
    consumers: Vec<Arc<dyn Handler>>,
    /// Whether it may look at series and reminders.
    sees_all: bool,
    /// Where the runners note their progress, if a relay stands between the outbox and them.
    board: Option<Board>,
    /// Who seals the audit log.
    sealer: Option<Arc<Sealer>>,
    /// Where each consumer stood at the last look, if anything waited for it.
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
        let (board, sealer, waiting) = (None, None, Mutex::default());
        Self { agenda, outbox, clock, chats, consumers, sees_all: true, board, sealer, waiting }
    }

    /// Looks whether the audit log is sealed, too.
    #[must_use]
    pub fn after_sealer(mut self, sealer: Arc<Sealer>) -> Self {
        self.sealer = Some(sealer);
        self
    }

    /// Looks after consumers alone: series and reminders are not this process's to see.
    #[must_use]
    pub const fn of_consumers_alone(mut self) -> Self {
        self.sees_all = false;
        self
    }

    /// Looks after the relay too, and after consumers whose places are not in the outbox but on a broker.
    #[must_use]
    pub fn behind_relay(mut self, board: Board) -> Self {
        self.board = Some(board);
        self
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
        let consumers = self.standing().await?;
        let unsealed = self.unsealed().await?;
        if !self.sees_all {
            return Ok(Findings { unsealed, consumers, ..Findings::default() });
        }
        let late = self.clock.now() - GRACE;
        let reach: Vec<Reach> = self.chats.iter().map(|chat| chat.reach()).collect();
        let series = self.agenda.due_series(late, COUNTED).await?.len();
        let unclaimed = self.agenda.due_reminders(&reach, late, COUNTED).await?.len();
        let undelivered = self.agenda.due_deliveries(&reach, late, COUNTED).await?.len();
        let held = self.agenda.held().await?;
        Ok(Findings { series, reminders: unclaimed + undelivered, held, unsealed, consumers })
    }

    /// How long the first row waits that no seal covers, if that is too long.
    async fn unsealed(&self) -> Result<Option<SignedDuration>, PortError> {
        let Some(sealer) = &self.sealer else { return Ok(None) };
        let waits = sealer.waits().await?.unwrap_or_default();
        meter::unsealed(waits.as_secs_f64().max(0.0));
        Ok(Some(waits).filter(|waits| *waits > UNSEALED_AT_MOST))
    }

    /// The consumers for whom something waits and who stand where they stood at the last look.
    async fn standing(&self) -> Result<Vec<&'static str>, PortError> {
        let mut standing = Vec::new();
        for consumer in &self.consumers {
            let waiting = match &self.board {
                Some(board) => board.waiting(consumer.name()),
                None => self.first(consumer.name(), consumer.topics()).await?.map(|row| row.position),
            };
            if self.same_as_before(consumer.name(), waiting) {
                standing.push(consumer.name());
            }
        }
        if self.board.is_some() && self.same_as_before(RELAY, self.unpublished().await?) {
            standing.push(RELAY);
        }
        Ok(standing)
    }

    /// The first row that waits for somebody who has a cursor.
    async fn first(&self, name: &str, topics: &[Topic]) -> Result<Option<OutboxRow>, PortError> {
        let after = self.outbox.cursor(name).await?;
        Ok(self.outbox.read(after.position, topics, 1).await?.pop())
    }

    /// The first row that waits for the relay. Says how old it is, because a relay that is gone says nothing.
    async fn unpublished(&self) -> Result<Option<i64>, PortError> {
        let first = self.first(RELAY, &[Topic::TaskEvents, Topic::Reminders]).await?;
        let time = first.as_ref().and_then(|row| Passing::of(&row.payload).ok()?.time());
        meter::unpublished(time.map_or(0.0, |at| self.clock.now().duration_since(at).as_secs_f64().max(0.0)));
        Ok(first.map(|row| row.position))
    }

    fn same_as_before(&self, consumer: &'static str, stands: Option<i64>) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match stands {
            Some(place) => waiting.insert(consumer, place),
            None => waiting.remove(consumer),
        };
        stands.is_some() && before == stands
    }
}

fn report(findings: &Findings) {
    meter::stuck(meter::STUCK_SERIES, findings.series);
    meter::stuck(meter::STUCK_REMINDERS, findings.reminders);
    meter::stuck(meter::STUCK_CONSUMERS, findings.consumers.len());
    meter::held(findings.held);
    if findings.held > 0 {
        warn!(held = findings.held, "reminders are held back since a restore: `taskbot restore --release` sends them");
    }
    if let Some(waits) = findings.unsealed {
        warn!(seconds = waits.as_secs(), "the audit log is not sealed: the sealer's own warnings say why");
    }
    if findings.series + findings.reminders + findings.consumers.len() > 0 {
        warn!(
            series = findings.series,
            reminders = findings.reminders,
            consumers = ?findings.consumers,
            "something that should move stands still: see `taskbot explain ID` and `taskbot dead-letters list`"
        );
    }
}
