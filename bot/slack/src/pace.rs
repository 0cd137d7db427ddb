//! How fast Slack is posted to: about a message a second into a channel, several hundred a minute into a workspace, and
//! nothing before it says so after a "too many". One process posts to a workspace at a time, so that this is counted in
//! one place.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::place::Place;
use domain::ports::chat::Wait;
use domain::tenant::TenantId;
use tokio::time::Instant;

/// A rate as Slack keeps it: so many at once after a rest, and one more after each pause.
#[derive(Clone, Copy, Debug)]
struct Rate {
    pause: Duration,
    burst: u32,
}

/// Slack takes a message a second in the long run; answers to people need the short bursts that it takes besides.
const CHANNEL: Rate = Rate { pause: Duration::from_millis(1_000), burst: 1 };
/// Slack takes several hundred a minute: 300, of which some are left for answers to people.
const WORKSPACE: Rate = Rate { pause: Duration::from_millis(204), burst: 280 };
/// Answers to people may be as many as Slack takes at once.
const ANSWERS: Rate = Rate { burst: 3, ..CHANNEL };
const WORKSPACE_ANSWERS: Rate = Rate { burst: 300, ..WORKSPACE };
/// What has rested for so long is full again, and forgotten.
const REST: Duration = Duration::from_secs(60);

/// The instant up to which a rate is used up, as if each message had been sent at its pause.
#[derive(Clone, Copy, Debug)]
struct Used(Instant);

impl Used {
    fn wait(self, rate: Rate, now: Instant) -> Duration {
        (self.0 + rate.pause).saturating_duration_since(now + rate.pause * rate.burst)
    }

    fn one_more(self, rate: Rate, now: Instant) -> Self {
        Self(self.0.max(now) + rate.pause)
    }

    fn one_less(self, rate: Rate) -> Self {
        Self(self.0 - rate.pause)
    }

    /// Nothing before `free`, and from then on one after each pause.
    fn up_since(self, rate: Rate, free: Instant) -> Self {
        Self(self.0.max(free + rate.pause * (rate.burst - 1)))
    }
}

/// What has been used of Slack's limits.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    places: HashMap<(TenantId, String), Used>,
    workspaces: HashMap<TenantId, Used>,
    /// Which place of a workspace Slack said "too many" for, and until when nothing goes there.
    held: HashMap<TenantId, (String, Instant)>,
    /// Places and methods that Slack said "too many" for, and until when: no burst is left there.
    resting: HashMap<(TenantId, String), Instant>,
}

impl Pace {
    /// Takes one message's share, of the place and of the workspace, or says how long it is until there is one.
    pub(crate) fn admit(&self, tenant: &TenantId, place: &Place) -> Result<(), Wait> {
        self.take(tenant, place, WORKSPACE, CHANNEL)
    }

    /// The same for an answer to somebody, who waits for it.
    pub(crate) fn admit_answer(&self, tenant: &TenantId, place: &Place) -> Result<(), Wait> {
        if let Some(time) = self.rests(tenant, "").or_else(|| self.rests(tenant, &queue(place))) {
            return Err(Wait { time, whole_tenant: false });
        }
        self.take(tenant, place, WORKSPACE_ANSWERS, ANSWERS)
    }

    fn take(&self, tenant: &TenantId, place: &Place, all: Rate, each: Rate) -> Result<(), Wait> {
        let (now, key, mut state) = (Instant::now(), (tenant.clone(), queue(place)), self.state());
        let whole = *state.workspaces.entry(tenant.clone()).or_insert(Used(now));
        let here = state.places.get(&key).copied().unwrap_or(Used(now));
        for (used, rate, whole_tenant) in [(whole, all, true), (here, each, false)] {
            let time = used.wait(rate, now);
            if !time.is_zero() {
                return Err(Wait { time, whole_tenant });
            }
        }
        state.forget(now);
        state.workspaces.insert(tenant.clone(), whole.one_more(WORKSPACE, now));
        state.places.insert(key, here.one_more(CHANNEL, now));
        Ok(())
    }

    /// A share that was taken and not used. Where Slack said "too many" meanwhile it is gone.
    pub(crate) fn give_back(&self, tenant: &TenantId, place: &Place) {
        let key = queue(place);
        if self.rests(tenant, "").or_else(|| self.rests(tenant, &key)).is_some() {
            return;
        }
        let mut state = self.state();
        if let Some(here) = state.places.get_mut(&(tenant.clone(), key)) {
            *here = here.one_less(CHANNEL);
        }
        if let Some(whole) = state.workspaces.get_mut(tenant) {
            *whole = whole.one_less(WORKSPACE);
        }
    }

    /// Slack said "too many". It does not say of what: if it says so of a second place meanwhile, of the workspace.
    pub(crate) fn hold(&self, tenant: &TenantId, place: &Place, time: Duration) {
        let (now, key, mut state) = (Instant::now(), queue(place), self.state());
        let free = now + time;
        let before = state.held.insert(tenant.clone(), (key.clone(), free));
        if before.is_some_and(|(other, until)| other != key && until > now) {
            state.use_up(tenant, free);
            state.rest(tenant, "", free);
        }
        state.rest(tenant, &key, free);
        let here = state.places.entry((tenant.clone(), key)).or_insert(Used(now));
        *here = here.up_since(CHANNEL, free);
    }

    /// Slack said "too many" of a method of its own.
    pub(crate) fn rest(&self, tenant: &TenantId, method: &str, time: Duration) {
        self.state().rest(tenant, method, Instant::now() + time);
    }

