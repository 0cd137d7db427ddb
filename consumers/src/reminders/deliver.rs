//! Posts what was claimed, place by place, and writes down what came of it.

use std::sync::Arc;
use std::time::Duration;

use domain::decide::delivery::Attempt;
use domain::fault::{sabotaged, step};
use domain::ids::DeliveryId;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError};
use domain::ports::error::PortError;
use domain::ports::lease::Lease;
use domain::service::{Deliveries, Tasks};
use domain::snapshot::Needs;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span, warn};

use super::covers;
use super::lanes::{Lanes, lane};
use super::look::Look;
use super::post::{Answer, post};
use super::tenure::Tenures;
use super::turn::{Round, Turn};
use crate::pace::Pace;
use crate::start::Parts;
use crate::wait::Waiter;

/// How long to wait after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How often settling is tried, about a minute long, before the attempt is left to its lease.
const SETTLE_TRIES: usize = 10;

/// Posts deliveries through the chats of this process: one at a time per place, many places at once, each tenant by one
/// process at a time.
pub struct Deliverer {
    tasks: Tasks,
    deliveries: Deliveries,
    chats: Vec<Arc<dyn Chat>>,
    lanes: Arc<Lanes>,
    tenures: Tenures,
}

impl Deliverer {
    /// Through the chats of these parts.
    #[must_use]
    pub fn new(parts: &Parts) -> Self {
        Self {
            tasks: parts.tasks.clone(),
            deliveries: Deliveries::new(parts.tasks.clone()),
            chats: parts.chats.clone(),
            lanes: Arc::default(),
            tenures: Tenures::new(Arc::clone(&parts.leases)),
        }
    }

    /// Delivers what is due within reach until somebody asks to stop; what is on its way then is finished.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut waiter = Waiter::new(&self.tasks.clock, &self.tasks.bell, &stop);
        let (mut on_the_way, mut look) = (JoinSet::new(), Look::default());
        while waiter.going() {
            let next = self.next(&mut on_the_way, &mut look).await.unwrap_or_else(|error| {
                warn!(%error, "the deliveries that are due are not known");
                None
            });
            self.tenures.rest().await;
            tokio::select! {
                Some(_) = on_the_way.join_next() => {}
                _ = waiter.wait(next) => {}
            }
        }
        while on_the_way.join_next().await.is_some() {}
        self.tenures.end().await;
    }

    /// Begins what can begin. Returns when there is something to look at again.
    async fn next(
        self: &Arc<Self>,
        on_the_way: &mut JoinSet<()>,
        look: &mut Look,
    ) -> Result<Option<Timestamp>, PortError> {
        let patience = self.dispatch(on_the_way, look).await?;
        let next = self.deliveries.next(&self.reach()).await?;
        let free = patience.and_then(|wait| self.tasks.clock.now().checked_add(wait).ok());
        // What is due already waits for a place to be free, not for its time.
        Ok(free.into_iter().chain(next.filter(|at| *at > self.tasks.clock.now())).min())
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

    /// Begins what can begin, oldest first. Returns for how long the platforms take no more of the rest.
    async fn dispatch(
        self: &Arc<Self>,
        on_the_way: &mut JoinSet<()>,
        look: &mut Look,
    ) -> Result<Option<Duration>, PortError> {
        let due = self.tasks.agenda.due_deliveries(&self.reach(), self.tasks.clock.now(), look.limit()).await?;
        let (found, before) = (due.len(), on_the_way.len());
        let mut round = Round::default();
        for (tenant, id) in due {
            if self.lanes.full() {
                break;
            }
            if round.passes_by(&tenant) || self.lanes.full_for(&tenant) {
                continue;
            }
            let Some(place) = self.place(&tenant, id).await? else { continue };
            let Some(chat) = self.chat(&tenant, &place) else { continue };
            if let Some(turn) = self.turn(&mut round, chat, &tenant, &place).await? {
                on_the_way.spawn(Arc::clone(self).deliver(turn, tenant, id));
            }
        }
        look.learn(found, on_the_way.len() - before);
        Ok(round.patience)
    }

    /// A place's turn, if it is free, this process posts there, and the platform takes another message. Whatever waits
    /// for the same place behind one that has to wait, waits as well, so that it does not overtake.
    async fn turn(
        &self,
        round: &mut Round,
        chat: Arc<dyn Chat>,
        tenant: &TenantId,
        place: &Place,
    ) -> Result<Option<Turn>, PortError> {
        let lane = lane(tenant, place);
        if !round.lanes.insert(lane.clone()) {
            return Ok(None);
        }
        let Some(lease) = self.lease(round, chat.as_ref(), tenant).await? else { return Ok(None) };
        let Some(seat) = self.lanes.take(lane) else { return Ok(None) };
        match chat.admit(tenant, place) {
            Ok(()) => Ok(Some(Turn { chat, lease, _seat: seat })),
            Err(wait) => {
                round.wait(tenant, wait);
                Ok(None)
            }
        }
    }

    /// The right to post to a tenant. Places that only this process reaches need none.
    async fn lease(
        &self,
        round: &mut Round,
        chat: &dyn Chat,
        tenant: &TenantId,
    ) -> Result<Option<Option<Arc<dyn Lease>>>, PortError> {
        if matches!(chat.reach(), Reach::Places(..)) || sabotaged("reminders.without_lease") {
            return Ok(Some(None));
        }
        let Some(held) = self.tenures.of(tenant).await? else {
            round.tenants.insert(tenant.clone());
            return Ok(None);
        };
        if held.inherited {
            chat.inherit(tenant);
        }
        Ok(Some(Some(held.lease)))
    }

    /// The place of a delivery, looked up before the attempt begins: an attempt must not wait for its place.
    async fn place(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Place>, PortError> {
        if let Some(place) = self.lanes.of(id) {
            return Ok(Some(place));
        }
        let needs = Needs { deliveries: vec![id], ..Needs::in_tenant(tenant.clone()) };
        let snapshot = self.tasks.store.load(&needs).await?;
        let place = snapshot.deliveries.get(&id).map(|delivery| delivery.place.clone());
        if let Some(place) = &place {
            self.lanes.learn(id, place.clone());
        }
        Ok(place)
    }

    fn chat(&self, tenant: &TenantId, place: &Place) -> Option<Arc<dyn Chat>> {
        self.chats.iter().find(|chat| covers(&chat.reach(), tenant, place)).cloned()
    }

    /// One attempt, while its place is held.
    async fn deliver(self: Arc<Self>, turn: Turn, tenant: TenantId, id: DeliveryId) {
        if !turn.holds() {
            return;
        }
        match self.deliveries.begin(&tenant, id).await {
            Ok(Some(attempt)) => {
                let span = span(&attempt);
                self.attempt(&turn, &attempt).instrument(span).await;
            }
            Ok(None) => {}
            Err(error) => {
                warn!(delivery = %id, %error, "the attempt could not begin");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Posts, unless somebody else took the tenant over while the attempt was committed.
    async fn attempt(&self, turn: &Turn, attempt: &Attempt) {
        let answer = match turn.holds() {
            true => post(turn.chat.as_ref(), &attempt.posting).await,
            false => Err(overtaken()),
        };
        let lost = |error: PortError| PostError::Unknown { reason: error.to_string() };
        let answer = step("reminders.after_post").map_err(lost).and(answer);
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

fn overtaken() -> PostError {
    PostError::Later { after: None, reason: "another process posts there now".to_owned() }
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
