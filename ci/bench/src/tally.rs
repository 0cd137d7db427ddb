//! What came out of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

/// Latencies of what succeeded, and how often what failed did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    took: Vec<Duration>,
    errors: BTreeMap<String, u64>,
}

impl Tally {
    /// Something succeeded after this time.
    pub(crate) fn done(&mut self, took: Duration) {
        self.took.push(took);
    }

    /// Something failed.
    pub(crate) fn failed(&mut self, why: impl Into<String>) {
        *self.errors.entry(why.into()).or_default() += 1;
    }

    /// Takes another one in.
    pub(crate) fn add(&mut self, other: Self) {
        self.took.extend(other.took);
        for (why, count) in other.errors {
            *self.errors.entry(why).or_default() += count;
        }
    }

    /// The run as JSON.
    pub(crate) fn told(mut self, lasted: Duration) -> Value {
        self.took.sort_unstable();
        let seconds = lasted.as_secs_f64();
        json!({
            "count": self.took.len(),
            "seconds": seconds,
            "per_second": self.took.len() as f64 / seconds,
            "p50_ms": self.percentile(50),
            "p99_ms": self.percentile(99),
            "max_ms": self.percentile(100),
            "errors": self.errors,
        })
    }

    /// The smallest latency that so many of a hundred do not exceed, in ms.
    fn percentile(&self, share: usize) -> Option<f64> {
        let rank = (self.took.len() * share).div_ceil(100).max(1);
        self.took.get(rank - 1).map(|took| took.as_secs_f64() * 1_000.0)
    }
}
