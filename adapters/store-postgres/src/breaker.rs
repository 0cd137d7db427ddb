//! A circuit breaker: while the database is away, everybody but a scout is told so at once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures in a row open it.
const FAILURES: u32 = 5;
/// So long it stays open before a scout is sent.
const PAUSE: Duration = Duration::from_millis(500);
/// So long a scout may take; then the next one is sent.
const SCOUTING: Duration = Duration::from_secs(3);

/// Counts failures that mean that the database is away.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Clone, Copy, Debug)]
enum State {
    /// Everybody passes; so many failures in a row.
    Closed(u32),
    /// Nobody passes before then, and the first one after it is a scout.
    Open(Instant),
}

impl Default for State {
    fn default() -> Self {
        Self::Closed(0)
    }
}

impl Breaker {
    /// Whether one may pass now.
    pub(crate) fn lets_pass(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed(_) => true,
            State::Open(until) if Instant::now() < until => false,
            State::Open(_) => {
                *state = State::Open(Instant::now() + SCOUTING);
                true
            }
        }
    }

    /// Somebody who passed found the database there, or away.
    pub(crate) fn note(&self, away: bool) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match *state {
            _ if !away => State::Closed(0),
            State::Closed(failures) if failures + 1 < FAILURES => State::Closed(failures + 1),
            State::Closed(_) | State::Open(_) => State::Open(Instant::now() + PAUSE),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert!(breaker.lets_pass());
            breaker.note(true);
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_one_scout_passes() {
        let breaker = opened();
        assert!(!breaker.lets_pass());
        tokio::time::advance(PAUSE).await;
        assert!(breaker.lets_pass(), "a scout");
        assert!(!breaker.lets_pass(), "only one");
        breaker.note(true);
        assert!(!breaker.lets_pass());
        tokio::time::advance(PAUSE).await;
        assert!(breaker.lets_pass());
        breaker.note(false);
        assert!(breaker.lets_pass() && breaker.lets_pass());
    }

    #[tokio::test(start_paused = true)]
    async fn a_scout_that_never_comes_back_is_followed_by_another() {
        let breaker = opened();
        tokio::time::advance(PAUSE).await;
        assert!(breaker.lets_pass());
        tokio::time::advance(SCOUTING).await;
        assert!(breaker.lets_pass());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_between_failures_keeps_it_closed() {
        let breaker = Breaker::default();
        for _ in 0..3 * FAILURES {
            breaker.note(true);
            breaker.note(false);
            assert!(breaker.lets_pass());
        }
    }
}
