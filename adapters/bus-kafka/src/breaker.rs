//! A circuit breaker: whoever failed is left alone for a while, and then tried once.
//!
//! The crate `recloser` does not fit: it counts a first result in each state without judging it, so that a dead broker is
//! waited for twice, and it does not tell its state.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::gauge;
use tokio::time::Instant;

/// 0 closed, 0.5 half open, 1 open.
const STATE: &str = "taskbot_kafka_breaker_state";

/// Tells the recorder what the metric means.
pub(crate) fn describe() {
    metrics::describe_gauge!(STATE, "The circuit breaker in front of Kafka: 0 closed, 0.5 half open, 1 open");
}

/// Guards calls that are made one after another, so that there is never more than one probe.
pub(crate) struct Breaker {
    rest: Duration,
    /// Open until then, and half open from then on; `None` while it is closed.
    until: Mutex<Option<Instant>>,
}

impl Breaker {
    pub(crate) fn new(rest: Duration) -> Self {
        Self { rest, until: Mutex::new(None) }
    }

    /// Whether a call may be made now.
    pub(crate) fn admits(&self) -> bool {
        match *self.until() {
            None => true,
            Some(until) if Instant::now() < until => false,
            Some(_) => {
                gauge!(STATE).set(0.5);
                true
            }
        }
    }

    pub(crate) fn succeeded(&self) {
        *self.until() = None;
        gauge!(STATE).set(0.0);
    }

    /// One failure opens it: the call has been patient enough.
    pub(crate) fn failed(&self) {
        *self.until() = Some(Instant::now() + self.rest);
        gauge!(STATE).set(1.0);
    }

    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_rests_probes_and_closes() {
        let breaker = Breaker::new(Duration::from_secs(2));
        assert!(breaker.admits());
        breaker.failed();
        assert!(!breaker.admits());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(breaker.admits(), "the probe");
        breaker.failed();
        assert!(!breaker.admits(), "it failed too");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(breaker.admits());
        breaker.succeeded();
        assert!(breaker.admits());
    }
}
