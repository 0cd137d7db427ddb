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
/// So many sightings are kept before the old ones are forgotten.
const KEPT: usize = 10_000;

/// The sightings of the last minutes.
#[derive(Debug, Default)]
pub(crate) struct Sightings(Mutex<HashMap<(PersonId, Channel), Instant>>);

impl Sightings {
    /// Somebody typed something there.
    pub(crate) fn note(&self, person: PersonId, channel: Channel) {
        let mut seen = self.seen();
        if seen.len() >= KEPT {
            seen.retain(|_, at| at.elapsed() < FRESH);
        }
        seen.insert((person, channel), Instant::now());
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

    #[tokio::test(start_paused = true)]
    async fn a_sighting_is_good_for_five_minutes_and_for_nobody_else() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let channel = |id: &str| Channel { tenant: tenant.clone(), id: id.to_owned() };
        let (ana, bob) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
        let sightings = Sightings::default();
        sightings.note(ana, channel("C1"));
        assert_eq!(sightings.of(ana, &tenant), [channel("C1")]);
        assert_eq!(sightings.of(bob, &tenant), []);
        assert_eq!(sightings.of(ana, &"slack:T2".parse().expect("a tenant")), []);
        tokio::time::advance(FRESH).await;
        assert_eq!(sightings.of(ana, &tenant), []);
    }
}
