//! Who looks into history when. Slack says how often apps may by "too many" alone: from then on looks come one after the
//! other, each at the time that it was told when it was put off, and not all at once whenever one may be taken.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::Instant;

/// What Slack counts looks in.
const WINDOW: Duration = Duration::from_secs(60);
/// Fifty in that time: what Slack takes of most methods.
const USUAL: Duration = Duration::from_millis(1_200);
/// So long after its time a look that was put off is not expected any more, and after the last "too many" it is forgotten
/// once nobody waits.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// The looks of each workspace.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<HashMap<TenantId, Line>>);

#[derive(Debug, Default)]
struct Line {
    /// The time between two looks, once it is known.
    pause: Duration,
    /// When there is time for the next one.
    free: Option<Instant>,
    /// When Slack said "too many".
    limited: Option<Instant>,
    /// When Slack answered lately.
    answered: VecDeque<Instant>,
    /// When whoever waits looks, by place: one look serves all that was lost there at the same time.
    promised: HashMap<String, Instant>,
}

impl Waiting {
    /// Takes the turn of a place, or says how long it is until it comes. Slack wants nothing for `rest`.
    pub(crate) fn turn(&self, tenant: &TenantId, place: &str, rest: Option<Duration>) -> Result<(), Duration> {
        let (now, mut lines) = (Instant::now(), self.lines());
        let line = lines.entry(tenant.clone()).or_default();
        line.forget(now);
        let free = line.free.unwrap_or(now).max(now + rest.unwrap_or_default());
        let promised = line.promised.get(place).copied();
        if free <= now && promised.is_none_or(|at| at <= now) {
            line.promised.remove(place);
            line.free = Some(now + line.pause);
            return Ok(());
        }
        let last = line.promised.values().max().map(|last| *last + line.pause);
        let at = match promised {
            // Whoever has waited is the next one.
            Some(at) => at.max(free),
            None => last.map_or(free, |last| last.max(free)),
        };
        line.promised.insert(place.to_owned(), at);
        Err(at - now)
    }

    /// Slack has answered.
    pub(crate) fn answered(&self, tenant: &TenantId) {
        let (now, mut lines) = (Instant::now(), self.lines());
        let answered = &mut lines.entry(tenant.clone()).or_default().answered;
        answered.push_back(now);
        answered.retain(|at| *at + WINDOW > now);
    }

    /// Slack said "too many" to a look whose turn it was, and wants none for so long. How often it answered until then is how
    /// often it does, unless it takes the next one sooner.
    pub(crate) fn too_many(&self, tenant: &TenantId, rest: Duration) {
        let (now, mut lines) = (Instant::now(), self.lines());
        let line = lines.entry(tenant.clone()).or_default();
        let lately: Vec<_> = line.answered.iter().filter(|at| **at + WINDOW > now).collect();
        let often = u32::try_from(lately.len()).ok().and_then(|count| WINDOW.checked_div(count));
        let since = lately.last().map_or(Duration::ZERO, |at| now - **at);
        line.pause = often.unwrap_or(rest).min(since + rest);
    }

    /// A look whose turn it was could not be taken, for whichever method: it has another turn after so long, and the others
    /// behind it.
    pub(crate) fn again(&self, tenant: &TenantId, place: &str, rest: Duration) {
        let (now, mut lines) = (Instant::now(), self.lines());
        let line = lines.entry(tenant.clone()).or_default();
        line.pause = line.pause.max(USUAL);
        (line.free, line.limited) = (Some(now + rest), Some(now));
        line.promised.insert(place.to_owned(), now + rest);
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<TenantId, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Whoever does not come is not waited for, and a limit that nobody met for long may not be one any more.
    fn forget(&mut self, now: Instant) {
        self.promised.retain(|_, at| *at + FORGOTTEN > now);
        let met = self.limited.is_some_and(|at| at + FORGOTTEN > now);
        if self.promised.is_empty() && !met {
            (self.pause, self.free) = (Duration::ZERO, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn workspace() -> TenantId {
        "slack:T1".parse().expect("a tenant")
    }

    /// The looks of so many places of which each comes back when it was told, at a Slack that takes one every `pause`: when
    /// each was taken, how often one was put off, and how often Slack said "too many".
    async fn looked(places: usize, pause: Duration) -> (Vec<Duration>, usize, usize) {
        let (waiting, tenant, began) = (Waiting::default(), workspace(), Instant::now());
        let mut open: Vec<(Instant, usize)> = (0..places).map(|nth| (began, nth)).collect();
        let (mut free, mut rests) = (began, began);
        let (mut looks, mut put_off, mut too_many) = (Vec::new(), 0, 0);
        while let Some(next) = open.iter().min().copied() {
            open.retain(|one| *one != next);
            let ((at, nth), place) = (next, format!("D{}", next.1));
            advance(at.saturating_duration_since(Instant::now())).await;
            let now = Instant::now();
            let rest = Some(rests.saturating_duration_since(now)).filter(|rest| !rest.is_zero());
            match waiting.turn(&tenant, &place, rest) {
                Ok(()) if free <= now => {
                    waiting.answered(&tenant);
                    looks.push(now - began);
                    free = now + pause;
                }
                Ok(()) => {
                    too_many += 1;
                    rests = free;
                    waiting.too_many(&tenant, free - now);
                    waiting.again(&tenant, &place, free - now);
                    open.push((free, nth));
                }
                Err(time) => {
                    put_off += 1;
                    open.push((now + time, nth));
                }
            }
        }
        (looks, put_off, too_many)
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_looks_each_comes_in_its_turn_and_none_of_them_all_at_once() {
        let (looks, put_off, too_many) = looked(400, MINUTE).await;
        let each_minute: Vec<_> = (0..400).map(|nth| MINUTE * nth).collect();
        assert_eq!(looks, each_minute);
        assert_eq!((put_off, too_many), (398, 1), "each is told its time once");
    }

    #[tokio::test(start_paused = true)]
    async fn looks_that_nobody_limits_wait_for_nothing() {
        let (looks, put_off, _) = looked(400, Duration::ZERO).await;
        assert_eq!((looks.len(), put_off, looks.last().copied()), (400, 0, Some(Duration::ZERO)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_before_the_first_too_many_says_how_often_one_may_look() {
        let (waiting, tenant) = (Waiting::default(), workspace());
        for nth in 0..50 {
            assert_eq!(waiting.turn(&tenant, &format!("D{nth}"), None), Ok(()));
            waiting.answered(&tenant);
        }
        let rest = Duration::from_secs(2);
        assert_eq!(waiting.turn(&tenant, "D50", None), Ok(()));
        waiting.too_many(&tenant, rest);
        waiting.again(&tenant, "D50", rest);
        for (nth, place) in ["D51", "D52", "D53", "D51"].into_iter().enumerate() {
            let turn = if nth == 3 { 1 } else { 1 + u32::try_from(nth).expect("few") };
            let wait = waiting.turn(&tenant, place, Some(rest));
            assert_eq!(wait, Err(rest + turn * (MINUTE / 50)), "{place}: a place has one turn");
        }
        advance(rest).await;
        assert_eq!(waiting.turn(&tenant, "D50", None), Ok(()));
        assert!(waiting.turn(&tenant, "D51", None).is_err(), "not yet");
        advance(FORGOTTEN + FORGOTTEN).await;
        for nth in 0..3 {
            assert_eq!(waiting.turn(&tenant, &format!("D{nth}"), None), Ok(()), "nobody waits any more");
        }
    }
}
