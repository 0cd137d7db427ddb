//! How long to wait between two attempts.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// Pauses that double, with jitter so that not all wait for the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The first pause, at least.
    pub first: Duration,
    /// Where doubling ends; jitter adds at most as much again.
    pub longest: Duration,
}

impl Default for Pace {
    /// From 100 ms to 15 s (30 s with jitter).
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(15) }
    }
}

impl Pace {
    /// The pauses of one row of failures; they do not end.
    pub(crate) fn pauses(self) -> impl Iterator<Item = Duration> + Send {
        let doubling = ExponentialBuilder::default().with_min_delay(self.first).with_max_delay(self.longest);
        let pauses = doubling.with_factor(2.0).with_jitter().without_max_times().build();
        // The builder's own end (none is set) would otherwise stop a consumer for good.
        pauses.chain(std::iter::repeat(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_go_on() {
        let pace = Pace::default();
        let pauses: Vec<Duration> = pace.pauses().take(200).collect();
        assert_eq!(pauses.len(), 200);
        assert!(pauses[0] >= pace.first && pauses[0] <= pace.first * 2);
        assert!(pauses.iter().all(|pause| *pause <= pace.longest * 2));
        assert!(pauses[150] >= pace.longest);
    }
}
