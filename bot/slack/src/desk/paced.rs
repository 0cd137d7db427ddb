//! Answers go out as fast as Slack takes them, and wait where it says "too many". What Slack waits for is given before:
//! only what comes later waits here.

use domain::place::Place;
use tokio::time::sleep;
use tracing::warn;

use super::Desk;
use crate::api::CallError;

/// How often an answer is sent in all while Slack says "too many".
const TRIES: u32 = 5;

impl Desk {
    /// Posts a message when the place and the workspace have room for it, beside the reminders that go there.
    ///
    /// # Errors
    /// When it is not taken, or "too many" is said again and again.
    pub(super) async fn post_paced<A, C: Future<Output = Result<A, CallError>>>(
        &self,
        place: &Place,
        post: impl Fn() -> C,
    ) -> Result<A, CallError> {
        let (tenant, pace) = (self.api.tenant()?, &self.around.pace);
        let mut answer = Err(CallError::not_installed());
        for _ in 0..TRIES {
            while let Err(wait) = pace.admit_answer(tenant, place) {
                sleep(wait.time).await;
            }
            answer = post().await;
            let Err(CallError::Later { after: Some(time), .. }) = &answer else { return answer };
            warn!(?time, place = place.key(), "Slack wants no more answers for a while");
            pace.hold(tenant, place, *time);
        }
        answer
    }

    /// Calls a method that has a limit of its own, when Slack takes it.
    ///
    /// # Errors
    /// When the call fails, or "too many" is said again and again.
    pub(super) async fn call_paced<A, C: Future<Output = Result<A, CallError>>>(
        &self,
        method: &'static str,
        call: impl Fn() -> C,
    ) -> Result<A, CallError> {
        let (tenant, pace) = (self.api.tenant()?, &self.around.pace);
        let mut answer = Err(CallError::not_installed());
        for _ in 0..TRIES {
            while let Some(left) = pace.rests(tenant, method) {
                sleep(left).await;
            }
            answer = call().await;
            let Err(CallError::Later { after: Some(time), .. }) = &answer else { return answer };
            warn!(?time, method, "Slack wants no more calls for a while");
            pace.rest(tenant, method, *time);
        }
        answer
    }
}
