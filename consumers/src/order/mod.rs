//! Version order per stream: what can be applied now, what came too early and waits, what will never come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::event::{Event, Stream};
use domain::ports::bus::{Outbox, OutboxRow, Record};
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::inbox::{DeadLetter, Inbox, Parked};
use futures::try_join;
use tracing::{error, info, warn};

use crate::incoming::{Decoded, Incoming, decode};
use crate::meter;
use line::Line;

mod line;

/// How long an event waits for the one before it until that one is looked for in the outbox.
const PATIENCE: Duration = Duration::from_secs(60);

/// Keeps a consumer's streams in order. An event that came too early is a row, not memory, so that the place on
/// the bus can move on.
pub struct Order {
    consumer: &'static str,
    inbox: Arc<dyn Inbox>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    patience: Duration,
    /// Whether streams that begin may have begun before: at first, and while what comes is a repetition.
    wary: AtomicBool,
}

/// What to do with a batch: apply `apply` in its order, then call [`Order::conclude`].
#[derive(Debug, Default)]
pub struct Plan {
    /// Next in their streams, in this order. What is missing here came before, or too early.
    pub apply: Vec<Incoming>,
    /// Their versions were there before: most likely as these very events.
    pub again: Vec<Incoming>,
    /// Their versions were there before, as other events.
    pub displaced: Vec<Incoming>,
    /// Too early.
    early: Vec<Incoming>,
    /// Parked rows that are dealt with once `apply` is.
    settled: Vec<(Stream, u64)>,
    /// Parked, and what they wait for will not come.
    lost: Vec<Incoming>,
}

impl Order {
    /// For this consumer, with a patience of one minute.
    #[must_use]
    pub fn new(consumer: &'static str, inbox: Arc<dyn Inbox>, outbox: Arc<dyn Outbox>, clock: Arc<dyn Clock>) -> Self {
        Self { consumer, inbox, outbox, clock, patience: PATIENCE, wary: AtomicBool::new(true) }
    }

    /// Plans a batch. `last` gives the last version that was applied of each of these streams; it is asked while the
    /// parked rows are, and not for streams that begin in the batch, unless batches were repeated lately: whoever applies
    /// the plan leaves what is there already as it is, and then says [`Order::beware`].
    ///
    /// # Errors
    /// When the parked rows or those versions cannot be read.
    pub async fn plan<L>(&self, last: impl FnOnce(Vec<Stream>) -> L, batch: &[Incoming]) -> Result<Plan, PortError>
    where
        L: Future<Output = Result<BTreeMap<Stream, u64>, PortError>>,
    {
        let mut plan = Plan::default();
        let (streams, running) = streams(batch);
        let wary = self.wary.load(Ordering::Relaxed);
        let asked = if wary { streams.clone() } else { running };
        let last = async { if asked.is_empty() { Ok(BTreeMap::new()) } else { last(asked).await } };
        let (last, parked) = try_join!(last, self.inbox.parked(self.consumer, &streams))?;
        if wary {
            let again = |event: &Event| last.get(&event.stream()).is_some_and(|last| event.data.version <= *last);
            self.wary.store(batch.iter().any(|incoming| again(&incoming.event)), Ordering::Relaxed);
        }
        let mut lines = lines(&streams, &last, &parked, &mut plan);
        for incoming in batch {
            if let Some(line) = lines.get_mut(&incoming.event.stream()) {
                line.arrive(incoming.clone(), &mut plan);
            }
        }
        for line in lines.into_values() {
            plan.early.extend(line.early());
        }
        Ok(plan)
    }

    /// Some of a plan was there already: the next batches may be repetitions, too.
    pub fn beware(&self) {
        self.wary.store(true, Ordering::Relaxed);
    }

    /// Parks what came too early, and forgets what was parked and is applied now.
    ///
    /// # Errors
    /// When the rows cannot be written; plan the batch again then.
    pub async fn conclude(&self, plan: &Plan) -> Result<(), PortError> {
        for early in &plan.early {
            info!(consumer = self.consumer, stream = %early.event.stream(), origin = early.origin, "came too early");
            self.inbox.park(&self.parked(early)).await?;
        }
        for lost in &plan.lost {
            let reason = format!("an earlier version of {} never came, and the outbox has none", lost.event.stream());
            self.bury(lost, "waited", reason).await?;
        }
        for displaced in &plan.displaced {
            self.bury(displaced, "displaced", Self::came_before(displaced)).await?;
        }
        let lost = plan.lost.iter().map(|lost| (lost.event.stream(), lost.event.data.version));
        for (stream, version) in plan.settled.iter().copied().chain(lost) {
            self.inbox.unpark(self.consumer, stream, version).await?;
        }
        Ok(())
    }

