//! Loops that must not stop silently.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::meter;

/// How long to wait before a loop that panicked is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs a loop until it ends by itself, and starts it again whenever it panics. Dropping this ends the loop.
pub async fn supervised<F>(name: &'static str, stop: CancellationToken, make: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let mut one = JoinSet::new();
        one.spawn(make());
        match one.join_next().await {
            Some(Err(failure)) if failure.is_panic() && !stop.is_cancelled() => {
                error!(task = name, "a loop panicked and is started again");
                meter::restart(name);
                tokio::time::sleep(PAUSE).await;
            }
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_loop_that_panics_is_started_again() {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let make = move || {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(run > 0, "the first run fails") }
        };
        supervised("test", CancellationToken::new(), make).await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}
