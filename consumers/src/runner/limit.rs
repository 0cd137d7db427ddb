//! Admission: how many events a consumer takes per second at most.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::BATCH;

/// A limit, or none.
#[derive(Default)]
pub(super) struct Limit(Option<DefaultDirectRateLimiter>);

impl Limit {
    /// So many events per second, a burst of the smallest batch at once.
    pub(super) fn per_second(events: NonZeroU32) -> Self {
        let batch = NonZeroU32::new(BATCH as u32).unwrap_or(NonZeroU32::MIN);
        Self(Some(RateLimiter::direct(Quota::per_second(events).allow_burst(batch))))
    }

    /// Waits until so many events may be handled.
    pub(super) async fn admit(&self, events: usize) {
        let Some(limit) = &self.0 else { return };
        for begun in (0..events).step_by(BATCH) {
            let portion = u32::try_from(BATCH.min(events - begun)).ok().and_then(NonZeroU32::new);
            // A portion always fits into the burst.
            let _fits = limit.until_n_ready(portion.unwrap_or(NonZeroU32::MIN)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn whoever_is_over_the_limit_waits() {
        let within = async || {
            let (limit, began) = (Limit::per_second(NonZeroU32::new(1_000).expect("a number")), Instant::now());
            limit.admit(BATCH).await;
            (began.elapsed() < Duration::from_millis(50)).then_some((limit, began))
        };
        // What waits by itself waits each time; a machine may stand still once.
        let (limit, began) = match within().await {
            Some(first) => first,
            None => within().await.expect("the burst does not wait"),
        };
        for _ in 0..2 {
            limit.admit(BATCH).await;
        }
        assert!(began.elapsed() >= Duration::from_millis(180), "{:?}", began.elapsed());
        limit.admit(2 * BATCH).await;
        assert!(began.elapsed() >= Duration::from_millis(380), "{:?}", began.elapsed());
        Limit::default().admit(1_000_000).await;
    }
}
