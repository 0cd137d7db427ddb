//! Waiting for work that the clock or a commit brings.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::bell::{Bell, Ear};
use domain::ports::clock::Clock;
use jiff::Timestamp;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long a wait lasts at most: other processes may write the same database and ring a bell of theirs.
const POLL: Duration = Duration::from_secs(1);

/// After a ring, others usually follow at once: one look is enough for all of them.
const GATHER: Duration = Duration::from_millis(50);

/// Waits for the next instant that matters, a ring, the fallback, or the end.
pub(crate) struct Waiter {
    clock: Arc<dyn Clock>,
    ear: Ear,
    stop: CancellationToken,
}

impl Waiter {
    pub(crate) fn new(clock: &Arc<dyn Clock>, bell: &Bell, stop: &CancellationToken) -> Self {
        Self { clock: Arc::clone(clock), ear: bell.listen(), stop: stop.clone() }
    }

    /// Until `next` (unless it has passed: then whoever waits could not deal with it just now), a ring or the
    /// fallback. Returns whether to go on.
    pub(crate) async fn wait(&mut self, next: Option<Timestamp>) -> bool {
        let next = next.filter(|at| *at > self.clock.now());
        let time = async {
            match next {
                Some(at) => self.clock.until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = time => {}
            () = self.ear.heard() => sleep(GATHER).await,
            () = sleep(POLL) => {}
        }
        self.going()
    }

    /// Waits for a while after a failure. Returns whether to go on.
    pub(crate) async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = sleep(pause) => {}
        }
        self.going()
    }

    /// Whether nobody has asked to stop.
    pub(crate) fn going(&self) -> bool {
        !self.stop.is_cancelled()
    }
}
