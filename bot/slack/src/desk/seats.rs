//! How much is worked on at the same time. What comes on top waits a moment; whoever gets no seat by then is told so at
//! once, and nothing was done. So the first answer never waits for what others asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use domain::fault::sabotaged;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How many lines are worked on at the same time: as many as keep the connections of a store busy, but no more, so that
/// none of them runs out of time while it waits for another one's statements. Twice as many are done no sooner, and each
/// of them later.
const SEATS: usize = 16;
/// How many may wait for a seat.
const WAITING: usize = 1_024;
/// How long one waits for a seat, so that enough is left of the time in which the first answer is the answer itself.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long one waits when others have waited all along: what comes is then more than can be done, and who waits for a
/// seat only waits longer to be sent away. So a queue does not stand (as CoDel has it), and a burst is still taken.
const PATIENCE_IN_A_CROWD: Duration = Duration::from_millis(20);
/// After so long without a free seat it is a crowd.
const BURST: Duration = Duration::from_millis(500);

/// How much of all that a single workspace may have, in quarters: however much it asks, others find a seat.
const SHARE: usize = 3;

/// The seats of a process.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    all: Arc<Room>,
    /// The shares of those workspaces of which something is worked on, by what Slack calls them.
    shares: Arc<Mutex<HashMap<String, Weak<Room>>>>,
}

/// So many seats, and places for those who are on one or wait for one.
#[derive(Debug)]
struct Room {
    free: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// When somebody came and found a seat free.
    last_free: Mutex<Instant>,
}

/// A seat, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    _permits: Vec<OwnedSemaphorePermit>,
    _share: Arc<Room>,
}

impl Default for Seats {
    fn default() -> Self {
        Self { all: Arc::new(Room::new(SEATS, WAITING)), shares: Arc::default() }
    }
}

impl Seats {
    /// A seat for something of a workspace, in the order of coming; `None` if too many are here already.
    pub(super) async fn take(&self, workspace: &str) -> Option<Seat> {
        let share = self.share(workspace);
        let places = [share.place()?, self.all.place()?];
        if sabotaged("slack.without_seats") {
            return Some(Seat { _permits: Vec::new(), _share: share });
        }
        let patience = share.patience().min(self.all.patience());
        let seats = async { Some([share.seat().await?, self.all.seat().await?]) };
        let seats = timeout(patience, seats).await.ok()??;
        Some(Seat { _permits: seats.into_iter().chain(places).collect(), _share: share })
    }

    fn share(&self, workspace: &str) -> Arc<Room> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        shares.retain(|_, share| share.strong_count() > 0);
        let share = shares.get(workspace).and_then(Weak::upgrade);
        let share = share.unwrap_or_else(|| Arc::new(Room::new(SEATS * SHARE / 4, WAITING * SHARE / 4)));
        shares.insert(workspace.to_owned(), Arc::downgrade(&share));
        share
    }
}

impl Room {
    fn new(seats: usize, waiting: usize) -> Self {
        let (free, places) = (Semaphore::new(seats), Semaphore::new(seats + waiting));
        Self { free: free.into(), places: places.into(), last_free: Mutex::new(Instant::now()) }
    }

    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    fn patience(&self) -> Duration {
        let mut last = self.last_free.lock().unwrap_or_else(PoisonError::into_inner);
        if self.free.available_permits() > 0 {
            *last = Instant::now();
        }
        if last.elapsed() < BURST { PATIENCE } else { PATIENCE_IN_A_CROWD }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody of another workspace each time.
    async fn full(seats: &Seats) -> Vec<Seat> {
        let mut taken = Vec::new();
        while taken.len() < SEATS {
            taken.extend(seats.take(&format!("T{}", taken.len())).await);
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_comes_on_top_waits_a_moment_and_is_then_sent_away() {
        let seats = Seats::default();
        let mut taken = full(&seats).await;
        assert!(seats.take("T1").await.is_none(), "nobody left");
        let (seat, ()) = tokio::join!(seats.take("T1"), async { drop(taken.pop()) });
        assert!(seat.is_some(), "somebody left meanwhile");
    }

    #[tokio::test(start_paused = true)]
    async fn where_others_have_waited_all_along_nobody_waits_long() {
        let seats = Seats::default();
        let taken = full(&seats).await;
        assert_eq!([waited(&seats, "T1").await, waited(&seats, "T1").await], [PATIENCE; 2], "a burst");
        assert_eq!(waited(&seats, "T1").await, PATIENCE_IN_A_CROWD);
        drop(taken);
        let _taken = full(&seats).await;
        assert_eq!(waited(&seats, "T1").await, PATIENCE, "seats were free meanwhile");
    }

    /// How long somebody waits who gets no seat.
    async fn waited(seats: &Seats, workspace: &str) -> Duration {
        let came = Instant::now();
        assert!(seats.take(workspace).await.is_none());
        came.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_beyond_all_places_is_sent_away_at_once() {
        let seats = Seats::default();
        let _taken = full(&seats).await;
        let workspaces: Vec<String> = (0..WAITING).map(|nth| format!("T{}", nth % SEATS)).collect();
        let crowd = futures::future::join_all(workspaces.iter().map(|workspace| seats.take(workspace)));
        let late = async {
            tokio::task::yield_now().await;
            waited(&seats, "T1").await
        };
        let (waited, after) = tokio::join!(crowd, late);
        assert!(waited.iter().all(Option::is_none));
        assert!(after.is_zero(), "it waited {after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_workspace_that_floods_leaves_seats_to_the_others() {
        let seats = Seats::default();
        let flood = futures::future::join_all((0..2 * WAITING).map(|_| seats.take("T1")));
        let other = async {
            tokio::task::yield_now().await;
            let came = Instant::now();
            (seats.take("T2").await, came.elapsed())
        };
        let (taken, (other, after)) = tokio::join!(flood, other);
        assert_eq!(taken.iter().flatten().count(), SEATS * SHARE / 4);
        assert!(other.is_some() && after.is_zero(), "it waited {after:?}");
        for patience in [PATIENCE, PATIENCE_IN_A_CROWD] {
            assert_eq!(waited(&seats, "T1").await, patience);
        }
        drop(taken);
        assert!(seats.take("T1").await.is_some());
        assert!(seats.shares.lock().is_ok_and(|shares| shares.len() == 2), "and those who left are forgotten later");
    }
}
