//! A circuit breaker: while the database is away, everybody but a scout is told so at once.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// So many failures in a row open it.
const FAILURES: u32 = 5;
/// So long it stays open before a scout is sent.
const PAUSE: Duration = Duration::from_millis(500);
/// So long a scout may take; then the next one is sent.
const SCOUTING: Duration = Duration::from_secs(3);

/// So long others wait for the word of a scout at most.
const WORD: Duration = Duration::from_secs(1);

/// Counts failures that mean that the database is away.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: Mutex<State>,
    word: Notify,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Everybody passes; so many failures in a row.
    Closed(u32),
    /// Nobody passes before then, and the first one after it is a scout.
    Open(Instant),
    /// A scout is on its way, until then at most.
    Scouting(Instant),
}

impl Default for State {
    fn default() -> Self {
        Self::Closed(0)
    }
}

/// Somebody who passed, and owes a word on what they found.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    scouts: bool,
}

impl Breaker {
    /// Lets somebody pass, at once or when a scout that is on its way has found the database there. `None` while it is
    /// away.
    pub(crate) async fn pass(&self) -> Option<Pass<'_>> {
        let until = Instant::now() + WORD;
        loop {
            let word = self.word.notified();
            tokio::pin!(word);
            word.as_mut().enable();
            match self.enter() {
                Break(passes) => return passes,
                Continue(()) => timeout_at(until, word).await.ok()?,
            }
        }
    }

    /// Whether one may pass now; goes on while a scout is on its way.
    fn enter(&self) -> ControlFlow<Option<Pass<'_>>> {
        let mut state = self.state();
        let now = Instant::now();
        match *state {
            State::Closed(_) => Break(Some(Pass { breaker: self, scouts: false })),
            State::Open(until) if now < until => Break(None),
            State::Scouting(until) if now < until => Continue(()),
            State::Open(_) | State::Scouting(_) => {
                *state = State::Scouting(now + SCOUTING);
                Break(Some(Pass { breaker: self, scouts: true }))
            }
        }
    }

    fn note(&self, away: bool) {
        let mut state = self.state();
        *state = match *state {
            _ if !away => State::Closed(0),
            State::Closed(failures) if failures + 1 < FAILURES => State::Closed(failures + 1),
            State::Closed(_) | State::Open(_) | State::Scouting(_) => State::Open(Instant::now() + PAUSE),
        };
        self.word.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The database was there, or away.
    pub(crate) fn note(mut self, away: bool) {
        self.scouts = false;
        self.breaker.note(away);
    }
}

impl Drop for Pass<'_> {
    /// A scout that was called off has found nothing: the next one goes at once.
    fn drop(&mut self) {
        if self.scouts {
            *self.breaker.state() = State::Open(Instant::now());
            self.breaker.word.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn passes(breaker: &Breaker) -> Pass<'_> {
        breaker.pass().await.expect("it lets pass")
    }

    async fn opened() -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            passes(&breaker).await.note(true);
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_one_scout_passes() {
        let breaker = opened().await;
        assert!(breaker.pass().await.is_none());
        tokio::time::advance(PAUSE).await;
        let scout = passes(&breaker).await;
        assert!(breaker.pass().await.is_none(), "only one");
        scout.note(true);
        assert!(breaker.pass().await.is_none());
        tokio::time::advance(PAUSE).await;
        passes(&breaker).await.note(false);
        let (one, other) = (passes(&breaker).await, passes(&breaker).await);
        assert!(!one.scouts && !other.scouts);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_a_scout_is_on_its_way_passes_when_that_one_was_lucky() {
        let breaker = opened().await;
        tokio::time::advance(PAUSE).await;
        let scout = passes(&breaker).await;
        let (passed, ()) = tokio::join!(breaker.pass(), async { scout.note(false) });
        assert!(passed.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_scout_that_is_called_off_is_followed_by_another_at_once() {
        let breaker = opened().await;
        tokio::time::advance(PAUSE).await;
        let scout = passes(&breaker).await;
        let (next, ()) = tokio::join!(breaker.pass(), async { drop(scout) });
        assert!(next.expect("the next scout").scouts);
        assert!(passes(&breaker).await.scouts);
    }

    #[tokio::test(start_paused = true)]
    async fn a_scout_that_never_comes_back_is_followed_by_another() {
        let breaker = opened().await;
        tokio::time::advance(PAUSE).await;
        let _lost = passes(&breaker).await;
        tokio::time::advance(SCOUTING).await;
        assert!(passes(&breaker).await.scouts);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_failures_keeps_it_closed() {
        let breaker = Breaker::default();
        for _ in 0..3 * FAILURES {
            passes(&breaker).await.note(true);
            passes(&breaker).await.note(false);
        }
    }
}
