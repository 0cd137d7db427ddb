//! The machine's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::clock::Clock;
use jiff::Timestamp;

/// The longest sleep before the clock is looked at again: a jump is noticed within this time.
const PIECE: Duration = Duration::from_secs(1);

/// The machine's clock, in whole microseconds because that is what databases keep.
///
/// Within the process it never goes back: when the machine's clock is set back, time stands still until it
/// has caught up, so that nothing that was due becomes early again.
#[derive(Debug)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl SystemClock {
    /// The clock of this machine.
    #[must_use]
    pub const fn new() -> Self {
        Self { latest: AtomicI64::new(i64::MIN) }
    }

    /// The later of the reading and everything read before.
    fn forward(&self, reading: i64) -> i64 {
        self.latest.fetch_max(reading, Ordering::AcqRel).max(reading)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place where time comes in")]
        let reading = Timestamp::now();
        Timestamp::from_microsecond(self.forward(reading.as_microsecond())).unwrap_or(reading)
    }

    async fn until(&self, at: Timestamp) {
        while let Some(left) = left(self.now(), at) {
            tokio::time::sleep(left.min(PIECE)).await;
        }
    }
}

/// How long it is still until `at`; `None` once it has come.
fn left(now: Timestamp, at: Timestamp) -> Option<Duration> {
    Duration::try_from(at.duration_since(now)).ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_stands_still() {
        let clock = SystemClock::new();
        assert_eq!(clock.forward(10), 10);
        assert_eq!(clock.forward(4), 10);
        assert_eq!(clock.forward(11), 11);
    }

    #[tokio::test]
    async fn waiting_never_ends_early() {
        let clock = SystemClock::new();
        let at = clock.now() + Duration::from_millis(30);
        clock.until(at).await;
        assert!(clock.now() >= at);
        clock.until(at).await;
    }
}
