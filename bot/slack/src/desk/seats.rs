//! How much is worked on at the same time. What comes on top waits a moment; whoever gets no seat by then is told so at
//! once, and nothing was done. So the first answer never waits for what others asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::fault::sabotaged;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How many lines are worked on at the same time: as many as keep the connections of a store busy, but no more, so that
/// none of them runs out of time while it waits for another one's statements.
const SEATS: usize = 32;
/// How many may wait for a seat.
const WAITING: usize = 1_024;
/// How long one waits for a seat, so that enough is left of the time in which the first answer is the answer itself.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long one waits when others have waited all along: what comes is then more than can be done, and who waits for a
/// seat only waits longer to be sent away. So a queue does not stand (as CoDel has it), and a burst is still taken.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_millis(50);
/// After so long without a free seat it is a crowd.
const BURST: Duration = Duration::from_millis(500);

/// The seats of a process.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    free: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// When somebody came and found a seat free.
    last_free: Arc<Mutex<Instant>>,
}

/// A seat, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    _permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Default for Seats {
    fn default() -> Self {
        let (free, places) = (Semaphore::new(SEATS), Semaphore::new(SEATS + WAITING));
        Self { free: free.into(), places: places.into(), last_free: Arc::new(Mutex::new(Instant::now())) }
    }
}

impl Seats {
    /// A seat, in the order of coming; `None` if too many are here already.
    pub(super) async fn take(&self) -> Option<Seat> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        if sabotaged("slack.without_seats") {
            return Some(Seat { _permits: None });
        }
        let free = self.free.available_permits() > 0;
        let seat = timeout(self.patience(free), Arc::clone(&self.free).acquire_owned()).await.ok()?.ok()?;
        Some(Seat { _permits: Some((seat, place)) })
    }

    fn patience(&self, free: bool) -> Duration {
        let mut last = self.last_free.lock().unwrap_or_else(PoisonError::into_inner);
        if free {
            *last = Instant::now();
        }
        if last.elapsed() < BURST { PATIENCE } else { PATIENCE_IN_A_CROWD }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn full(seats: &Seats) -> Vec<Seat> {
        let mut taken = Vec::new();
        while taken.len() < SEATS {
            taken.extend(seats.take().await);
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_on_top_waits_a_moment_and_is_then_sent_away() {
        let seats = Seats::default();
        let mut taken = full(&seats).await;
        assert!(seats.take().await.is_none(), "nobody left");
        let (seat, ()) = tokio::join!(seats.take(), async { drop(taken.pop()) });
        assert!(seat.is_some(), "somebody left meanwhile");
    }

    #[tokio::test(start_paused = true)]
    async fn where_others_have_waited_all_along_nobody_waits_long() {
        let seats = Seats::default();
        let taken = full(&seats).await;
        let waited = async |seats: &Seats| {
            let came = Instant::now();
            assert!(seats.take().await.is_none());
            came.elapsed()
        };
        assert_eq!([waited(&seats).await, waited(&seats).await], [PATIENCE; 2], "a burst");
        assert_eq!(waited(&seats).await, PATIENCE_IN_A_CROWD);
        drop(taken);
        let _taken = full(&seats).await;
        assert_eq!(waited(&seats).await, PATIENCE, "seats were free meanwhile");
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_beyond_all_places_is_sent_away_at_once() {
        let seats = Seats::default();
        let _taken = full(&seats).await;
        let crowd = futures::future::join_all((0..WAITING).map(|_| seats.take()));
        let late = async {
            tokio::task::yield_now().await;
            let came = tokio::time::Instant::now();
            (seats.take().await.is_none(), came.elapsed())
        };
        let (waited, (refused, after)) = tokio::join!(crowd, late);
        assert!(waited.iter().all(Option::is_none));
        assert!(refused && after.is_zero(), "it waited {after:?}");
    }
}