    /// How long it is until Slack takes this method, or messages to this place, again.
    pub(crate) fn rests(&self, tenant: &TenantId, what: &str) -> Option<Duration> {
        let until = *self.state().resting.get(&(tenant.clone(), what.to_owned()))?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// Somebody else has posted to the workspace: nothing is taken for granted but what comes from now on.
    pub(crate) fn inherit(&self, tenant: &TenantId) {
        self.state().use_up(tenant, Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Of two answers the longer rest counts, whichever came last.
    fn rest(&mut self, tenant: &TenantId, what: &str, until: Instant) {
        let rest = self.resting.entry((tenant.clone(), what.to_owned())).or_insert(until);
        *rest = until.max(*rest);
    }

    fn use_up(&mut self, tenant: &TenantId, free: Instant) {
        let used = self.workspaces.entry(tenant.clone()).or_insert(Used(free));
        *used = used.up_since(WORKSPACE, free);
    }

    /// Forgets places that are full again, before there are many of them.
    fn forget(&mut self, now: Instant) {
        if self.places.len() >= 1_024 && self.places.len().is_power_of_two() {
            self.places.retain(|_, used| used.0 + REST > now);
            self.resting.retain(|_, until| *until > now);
        }
    }
}

/// What messages queue at: threads are in their channel's queue.
fn queue(place: &Place) -> String {
    place.channel().map_or_else(|| place.key(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(id: usize) -> Place {
        Place::Channel(format!("C{id}"))
    }

    fn workspace() -> TenantId {
        "slack:T1".parse().unwrap_or_else(|_| TenantId::console())
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_gets_one_a_second_with_its_threads() {
        let (pace, tenant) = (Pace::default(), workspace());
        assert_eq!(pace.admit(&tenant, &channel(1)), Ok(()));
        let thread = Place::Thread { channel: "C1".to_owned(), thread: "1.1".to_owned() };
        let wait = pace.admit(&tenant, &thread).expect_err("too soon");
        assert_eq!((wait.time, wait.whole_tenant), (CHANNEL.pause, false));
        assert_eq!(pace.admit(&tenant, &channel(2)), Ok(()), "another channel is not held up");
        tokio::time::advance(CHANNEL.pause).await;
        assert_eq!(pace.admit(&tenant, &thread), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_workspace_gets_a_burst_and_then_its_rate() {
        let (pace, tenant) = (Pace::default(), workspace());
        let taken = (0..1_000).take_while(|id| pace.admit(&tenant, &channel(*id)).is_ok()).count();
        assert_eq!(taken, 280);
        tokio::time::advance(WORKSPACE.pause).await;
        assert_eq!(pace.admit(&tenant, &channel(1_000)), Ok(()));
        assert!(pace.admit(&tenant, &channel(1_001)).is_err_and(|wait| wait.whole_tenant));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_posted_takes_nothing_from_what_is() {
        let (pace, tenant) = (Pace::default(), workspace());
        for id in 0..1_000 {
            assert_eq!(pace.admit(&tenant, &channel(id)), Ok(()));
            pace.give_back(&tenant, &channel(id));
        }
        let taken = (0..1_000).take_while(|id| pace.admit(&tenant, &channel(*id)).is_ok()).count();
        assert_eq!(taken, 280);
        let (pace, minute) = (Pace::default(), Duration::from_secs(60));
        assert_eq!(pace.admit(&tenant, &channel(0)), Ok(()));
        pace.hold(&tenant, &channel(0), minute);
        pace.give_back(&tenant, &channel(0));
        assert!(pace.admit(&tenant, &channel(0)).is_err_and(|wait| wait.time == minute), "Slack has the last word");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_inherits_a_workspace_has_no_burst_left() {
        let (pace, tenant) = (Pace::default(), workspace());
        pace.inherit(&tenant);
        assert_eq!(pace.admit(&tenant, &channel(1)), Ok(()));
        assert!(pace.admit(&tenant, &channel(2)).is_err_and(|wait| wait.whole_tenant));
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_holds_the_channel_and_from_two_channels_the_workspace() {
        let (pace, tenant, minute) = (Pace::default(), workspace(), Duration::from_secs(60));
        pace.hold(&tenant, &channel(1), minute);
        assert!(pace.admit(&tenant, &channel(1)).is_err_and(|wait| wait.time == minute && !wait.whole_tenant));
        assert_eq!(pace.admit(&tenant, &channel(2)), Ok(()));
        pace.hold(&tenant, &channel(2), minute);
        assert!(pace.admit(&tenant, &channel(3)).is_err_and(|wait| wait.time == minute && wait.whole_tenant));
        tokio::time::advance(minute).await;
        assert_eq!(pace.admit(&tenant, &channel(1)), Ok(()));
        assert!(pace.admit(&tenant, &channel(3)).is_err(), "no burst after that");
    }

    #[tokio::test(start_paused = true)]
    async fn answers_come_in_short_bursts_but_not_before_slack_takes_them() {
        let (pace, tenant, minute) = (Pace::default(), workspace(), Duration::from_secs(60));
        let taken = (0..10).take_while(|_| pace.admit_answer(&tenant, &channel(1)).is_ok()).count();
        assert_eq!(taken, 3);
        assert!(pace.admit(&tenant, &channel(1)).is_err(), "a reminder waits for its turn behind them");
        pace.hold(&tenant, &channel(2), minute);
        assert!(pace.admit_answer(&tenant, &channel(2)).is_err_and(|wait| wait.time == minute));
        for time in [minute, Duration::from_secs(1)] {
            pace.rest(&tenant, "views.publish", time);
            assert_eq!(pace.rests(&tenant, "views.publish"), Some(minute), "a shorter rest does not end a longer one");
        }
        tokio::time::advance(minute).await;
        assert_eq!(pace.rests(&tenant, "views.publish"), None);
        assert_eq!(pace.admit_answer(&tenant, &channel(2)), Ok(()));
    }
}
