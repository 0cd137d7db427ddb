//! Who was seen in which channel: whoever types in one is in it, whatever else Slack can say at that moment.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::PersonId;
use domain::place::Channel;
use domain::tenant::TenantId;
use tokio::time::Instant;

/// How long somebody is believed to be where they were seen.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How soon after somebody was seen Slack's word on their channels may be older than that.
const MOMENT: Duration = Duration::from_secs(10);
/// So many sightings are kept before the old ones are forgotten.
const KEPT: usize = 10_000;

/// The sightings of the last minutes.
#[derive(Debug, Default)]
pub(crate) struct Sightings(Mutex<HashMap<(PersonId, Channel), Instant>>);

impl Sightings {
    /// Somebody did something there so long ago.
    pub(crate) fn note(&self, person: PersonId, channel: Channel, ago: Duration) {
        let Some(at) = Instant::now().checked_sub(ago).filter(|_| ago < FRESH) else { return };
        let mut seen = self.seen();
        if seen.len() >= KEPT {
            seen.retain(|_, at| at.elapsed() < FRESH);
        }
        let known = seen.entry((person, channel)).or_insert(at);
        *known = at.max(*known);
    }

    /// Slack said at this instant that somebody is not there any more; what they did there just before it counts more.
    pub(crate) fn forget(&self, person: PersonId, channel: &Channel, at: Instant) {
        let mut seen = self.seen();
        let key = (person, channel.clone());
        if seen.get(&key).is_some_and(|seen_at| *seen_at + MOMENT <= at) {
            seen.remove(&key);
        }
    }

    /// Where somebody was seen lately.
    pub(crate) fn of(&self, person: PersonId, tenant: &TenantId) -> Vec<Channel> {
        let seen = self.seen();
        let lately = seen
            .iter()
            .filter(|((who, channel), at)| *who == person && channel.tenant == *tenant && at.elapsed() < FRESH);
        lately.map(|((_, channel), _)| channel.clone()).collect()
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<(PersonId, Channel), Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(id))
    }

    fn channel(id: &str) -> Channel {
        Channel { tenant: "slack:T1".parse().expect("a tenant"), id: id.to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_began_a_while_ago_makes_no_sighting_longer() {
        let (ana, sightings, tenant) = (person(1), Sightings::default(), channel("C1").tenant);
        tokio::time::advance(2 * FRESH).await;
        sightings.note(ana, channel("C1"), FRESH / 2);
        sightings.note(ana, channel("C2"), FRESH);
        assert_eq!(sightings.of(ana, &tenant), [channel("C1")]);
        sightings.note(ana, channel("C2"), Duration::ZERO);
        sightings.note(ana, channel("C2"), FRESH / 2);
        tokio::time::advance(FRESH / 2).await;
        assert_eq!(sightings.of(ana, &tenant), [channel("C2")], "the later of two counts");
    }

    #[tokio::test(start_paused = true)]
    async fn a_sighting_from_before_somebody_left_is_forgotten() {
        let (ana, sightings, tenant) = (person(1), Sightings::default(), channel("C1").tenant);
        sightings.note(ana, channel("C1"), Duration::ZERO);
        sightings.forget(ana, &channel("C1"), Instant::now());
        assert_eq!(sightings.of(ana, &tenant), [channel("C1")], "they are typing there");
        tokio::time::advance(MOMENT).await;
        sightings.forget(ana, &channel("C1"), Instant::now());
        assert_eq!(sightings.of(ana, &tenant), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sighting_is_good_for_five_minutes_and_for_nobody_else() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let (ana, bob) = (person(1), person(2));
        let sightings = Sightings::default();
        sightings.note(ana, channel("C1"), Duration::ZERO);
        assert_eq!(sightings.of(ana, &tenant), [channel("C1")]);
        assert_eq!(sightings.of(bob, &tenant), []);
        assert_eq!(sightings.of(ana, &"slack:T2".parse().expect("a tenant")), []);
        tokio::time::advance(FRESH).await;
        assert_eq!(sightings.of(ana, &tenant), []);
    }
}
