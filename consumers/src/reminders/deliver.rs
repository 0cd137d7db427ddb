//! Posts what was claimed, place by place, and writes down what came of it.

use std::sync::Arc;
use std::time::Duration;

use domain::decide::delivery::Attempt;
use domain::fault::crash_point;
use domain::ids::DeliveryId;
use domain::ports::agenda::Reach;
use domain::ports::chat::Chat;
use domain::ports::error::PortError;
use domain::service::{Deliveries, Tasks};
use domain::snapshot::Needs;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span, warn};

use super::covers;
use super::lanes::{Lane, Lanes, Seat};
use super::look::Look;
use super::post::{Answer, post};
use crate::pace::Pace;
use crate::wait::Waiter;

/// How long to wait after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How often settling is tried, about a minute long, before the attempt is left to its lease.
const SETTLE_TRIES: usize = 10;

/// Posts deliveries through the chats of this process: one at a time per place, many places at once.
pub struct Deliverer {
    tasks: Tasks,
    deliveries: Deliveries,
    chats: Vec<Arc<dyn Chat>>,
    lanes: Arc<Lanes>,
}

impl Deliverer {
    /// Through these chats.
    #[must_use]
    pub fn new(tasks: Tasks, chats: Vec<Arc<dyn Chat>>) -> Self {
        Self { deliveries: Deliveries::new(tasks.clone()), tasks, chats, lanes: Arc::default() }
    }

    /// Delivers what is due within reach until somebody asks to stop; what is on its way then is finished.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut waiter = Waiter::new(&self.tasks.clock, &self.tasks.bell, &stop);
        let (mut on_the_way, mut look) = (JoinSet::new(), Look::default());
        while waiter.going() {
            let next = match self.dispatch(&mut on_the_way, &mut look).await {
                Ok(()) => self.deliveries.next(&self.reach()).await,
                Err(error) => Err(error),
            };
            let next = next.unwrap_or_else(|error| {
                warn!(%error, "the deliveries that are due are not known");
                None
            });
            tokio::select! {
                Some(_) = on_the_way.join_next() => {}
                _ = waiter.wait(next) => {}
            }
        }
        while on_the_way.join_next().await.is_some() {}
    }

    /// Begins every delivery that is due now and whose place is free, and waits for all of them. Returns how
    /// many were begun.
    ///
    /// # Errors
    /// When the database cannot say what is due.
    pub async fn round(self: &Arc<Self>) -> Result<usize, PortError> {
        let mut on_the_way = JoinSet::new();
        self.dispatch(&mut on_the_way, &mut Look::default()).await?;
        let begun = on_the_way.len();
        while on_the_way.join_next().await.is_some() {}
        Ok(begun)
    }

    async fn dispatch(self: &Arc<Self>, on_the_way: &mut JoinSet<()>, look: &mut Look) -> Result<(), PortError> {
        let due = self.tasks.agenda.due_deliveries(&self.reach(), self.tasks.clock.now(), look.limit()).await?;
        let (found, before) = (due.len(), on_the_way.len());
        for (tenant, id) in due {
            if self.lanes.full() {
                break;
            }
            let Some(lane) = self.lane(&tenant, id).await? else { continue };
            let Some(chat) = self.chat(&lane) else { continue };
            if let Some(seat) = self.lanes.take(lane) {
                on_the_way.spawn(Arc::clone(self).deliver(chat, tenant, id, seat));
            }
        }
        look.learn(found, on_the_way.len() - before);
        Ok(())
    }

    /// The place of a delivery, looked up before the attempt begins: an attempt must not wait for its place.
    async fn lane(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Lane>, PortError> {
        if let Some(lane) = self.lanes.of(id) {
            return Ok(Some(lane));
        }
        let needs = Needs { deliveries: vec![id], ..Needs::in_tenant(tenant.clone()) };
        let snapshot = self.tasks.store.load(&needs).await?;
        let lane = snapshot.deliveries.get(&id).map(|delivery| (tenant.clone(), delivery.place.clone()));
        if let Some(lane) = &lane {
            self.lanes.learn(id, lane.clone());
        }
        Ok(lane)
    }

    fn chat(&self, (tenant, place): &Lane) -> Option<Arc<dyn Chat>> {
        self.chats.iter().find(|chat| covers(&chat.reach(), tenant, place)).cloned()
    }

    /// One attempt, while its place is held.
    async fn deliver(self: Arc<Self>, chat: Arc<dyn Chat>, tenant: TenantId, id: DeliveryId, _seat: Seat) {
        match self.deliveries.begin(&tenant, id).await {
            Ok(Some(attempt)) => {
                let span = span(&attempt);
                self.attempt(chat.as_ref(), &attempt).instrument(span).await;
            }
            Ok(None) => {}
            Err(error) => {
                warn!(delivery = %id, %error, "the attempt could not begin");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn attempt(&self, chat: &dyn Chat, attempt: &Attempt) {
        let answer = post(chat, &attempt.posting).await;
        crash_point("reminders.after_post");
        self.settle(attempt, &answer).await;
    }

    /// Writes the answer down. While that fails the message is out and nobody knows, so it is tried for long.
    async fn settle(&self, attempt: &Attempt, answer: &Answer) {
        for pause in Pace::default().pauses().take(SETTLE_TRIES) {
            match self.deliveries.settle(attempt, answer.clone()).await {
                Ok(()) => return,
                Err(error) => warn!(%error, "what came of a post could not be written down"),
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn reach(&self) -> Vec<Reach> {
        self.chats.iter().map(|chat| chat.reach()).collect()
    }
}

fn span(attempt: &Attempt) -> tracing::Span {
    let posting = &attempt.posting;
    info_span!(
        "reminders.deliver",
        trace_id = posting.trace.as_ref().map(TraceParent::trace_id),
        delivery = %posting.delivery,
        tenant = %posting.tenant,
        place = posting.place.key(),
        attempt = posting.attempt,
    )
}
