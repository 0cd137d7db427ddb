//! One term of relaying, under one lease.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::event::Topic;
use domain::fault::step;
use domain::ports::bell::Ear;
use domain::ports::bus::{Cursor, Followed, Message, OutboxRow};
use domain::ports::error::PortError;
use domain::ports::lease::Lease;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info, info_span, warn};

use super::outgoing::{Outgoing, happened};
use super::pauses::Pauses;
use super::portion::Portion;
use super::tombstones::Round;
use super::{Relay, meter};

const TOPICS: [Topic; 2] = [Topic::TaskEvents, Topic::Reminders];
/// How long to wait without the bell: other processes write the same database.
const POLL: Duration = Duration::from_millis(250);
/// How far apart two savings of the cursor are. What was published after the last one is published again if the process
/// dies.
const APART: Duration = Duration::from_millis(100);
/// How often it is measured how much waits.
const MEASURED: Duration = Duration::from_secs(1);
/// How often to look whether the lease is still held while a broker takes its time.
const GLANCE: Duration = Duration::from_millis(100);

/// Why a term ended.
pub(super) enum End {
    /// Somebody asked to stop.
    Stopped,
    /// Another process relays now.
    Overtaken,
    /// The lease ran out before it was renewed.
    TooLate,
}

pub(super) struct Term<'a> {
    relay: &'a Relay,
    lease: &'a dyn Lease,
    /// Up to where all is published.
    sent: Cursor,
    /// Up to where the next term need not look, and when that may be saved again.
    saved: Mutex<(Cursor, Instant)>,
    /// When to measure again.
    measure_at: Instant,
    ear: Ear,
    round: Round,
    portion: &'a Portion,
    stop: &'a CancellationToken,
}

impl<'a> Term<'a> {
    pub(super) fn new(
        relay: &'a Relay,
        lease: &'a dyn Lease,
        saved: Cursor,
        portion: &'a Portion,
        stop: &'a CancellationToken,
    ) -> Self {
        let (sent, ear, now) = (saved.clone(), relay.bell.listen(), Instant::now());
        let saved = Mutex::new((saved, now));
        Self { relay, lease, sent, saved, measure_at: now, ear, round: Round::soon(), portion, stop }
    }

    /// Relays until the term is over, and saves what it has published, however it ended.
    pub(super) async fn run(mut self, pauses: &mut Pauses) -> Result<End, PortError> {
        let end = self.publish(pauses).await;
        if let Err(error) = self.save().await {
            info!(%error, "what was published last is published again");
        }
        end
    }

    async fn publish(&mut self, pauses: &mut Pauses) -> Result<End, PortError> {
        let (mut followed, mut backlog) = self.follow(&self.sent).await?;
        while self.lease.held() {
            if followed.rows.is_empty() {
                self.sent = followed.cursor;
                meter::behind(0, 0.0);
                if !self.rest().await? {
                    return Ok(End::Stopped);
                }
                (followed, backlog) = self.follow(&self.sent).await?;
                continue;
            }
            let cursor = followed.cursor;
            let outgoing = Outgoing::beside(followed.rows).await?;
            let measure = self.is_to_measure();
            // The next batch is read while this one is on its way, and sent when all of this one has arrived; so is the
            // end of the last one saved.
            let (shipped, ahead, saved, ()) = tokio::join!(
                self.ship(&outgoing, pauses),
                async { if backlog { Some(self.follow(&cursor).await) } else { None } },
                self.save_if_due(),
                async {
                    if measure {
                        self.measure(outgoing.rows().first()).await;
                    }
                },
            );
            if let Some(end) = shipped? {
                return Ok(end);
            }
            self.sent = cursor;
            saved?;
            if self.stop.is_cancelled() {
                return Ok(End::Stopped);
            }
            (followed, backlog) = match ahead {
                Some(ahead) => ahead?,
                // Whatever was committed meanwhile has rung the bell.
                None if self.rest().await? => self.follow(&self.sent).await?,
                None => return Ok(End::Stopped),
            };
            pauses.reset();
        }
        Ok(self.lost())
    }

