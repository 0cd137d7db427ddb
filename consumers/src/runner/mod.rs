//! One runner for all consumers.

mod batch;
mod letter;
mod limit;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::fault::{sabotaged, step};
use domain::ports::bus::{Bus, Publisher, Record, Subscription};
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::inbox::Inbox;
use tokio::time::{Interval, MissedTickBehavior, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::board::Board;
use crate::handler::Handler;
use crate::meter;
use crate::pace::Pace;
use limit::Limit;

/// How many records are taken off the bus at once, at least.
const BATCH: usize = 100;
/// So many chunks of each lane are taken at once: lanes wait for each other only at the end of all of them.
const ROUNDS: usize = 4;
/// How often the handler looks after what waits, and the lag is measured, when nothing comes.
const UPKEEP: Duration = Duration::from_secs(5);
/// A session on the bus that lasted this long was a success: the next failure is the first of a row.
const LASTING: Duration = Duration::from_secs(60);
/// How long what is there already is still taken after somebody asked to stop.
const LAST: Duration = Duration::from_secs(2);
/// How long a look at what is there may take.
const GLANCE: Duration = Duration::from_millis(50);
/// How often the lag is measured at most: a broker has to be asked for it.
const MEASURED: Duration = Duration::from_secs(1);

/// Runs one handler on a bus: in order, at least once, and on past whatever the handler cannot take.
pub struct Runner {
    bus: Arc<dyn Bus>,
    inbox: Arc<dyn Inbox>,
    clock: Arc<dyn Clock>,
    handler: Arc<dyn Handler>,
    pace: Pace,
    limit: Limit,
    board: Board,
    letters: Option<Arc<dyn Publisher>>,
}

impl Runner {
    /// A runner whose dead letters go to `inbox`.
    #[must_use]
    pub fn new(bus: Arc<dyn Bus>, inbox: Arc<dyn Inbox>, clock: Arc<dyn Clock>, handler: Arc<dyn Handler>) -> Self {
        let (pace, limit, board) = (Pace::default(), Limit::default(), Board::default());
        Self { bus, inbox, clock, handler, pace, limit, board, letters: None }
    }

    /// With other pauses between attempts.
    #[must_use]
    pub const fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// That takes so many events per second at most.
    #[must_use]
    pub fn with_limit(mut self, events_per_second: NonZeroU32) -> Self {
        self.limit = Limit::per_second(events_per_second);
        self
    }

    /// That notes its progress there.
    #[must_use]
    pub fn with_board(mut self, board: Board) -> Self {
        self.board = board;
        self
    }

    /// That publishes its dead letters too, once they are stored.
    #[must_use]
    pub fn with_letters(mut self, letters: Arc<dyn Publisher>) -> Self {
        self.letters = Some(letters);
        self
    }

    /// Until somebody asks to stop: what is there already is finished first, unless it is waiting to be retried.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut pauses = self.pace.pauses();
        loop {
            let began = Instant::now();
            let Err(error) = self.session(&stop).await else { return };
            warn!(consumer = self.handler.name(), %error, "the bus failed, subscribing again");
            meter::retry(self.handler.name());
            self.board.failed(self.handler.name());
            if began.elapsed() > LASTING {
                pauses = self.pace.pauses();
            }
            let pause = pauses.next().unwrap_or(self.pace.longest);
            if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Takes batch after batch until somebody asks to stop or the bus fails.
    async fn session(&self, stop: &CancellationToken) -> Result<(), PortError> {
        let subscribing = self.bus.subscribe(self.handler.name(), self.handler.topics());
        // Joining may take as long as another process holds the consumer's place.
        let Some(subscription) = stop.run_until_cancelled(subscribing).await else { return Ok(()) };
        let mut subscription = subscription?;
        let (mut ticks, mut measured) = (ticks(), None);
        loop {
            if measured.is_none_or(|at: Instant| at.elapsed() >= MEASURED) {
                let Some(lag) = stop.run_until_cancelled(subscription.lag()).await else {
                    return self.finish(&mut *subscription, stop).await;
                };
                self.measure(lag);
                measured = Some(Instant::now());
            }
            // `next` may be dropped while it waits, without losing anything.
            let records = tokio::select! {
                () = stop.cancelled() => return self.finish(&mut *subscription, stop).await,
                _ = ticks.tick() => Vec::new(),
                records = subscription.next(self.batch()) => records?,
            };
            if records.is_empty() {
                self.upkeep().await;
            } else if !self.deal_with(records, &mut *subscription, stop).await? {
                return Ok(());
            }
        }
    }

    /// How many records are taken off the bus at once.
    fn batch(&self) -> usize {
        match self.lanes() {
            1 => BATCH,
            lanes => BATCH.max(ROUNDS * lanes * self.handler.chunk()),
        }
    }

    /// How many chunks are handled at the same time.
    fn lanes(&self) -> usize {
        if self.bus.has_one_order() { 1 } else { self.handler.lanes().max(1) }
    }

    /// Handles a batch and acknowledges it. Returns false when somebody asked to stop before that.
    async fn deal_with(
        &self,
        records: Vec<Record>,
        subscription: &mut dyn Subscription,
        stop: &CancellationToken,
    ) -> Result<bool, PortError> {
        let name = self.handler.name();
        self.board.taken(name, records.len());
        if sabotaged("runner.ack_before_handle") {
            subscription.acknowledge().await?;
            // Places are saved beside the work: a build that dies at once would not always have moved on.
            sleep(Duration::from_secs(2)).await;
        }
        if stop.run_until_cancelled(self.limit.admit(records.len())).await.is_none() {
            return Ok(false);
        }
        if !self.process(records, stop).await {
            return Ok(false);
        }
        step("runner.before_acknowledge")?;
        subscription.acknowledge().await?;
        step("runner.after_acknowledge")?;
        self.board.acknowledged(name);
        Ok(true)
    }

    /// Says how much waits. A bus that cannot say so just now may still give records.
    fn measure(&self, lag: Result<u64, PortError>) {
        let name = self.handler.name();
        match lag {
            Ok(lag) => {
                meter::lag(name, lag);
                self.board.lag(name, lag);
            }
            Err(error) => info!(consumer = name, %error, "the lag could not be measured"),
        }
    }

    /// Takes what is there already, so that a process that ends leaves as little as possible to the next one.
    async fn finish(&self, subscription: &mut dyn Subscription, stop: &CancellationToken) -> Result<(), PortError> {
        let end = Instant::now() + LAST;
        while Instant::now() < end {
            let Ok(records) = timeout(GLANCE, subscription.next(BATCH)).await else { return Ok(()) };
            if !self.process(records?, stop).await {
                return Ok(());
            }
            subscription.acknowledge().await?;
        }
        Ok(())
    }

    async fn upkeep(&self) {
        if let Err(trouble) = self.handler.upkeep().await {
            let reason = trouble.reason();
            warn!(consumer = self.handler.name(), reason, "looking after what waits failed");
        }
    }
}

fn ticks() -> Interval {
    let mut ticks = tokio::time::interval(UPKEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
