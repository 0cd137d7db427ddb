//! How long to wait between two attempts.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::sleep;

/// The first pause.
const FIRST: Duration = Duration::from_millis(100);

/// Pauses that double, with jitter so that not all wait for the same instant.
pub(super) struct Pauses {
    longest: Duration,
    row: ExponentialBackoff,
}

impl Pauses {
    /// That do not get longer than this; jitter adds at most as much again.
    pub(super) fn up_to(longest: Duration) -> Self {
        Self { longest, row: Self::row(longest) }
    }

    /// After a success the next failure is the first of a row.
    pub(super) fn reset(&mut self) {
        self.row = Self::row(self.longest);
    }

    pub(super) async fn next(&mut self) {
        sleep(self.row.next().unwrap_or(self.longest)).await;
    }

    fn row(longest: Duration) -> ExponentialBackoff {
        let doubling = ExponentialBuilder::default().with_min_delay(FIRST).with_max_delay(longest);
        doubling.with_factor(2.0).with_jitter().without_max_times().build()
    }
}
