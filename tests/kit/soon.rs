//! What must not take long, on a machine that may stand still for a while.

use std::time::{Duration, Instant};

/// Whether this ends within so long. It is asked for up to three times: what is slow by itself is slow each time.
pub async fn soon(within: Duration, what: impl AsyncFn()) -> bool {
    for _ in 0..3 {
        let began = Instant::now();
        what().await;
        if began.elapsed() < within {
            return true;
        }
    }
    false
}

/// What holds unless the machine stands still just then: it is tried up to three times, and wrong if it is each time.
pub async fn once_in_three(what: impl AsyncFn() -> Result<(), String>) {
    let mut wrong = Vec::new();
    for _ in 0..3 {
        match what().await {
            Ok(()) => return,
            Err(why) => wrong.push(why),
        }
    }
    panic!("each time: {wrong:#?}");
}
