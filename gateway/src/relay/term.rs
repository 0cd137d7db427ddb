//! One term of relaying, under one lease.

use std::time::Duration;

use domain::event::Topic;
use domain::fault::crash_point;
use domain::ports::bell::Ear;
use domain::ports::bus::{Cursor, Followed, Message};
use domain::ports::error::PortError;
use domain::ports::lease::Lease;
use jiff::Timestamp;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span, warn};

use super::outgoing::Outgoing;
use super::pauses::Pauses;
use super::tombstones::Round;
use super::{BATCH, Relay, meter};

const TOPICS: [Topic; 2] = [Topic::TaskEvents, Topic::Reminders];
/// How long to wait without the bell: other processes write the same database.
const POLL: Duration = Duration::from_millis(250);
/// How often to look whether the lease is still held while a broker takes its time.
const GLANCE: Duration = Duration::from_millis(100);

/// Why a term ended.
pub(super) enum End {
    /// Somebody asked to stop.
    Stopped,
    /// Another process may relay now.
    Overtaken,
}

pub(super) struct Term<'a> {
    relay: &'a Relay,
    lease: &'a dyn Lease,
    saved: Cursor,
    ear: Ear,
    round: Round,
    stop: &'a CancellationToken,
}

impl<'a> Term<'a> {
    pub(super) fn new(relay: &'a Relay, lease: &'a dyn Lease, saved: Cursor, stop: &'a CancellationToken) -> Self {
        Self { relay, lease, saved, ear: relay.bell.listen(), round: Round::soon(), stop }
    }

    pub(super) async fn run(mut self, pauses: &mut Pauses) -> Result<End, PortError> {
        let mut followed = self.follow(&self.saved).await?;
        while self.lease.held() {
            if followed.rows.is_empty() {
                self.save(followed.cursor).await?;
                meter::behind(0, 0.0);
                self.relay.forget_deleted(&mut self.round).await;
                if !self.wait().await {
                    return Ok(End::Stopped);
                }
                followed = self.follow(&self.saved).await?;
                continue;
            }
            let (cursor, backlog) = (followed.cursor, followed.rows.len() >= BATCH);
            let outgoing = Outgoing::of(followed.rows);
            // The next batch is read while this one is on its way, and sent when all of this one has arrived.
            let (shipped, ahead) = tokio::join!(self.ship(&outgoing, pauses), self.ahead(&cursor, backlog));
            if let Some(end) = shipped? {
                return Ok(end);
            }
            self.save(cursor).await?;
            crash_point("relay.after_save");
            pauses.reset();
            if self.stop.is_cancelled() {
                return Ok(End::Stopped);
            }
            followed = match ahead {
                Some(ahead) => ahead?,
                None => self.follow(&self.saved).await?,
            };
        }
        Ok(End::Overtaken)
    }

    async fn follow(&self, cursor: &Cursor) -> Result<Followed, PortError> {
        self.relay.outbox.follow(cursor, &TOPICS, BATCH).await
    }

    async fn ahead(&self, cursor: &Cursor, backlog: bool) -> Option<Result<Followed, PortError>> {
        if backlog { Some(self.follow(cursor).await) } else { None }
    }

    async fn save(&mut self, cursor: Cursor) -> Result<(), PortError> {
        if cursor != self.saved {
            self.relay.outbox.save_cursor(Relay::NAME, &cursor, self.lease.epoch()).await?;
            self.saved = cursor;
        }
        Ok(())
    }

    /// Until there may be news. Returns whether to go on.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.ear.heard() => {}
            () = sleep(POLL) => {}
        }
        !self.stop.is_cancelled()
    }

    /// Publishes a batch, again and again until all of it is acknowledged or rejected, or the term is over.
    async fn ship(&self, outgoing: &Outgoing, pauses: &mut Pauses) -> Result<Option<End>, PortError> {
        let headers = outgoing.headers();
        let numbered = outgoing.messages(&headers);
        let messages: Vec<Message<'_>> = numbered.iter().map(|(_, message)| *message).collect();
        crash_point("relay.before_publish");
        while self.lease.held() {
            self.measure(outgoing).await;
            let span = info_span!("relay.publish", rows = outgoing.rows().len(), messages = messages.len());
            let published = tokio::select! {
                published = self.relay.publisher.publish(&messages).instrument(span) => published,
                () = self.lost() => break,
            };
            match published {
                Ok(rejected) => {
                    crash_point("relay.after_publish");
                    self.relay.bury(outgoing, &numbered, &rejected).await?;
                    self.relay.note_deleted(outgoing).await?;
                    count(&messages);
                    return Ok(None);
                }
                Err(error) => {
                    warn!(%error, rows = outgoing.rows().len(), "publishing failed, and is tried again");
                    meter::failure();
                    if self.stop.run_until_cancelled(pauses.next()).await.is_none() {
                        return Ok(Some(End::Stopped));
                    }
                }
            }
        }
        Ok(Some(End::Overtaken))
    }

    /// Until the lease is lost.
    async fn lost(&self) {
        while self.lease.held() {
            sleep(GLANCE).await;
        }
    }

    /// Says how much waits, and for how long it has.
    async fn measure(&self, outgoing: &Outgoing) {
        let Ok(head) = self.relay.outbox.head().await else { return };
        let age = |at: Timestamp| self.relay.clock.now().duration_since(at).as_secs_f64();
        meter::behind(head - self.saved.position, outgoing.oldest().map_or(0.0, age).max(0.0));
    }
}

fn count(messages: &[Message<'_>]) {
    for topic in [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates] {
        meter::published(topic.as_str(), messages.iter().filter(|message| message.topic == topic).count());
    }
}