    /// While nothing is known to wait: what is left to do, and waiting until there may be news. Returns whether to go on.
    async fn rest(&mut self) -> Result<bool, PortError> {
        self.save_if_due().await?;
        // What a tombstone stands behind must not be published once more behind it.
        let mut until = Instant::now() + POLL;
        match self.unsaved() {
            Some(save_at) => until = until.min(save_at),
            None => self.relay.forget_deleted(&mut self.round).await,
        }
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.ear.heard() => {}
            () = sleep_until(until) => {}
        }
        Ok(!self.stop.is_cancelled())
    }

    fn saved(&self) -> MutexGuard<'_, (Cursor, Instant)> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the cursor may be saved; `None` if it is.
    fn unsaved(&self) -> Option<Instant> {
        let saved = self.saved();
        (saved.0 != self.sent).then_some(saved.1)
    }

    async fn save(&self) -> Result<(), PortError> {
        if self.unsaved().is_some() {
            self.relay.outbox.save_cursor(Relay::NAME, &self.sent, self.lease.epoch()).await?;
            *self.saved() = (self.sent.clone(), Instant::now() + APART);
            step("relay.after_save")?;
        }
        Ok(())
    }

    async fn save_if_due(&self) -> Result<(), PortError> {
        if self.unsaved().is_some_and(|save_at| Instant::now() >= save_at) { self.save().await } else { Ok(()) }
    }

    fn is_to_measure(&mut self) -> bool {
        let now = Instant::now();
        let due = now >= self.measure_at;
        if due {
            self.measure_at = now + MEASURED;
        }
        due
    }

    /// What follows a cursor, and whether more is likely to wait behind it. What was too much for the time that the
    /// database gives is asked for by halves, as long as the lease is held.
    async fn follow(&self, cursor: &Cursor) -> Result<(Followed, bool), PortError> {
        loop {
            let most = self.portion.most();
            match self.relay.outbox.follow(cursor, &TOPICS, most).await {
                Ok(followed) => {
                    self.portion.answered();
                    let full = Portion::is_full(most, &followed.rows);
                    return Ok((followed, full));
                }
                Err(error @ PortError::TooMuch { .. }) if self.portion.shrink() && self.lease.held() => {
                    warn!(%error, rows = most.rows, "reading the outbox failed, and is tried again with fewer rows");
                    meter::failure();
                    self.measure(None).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// How the lease was lost.
    fn lost(&self) -> End {
        if self.lease.taken_over() { End::Overtaken } else { End::TooLate }
    }

    /// Publishes a batch, again and again until all of it is acknowledged or rejected, or the term is over.
    async fn ship(&self, outgoing: &Outgoing, pauses: &mut Pauses) -> Result<Option<End>, PortError> {
        let headers = outgoing.headers();
        let numbered = outgoing.messages(&headers);
        let messages: Vec<Message<'_>> = numbered.iter().map(|(_, message)| *message).collect();
        step("relay.before_publish")?;
        while self.lease.held() {
            let span = info_span!("relay.publish", rows = outgoing.rows().len(), messages = messages.len());
            let published = tokio::select! {
                published = self.relay.publisher.publish(&messages).instrument(span) => published,
                () = self.until_lost() => break,
            };
            match published {
                Ok(rejected) => {
                    step("relay.after_publish")?;
                    self.relay.bury(outgoing, &numbered, &rejected).await?;
                    self.relay.note_deleted(outgoing).await?;
                    count(&messages);
                    return Ok(None);
                }
                Err(error) => {
                    warn!(%error, rows = outgoing.rows().len(), "publishing failed, and is tried again");
                    meter::failure();
                    self.measure(outgoing.rows().first()).await;
                    // It may take long until the next batch has a chance.
                    self.save().await?;
                    if self.stop.run_until_cancelled(pauses.next()).await.is_none() {
                        return Ok(Some(End::Stopped));
                    }
                }
            }
        }
        Ok(Some(self.lost()))
    }

    /// Until the lease is lost.
    async fn until_lost(&self) {
        while self.lease.held() {
            sleep(GLANCE).await;
        }
    }

    /// Says how much waits, and for how long the first row has, if that is known already.
    async fn measure(&self, first: Option<&OutboxRow>) {
        let Ok(head) = self.relay.outbox.head().await else { return };
        let rows = (head - self.sent.position).max(0);
        let Some(first) = first else { return meter::waiting(rows) };
        let age = |at: Timestamp| self.relay.clock.now().duration_since(at).as_secs_f64();
        meter::behind(rows, happened(first).map_or(0.0, age).max(0.0));
    }
}

fn count(messages: &[Message<'_>]) {
    for topic in [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates] {
        meter::published(topic.as_str(), messages.iter().filter(|message| message.topic == topic).count());
    }
}
