//! How long Slack is waited for before somebody is answered: in all, however many questions it takes.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::api::CallError;

/// All that Slack is asked before an answer ends so long after what is answered came: early enough that the answer is not
/// too late because of it.
pub(crate) const ANSWER: Duration = Duration::from_secs(2);
/// A dialog is opened so long after what opens it came: Slack lets it be opened for three seconds.
pub(crate) const DIALOG: Duration = Duration::from_millis(2_500);

tokio::task_local! {
    /// When what is worked on came, until it is answered.
    static CAME: Cell<Option<Instant>>;
}

/// Works on something that somebody waits for and that came just now.
pub(crate) async fn waited_for<T>(work: impl Future<Output = T>) -> T {
    CAME.scope(Cell::new(Some(Instant::now())), work).await
}

/// What is worked on was answered: nobody waits for the rest of it so urgently.
pub(crate) fn answered() {
    // Where nobody waits there is nothing to forget.
    CAME.try_with(|came| came.set(None)).ok();
}

/// What is left of `patience`, and of this much since what is worked on came, if somebody waits for it.
pub(crate) fn left(all: Duration, patience: Duration) -> Duration {
    let until = CAME.try_with(Cell::get).ok().flatten().map(|came| came + all);
    until.map_or(patience, |until| until.saturating_duration_since(Instant::now()).min(patience))
}

/// What comes of something within `patience`, and soon enough for an answer.
///
/// # Errors
/// [`CallError::Later`] when nothing does.
pub(crate) async fn in_time<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, CallError> {
    let late = |_| CallError::Later { after: None, reason: format!("not there within {patience:?}") };
    timeout(left(ANSWER, patience), work).await.map_err(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(1_500);

    #[tokio::test(start_paused = true)]
    async fn several_questions_share_the_time_of_one_answer() {
        let came = Instant::now();
        let never = || in_time(PATIENCE, std::future::pending::<()>());
        waited_for(async {
            for _ in 0..3 {
                assert!(never().await.is_err());
            }
            assert_eq!(in_time(PATIENCE, async { 1 }).await, Ok(1), "what is at hand is not too late");
            assert_eq!(came.elapsed(), ANSWER);
            answered();
            assert!(never().await.is_err());
        })
        .await;
        assert_eq!(came.elapsed(), ANSWER + PATIENCE, "what comes after the answer has its own time");
        assert!(never().await.is_err());
        assert_eq!(came.elapsed(), ANSWER + 2 * PATIENCE, "and so has what nobody waits for");
    }
}
