//! One look at what is due: who gets a turn, and who has to wait.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::chat::{Chat, Wait};
use domain::ports::lease::Lease;
use domain::tenant::TenantId;

use super::lanes::{Lane, Seat};

/// A place's turn: it is held, and the platform takes a message there.
pub(super) struct Turn {
    pub(super) chat: Arc<dyn Chat>,
    /// The right to post to the tenant; `None` where nobody else could.
    pub(super) lease: Option<Arc<dyn Lease>>,
    pub(super) _seat: Seat,
}

impl Turn {
    /// Whether this process may still post there.
    pub(super) fn holds(&self) -> bool {
        self.lease.as_ref().is_none_or(|lease| lease.held())
    }
}

/// What one look at what is due has found out so far.
#[derive(Default)]
pub(super) struct Round {
    /// Places that had their turn, or have to wait: what comes behind waits as well.
    pub(super) lanes: HashSet<Lane>,
    /// Tenants to which nothing more is posted in this round.
    pub(super) tenants: HashSet<TenantId>,
    /// The shortest of the waits.
    pub(super) patience: Option<Duration>,
}

impl Round {
    /// Whether nothing of this tenant gets a turn.
    pub(super) fn passes_by(&self, tenant: &TenantId) -> bool {
        self.tenants.contains(tenant)
    }

    /// A place, or its whole tenant, has to wait.
    pub(super) fn wait(&mut self, tenant: &TenantId, wait: Wait) {
        if wait.whole_tenant {
            self.tenants.insert(tenant.clone());
        }
        self.patience = Some(self.patience.map_or(wait.time, |shortest| shortest.min(wait.time)));
    }
}
