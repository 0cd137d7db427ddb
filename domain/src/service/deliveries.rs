//! Reminders on their way: claim what is due, begin an attempt, settle it. Each step is one commit.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::info;

use super::Tasks;
use crate::command::TaskRef;
use crate::decide::delivery::{self, Attempt, Group};
use crate::fault;
use crate::ids::{DeliveryId, SeriesId};
use crate::ports::agenda::{Agenda, Reach};
use crate::ports::chat::{PostError, Posted};
use crate::ports::error::PortError;
use crate::ports::store::CommitError;
use crate::snapshot::{Needs, Snapshot};
use crate::tenant::TenantId;

/// The steps of a delivery, each decided by the pure half and committed whole.
#[derive(Clone)]
pub struct Deliveries {
    tasks: Tasks,
}

/// What claiming came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// How many reminders were claimed.
    pub reminders: usize,
    /// Series that must be advanced instead, because their reminder is too late to be sent.
    pub stale_series: Vec<(TenantId, SeriesId)>,
}

impl Claimed {
    /// Both together.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.reminders += more.reminders;
        self.stale_series.extend(more.stale_series);
        self
    }
}

impl Deliveries {
    /// On top of the service's parts.
    #[must_use]
    pub const fn new(tasks: Tasks) -> Self {
        Self { tasks }
    }

    /// The agenda that says what is due.
    #[must_use]
    pub fn agenda(&self) -> &Arc<dyn Agenda> {
        &self.tasks.agenda
    }

    /// The due reminders within reach, by tenant and place; those of one place stand together, in order.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn due(&self, reach: &[Reach], limit: u32) -> Result<Vec<Group>, PortError> {
        let due = self.tasks.agenda.due_reminders(reach, self.tasks.clock.now(), limit).await?;
        Ok(delivery::groups(due))
    }

    /// Claims what is due, one group after the other.
    ///
    /// # Errors
    /// When a backend fails.
    pub async fn claim(&self, reach: &[Reach], limit: u32) -> Result<Claimed, PortError> {
        self.claim_all(&self.due(reach, limit).await?).await
    }

    /// Claims due reminders: a delivery row and `REMINDER_DUE` for each, in one commit per group. A conflict means
    /// that somebody else claimed or changed them: they are left for the next round.
    ///
    /// # Errors
    /// When a backend fails.
    pub async fn claim_all(&self, groups: &[Group]) -> Result<Claimed, PortError> {
        let mut claimed = Claimed::default();
        for group in groups {
            let snapshot = self.tasks.store.load(&group.needs()).await?;
            let step = delivery::claim(&snapshot, group, self.tasks.clock.now(), self.tasks.ids.as_ref());
            claimed.stale_series.extend(step.stale_series);
            let members = step.change.reminders.len();
            if members > 0 && self.commit(step.change, "reminders.after_claim").await? {
                info!(members, place = group.place.key(), "claimed");
                claimed.reminders += members;
            }
        }
        Ok(claimed)
    }

    /// Begins an attempt: re-reads the members, drops the cancelled ones, commits `sending`. From that commit on
    /// a cancellation comes too late. `None` if there is nothing (left) to send, or somebody else was faster.
    ///
    /// # Errors
    /// When a backend fails.
    pub async fn begin(&self, tenant: &TenantId, id: DeliveryId) -> Result<Option<Attempt>, PortError> {
        let snapshot = self.load(tenant, id).await?;
        let Some((change, attempt)) = delivery::begin(&snapshot, id, self.tasks.clock.now()) else { return Ok(None) };
        let committed = self.commit(change, "reminders.after_sending").await?;
        Ok(attempt.filter(|_| committed))
    }

    /// Writes down what came of an attempt, with `REMINDER_DELIVERED` or `REMINDER_FAILED` per member.
    ///
    /// # Errors
    /// When a backend fails; the delivery is then taken up again after its lease.
    pub async fn settle(&self, attempt: &Attempt, result: Result<Posted, PostError>) -> Result<(), PortError> {
        loop {
            let snapshot = self.load(&attempt.posting.tenant, attempt.posting.delivery).await?;
            let now = self.tasks.clock.now();
            let Some(change) = delivery::settle(&snapshot, attempt, &result, now, self.tasks.ids.as_ref()) else {
                return Ok(());
            };
            if self.commit(change, "reminders.after_settle").await? {
                return Ok(());
            }
        }
    }

    /// When the next reminder or delivery within reach wants attention.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn next(&self, reach: &[Reach]) -> Result<Option<Timestamp>, PortError> {
        self.tasks.agenda.next_reminder(reach).await
    }

    async fn load(&self, tenant: &TenantId, id: DeliveryId) -> Result<Snapshot, PortError> {
        let mut needs = Needs::in_tenant(tenant.clone());
        needs.deliveries.push(id);
        let snapshot = self.tasks.store.load(&needs).await?;
        let Some(notice) = snapshot.deliveries.get(&id).and_then(|delivery| delivery.notice.as_ref()) else {
            return Ok(snapshot);
        };
        needs.tasks.push(TaskRef::Id(notice.task));
        needs.people.push(notice.by);
        self.tasks.store.load(&needs).await
    }

    async fn commit(&self, change: crate::change::Change, step: &str) -> Result<bool, PortError> {
        match self.tasks.store.commit(change).await {
            Ok(()) => {
                fault::step(step)?;
                self.tasks.bell.ring();
                Ok(true)
            }
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(CommitError::Port(error) | CommitError::Unknown(error)) => Err(error),
        }
    }
}
