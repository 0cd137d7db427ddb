//! Whose profile was looked at lately, and as of when it was followed, in this process. Both may be lost.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::person::Identity;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::by_key::ByKey;

/// How long at least between two looks at a profile. What Slack says of one later than this after it was followed is new.
const BETWEEN: Duration = Duration::from_secs(60 * 60);
/// Of so many people it is known.
const KEPT: usize = 10_000;

/// What is known of people's profiles.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    looked: Lately<()>,
    followed: Lately<i64>,
    turns: ByKey<Identity, ()>,
}

impl Profiles {
    /// Whether it is time to look at a profile; then it is looked at.
    pub(super) fn may_look(&self, whose: &Identity) -> bool {
        let free = self.looked.get(whose).is_none();
        if free {
            self.looked.put(whose, ());
        }
        free
    }

    /// Waits for the turn to follow a profile.
    pub(super) async fn turn(&self, whose: &Identity) -> OwnedMutexGuard<()> {
        self.turns.turn(whose.clone()).await
    }

    /// Whether a profile was followed as it became later than this, in seconds since 1970.
    pub(super) fn is_over(&self, whose: &Identity, updated: i64) -> bool {
        self.followed.get(whose).is_some_and(|followed| updated < followed)
    }

    /// A profile was followed as it became then.
    pub(super) fn followed(&self, whose: &Identity, updated: i64) {
        self.followed.put(whose, updated);
    }
}

/// What was noted of people within the last hour.
#[derive(Debug)]
struct Lately<T>(Mutex<HashMap<Identity, (Instant, T)>>);

impl<T> Default for Lately<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Copy> Lately<T> {
    fn get(&self, whose: &Identity) -> Option<T> {
        self.noted().get(whose).filter(|(at, _)| at.elapsed() < BETWEEN).map(|(_, noted)| *noted)
    }

    fn put(&self, whose: &Identity, note: T) {
        let mut noted = self.noted();
        if noted.len() >= KEPT {
            let oldest = noted.iter().min_by_key(|(_, (at, _))| *at).map(|(whose, _)| whose.clone());
            oldest.map(|whose| noted.remove(&whose));
        }
        noted.insert(whose.clone(), (Instant::now(), note));
    }

    fn noted(&self) -> MutexGuard<'_, HashMap<Identity, (Instant, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(user: &str) -> Identity {
        Identity { tenant: "slack:T1".parse().expect("a tenant"), user: user.to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_profile_is_looked_at_once_an_hour() {
        let profiles = Profiles::default();
        assert!(profiles.may_look(&identity("U1")) && !profiles.may_look(&identity("U1")));
        assert!(profiles.may_look(&identity("U2")), "somebody else's");
        tokio::time::advance(BETWEEN).await;
        assert!(profiles.may_look(&identity("U1")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_said_of_a_profile_before_it_was_followed_is_over() {
        let (profiles, ana) = (Profiles::default(), identity("U1"));
        assert!(!profiles.is_over(&ana, 6), "nothing is known");
        profiles.followed(&ana, 7);
        assert!(profiles.is_over(&ana, 6) && !profiles.is_over(&ana, 7), "a second may hold two changes");
        assert!(!profiles.is_over(&identity("U2"), 6), "somebody else's");
    }

    #[tokio::test(start_paused = true)]
    async fn of_too_many_people_the_oldest_are_forgotten() {
        let profiles = Profiles::default();
        for nth in 0..=KEPT {
            profiles.followed(&identity(&format!("U{nth}")), 7);
            tokio::time::advance(Duration::from_nanos(1)).await;
        }
        assert!(!profiles.is_over(&identity("U0"), 6) && profiles.is_over(&identity("U1"), 6));
    }
}