    /// Why an event is displaced, in words.
    pub(crate) fn came_before(displaced: &Incoming) -> String {
        let (version, stream) = (displaced.event.data.version, displaced.event.stream());
        format!("another event came before as version {version} of {stream}")
    }

    /// Streams that have waited longer than the patience.
    ///
    /// # Errors
    /// When the parked rows cannot be read.
    pub async fn overdue(&self) -> Result<Vec<Stream>, PortError> {
        self.inbox.waiting(self.consumer, self.clock.now() - self.patience).await
    }

    /// Plans a stream that waits: with what is parked, with what the outbox still has and `fits`, and if that does not
    /// close the gap, what is parked is lost.
    ///
    /// # Errors
    /// When parked rows or outbox cannot be read.
    pub async fn fill(
        &self,
        stream: Stream,
        last: &BTreeMap<Stream, u64>,
        fits: impl Fn(&Incoming) -> bool + Send,
    ) -> Result<Plan, PortError> {
        let mut plan = Plan::default();
        let parked = self.inbox.parked(self.consumer, &[stream]).await?;
        let mut lines = lines(&[stream], last, &parked, &mut plan);
        let Some(line) = lines.get_mut(&stream) else { return Ok(plan) };
        let Some((key, missing)) = line.gap() else { return Ok(plan) };
        warn!(consumer = self.consumer, %stream, missing, "looking for missing versions in the outbox");
        let last = line.last_held();
        let wanted =
            |found: &Incoming| found.event.stream() == stream && found.event.data.version < last && fits(found);
        for found in self.outbox.history(stream, &key).await?.into_iter().filter_map(read).filter(wanted) {
            line.arrive(found, &mut plan);
        }
        if line.gap().is_some() {
            plan.lost = line.give_up();
        }
        Ok(plan)
    }

    fn parked(&self, incoming: &Incoming) -> Parked {
        Parked {
            consumer: self.consumer.to_owned(),
            stream: incoming.event.stream(),
            version: incoming.event.data.version,
            origin: incoming.origin.clone(),
            payload: incoming.payload.to_string(),
            at: self.clock.now(),
        }
    }

    async fn bury(&self, lost: &Incoming, why: &str, reason: String) -> Result<(), PortError> {
        let origin = &lost.origin;
        // A letter that was replayed in vain is itself again, any other comes to nothing for a reason of its own.
        let word = format!(", {why}");
        let origin = format!("{}{word}", origin.strip_suffix(&word).unwrap_or(origin));
        error!(consumer = self.consumer, origin, reason, "gave up on an event: see `taskbot dead-letters`");
        let letter = DeadLetter {
            id: 0,
            consumer: self.consumer.to_owned(),
            topic: lost.topic.as_str().to_owned(),
            origin,
            reason,
            payload: lost.payload.to_string(),
            at: self.clock.now(),
            replayed_at: None,
        };
        meter::dead_letter(self.consumer);
        self.inbox.bury(&letter).await
    }
}

/// The streams of a batch, and those of them that do not begin in it and go on without a gap.
fn streams(batch: &[Incoming]) -> (Vec<Stream>, Vec<Stream>) {
    let mut versions: BTreeMap<Stream, BTreeSet<u64>> = BTreeMap::new();
    for event in batch.iter().map(|incoming| &incoming.event) {
        versions.entry(event.stream()).or_default().insert(event.data.version);
    }
    let begins = |versions: &BTreeSet<u64>| versions.last() == Some(&(versions.len() as u64)) && versions.contains(&1);
    let running = versions.iter().filter(|(_, versions)| !begins(versions)).map(|(stream, _)| *stream).collect();
    (versions.into_keys().collect(), running)
}

/// Where each stream stands, with what is parked of it; what that already settles goes into the plan.
fn lines(
    streams: &[Stream],
    last: &BTreeMap<Stream, u64>,
    parked: &[Parked],
    plan: &mut Plan,
) -> BTreeMap<Stream, Line> {
    let after = |stream: &Stream| Line::after(*stream, last.get(stream).copied().unwrap_or_default());
    let mut lines: BTreeMap<Stream, Line> = streams.iter().map(|stream| (*stream, after(stream))).collect();
    for parked in parked {
        if let Some(line) = lines.get_mut(&parked.stream) {
            line.unpark(parked, plan);
        }
    }
    lines
}

/// The event of a row of the outbox.
fn read(row: OutboxRow) -> Option<Incoming> {
    let origin = format!("outbox@{}", row.position);
    let record = Record { topic: row.topic, origin, key: row.key, payload: row.payload.into_bytes() };
    decode(&record).ok().and_then(Decoded::event)
}
