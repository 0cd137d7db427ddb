//! Who is being posted to at the moment.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::DeliveryId;
use domain::place::Place;
use domain::tenant::TenantId;

/// How many places are posted to at the same time.
const LANES: usize = 32;
/// How many of them one tenant may take, so that a burst of one does not hold up the others.
const PER_TENANT: usize = 16;
/// How many deliveries' places are remembered before all are forgotten; more than are looked at in a round.
const REMEMBERED: usize = 32_768;

/// A place, with the tenant that it is in. The threads of a channel are the channel: that is what platforms count by.
pub(super) type Lane = (TenantId, Place);

/// The place that messages for this one queue at.
pub(super) fn lane(tenant: &TenantId, place: &Place) -> Lane {
    let place = match place {
        Place::Thread { channel, .. } => Place::Channel(channel.clone()),
        Place::Direct(_) | Place::Channel(_) => place.clone(),
    };
    (tenant.clone(), place)
}

/// The places that are busy: one deliverer at a time for each.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    busy: HashSet<Lane>,
    /// Where deliveries go. That never changes, so that waiting ones are looked up once.
    known: HashMap<DeliveryId, Place>,
}

/// A place that is taken until this is dropped, by a panic too.
#[derive(Debug)]
pub(super) struct Seat {
    lanes: Arc<Lanes>,
    lane: Lane,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lanes.state().busy.remove(&self.lane);
    }
}

impl Lanes {
    /// Where a delivery goes, if that is known.
    pub(super) fn of(&self, delivery: DeliveryId) -> Option<Place> {
        self.state().known.get(&delivery).cloned()
    }

    /// Remembers where a delivery goes.
    pub(super) fn learn(&self, delivery: DeliveryId, place: Place) {
        let known = &mut self.state().known;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(delivery, place);
    }

    /// Takes a place, if it is free and neither tenant nor process posts too much already.
    pub(super) fn take(self: &Arc<Self>, lane: Lane) -> Option<Seat> {
        let free = !self.full_for(&lane.0) && self.state().busy.insert(lane.clone());
        free.then(|| Seat { lanes: Arc::clone(self), lane })
    }

    /// Whether no further place of this tenant can be taken.
    pub(super) fn full_for(&self, tenant: &TenantId) -> bool {
        let busy = &self.state().busy;
        busy.len() >= LANES || busy.iter().filter(|(theirs, _)| theirs == tenant).count() >= PER_TENANT
    }

    /// Whether no further place can be taken.
    pub(super) fn full(&self) -> bool {
        self.state().busy.len() >= LANES
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(tenant: &str, channel: usize) -> Lane {
        let tenant = tenant.parse().unwrap_or_else(|_| TenantId::console());
        super::lane(&tenant, &Place::Thread { channel: channel.to_string(), thread: "1.1".to_owned() })
    }

    #[test]
    fn a_place_has_one_deliverer_and_a_tenant_does_not_take_all() {
        let lanes = Arc::new(Lanes::default());
        let first = lanes.take(lane("slack:T1", 0));
        assert!(first.is_some());
        assert!(lanes.take(lane("slack:T1", 0)).is_none(), "one deliverer at a time");
        let taken: Vec<Seat> = (1..100).filter_map(|channel| lanes.take(lane("slack:T1", channel))).collect();
        assert_eq!(taken.len(), PER_TENANT - 1);
        assert!(lanes.take(lane("slack:T2", 0)).is_some(), "another tenant is not held up");
        drop(first);
        assert!(lanes.take(lane("slack:T1", 0)).is_some());
    }
}
