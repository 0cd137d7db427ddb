//! Claims due reminders that this process can post.

use std::sync::Arc;
use std::time::Duration;

use domain::decide::delivery::Group;
use domain::ports::agenda::Reach;
use domain::ports::chat::Chat;
use domain::ports::error::PortError;
use domain::service::{Claimed, Deliveries, Tasks};
use futures::{StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::look::Look;
use crate::meter;
use crate::recurrence::advance;
use crate::wait::Waiter;

/// How long to wait after the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// How many reminders are looked at in a round. Those of one place become one message if they are seen together.
const SEEN: u32 = 2_000;
/// How many places are claimed at the same time.
const AT_ONCE: usize = 16;

/// Writes a delivery and `REMINDER_DUE` for each reminder whose time has come, if one of the chats can post it.
pub struct Claimer {
    tasks: Tasks,
    deliveries: Deliveries,
    chats: Vec<Arc<dyn Chat>>,
}

impl Claimer {
    /// For these chats.
    #[must_use]
    pub fn new(tasks: Tasks, chats: Vec<Arc<dyn Chat>>) -> Self {
        Self { deliveries: Deliveries::new(tasks.clone()), tasks, chats }
    }

    /// Waits for the next reminder within reach and claims all that are due, until somebody asks to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut waiter = Waiter::new(&self.tasks.clock, &self.tasks.bell, &stop);
        let mut look = Look::at(SEEN);
        while waiter.going() {
            if !self.believes_the_clock() {
                waiter.pause(PAUSE).await;
                continue;
            }
            let next = match self.claim(&mut look).await {
                Ok(0) => self.deliveries.next(&self.reach()).await,
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            match next {
                Ok(next) => waiter.wait(next).await,
                Err(error) => {
                    warn!(%error, "the reminders that are due are not known");
                    waiter.pause(PAUSE).await
                }
            };
        }
    }

    /// Claims one round of what is due now. Returns how many reminders were claimed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn round(&self) -> Result<usize, PortError> {
        self.claim(&mut Look::at(SEEN)).await
    }

    async fn claim(&self, look: &mut Look) -> Result<usize, PortError> {
        let claimed = self.claim_at_once(look.limit()).await?;
        look.learn(claimed.reminders + claimed.stale_series.len(), claimed.reminders);
        for (tenant, series) in claimed.stale_series {
            info!(%tenant, %series, "too late to be sent, the series is advanced instead");
            if let Err(trouble) = advance(&self.tasks, &tenant, series, None).await {
                let reason = trouble.reason();
                error!(%tenant, %series, reason, "a series with a stale reminder could not be advanced");
            }
        }
        Ok(claimed.reminders)
    }

    /// Several places at once, so that a crowd of them does not hold up who comes next; each place in its order.
    async fn claim_at_once(&self, limit: u32) -> Result<Claimed, PortError> {
        let groups = self.deliveries.due(&self.reach(), limit).await?;
        let places = groups.chunk_by(|one, next| one.tenant == next.tenant && one.place == next.place);
        let claims: Vec<_> = places.map(|groups| claim(self.deliveries.clone(), groups.to_vec())).collect();
        let claimed: Vec<_> = stream::iter(claims).buffer_unordered(AT_ONCE).collect().await;
        claimed.into_iter().try_fold(Claimed::default(), |sum, more| more.map(|more| sum.and(more)))
    }

    fn believes_the_clock(&self) -> bool {
        let trusted = self.tasks.clock.is_trusted();
        meter::clock(trusted);
        trusted
    }

    fn reach(&self) -> Vec<Reach> {
        self.chats.iter().map(|chat| chat.reach()).collect()
    }
}

async fn claim(deliveries: Deliveries, groups: Vec<Group>) -> Result<Claimed, PortError> {
    deliveries.claim_all(&groups).await
}
