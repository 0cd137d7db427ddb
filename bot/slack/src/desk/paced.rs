//! Answers go out as fast as Slack takes them, and wait where it says "too many". What Slack waits for is given before:
//! only what comes later waits here.

use std::time::Duration;

use domain::place::Place;
use tokio::time::sleep;
use tracing::warn;

use super::Desk;
use crate::api::CallError;

/// How often an answer is sent in all while Slack says "too many".
const TRIES: u32 = 5;
/// How long after a call that broke the same is sent again.
pub(super) const AGAIN: Duration = Duration::from_secs(1);

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
        let wait = || pace.admit_answer(tenant, place).err().map(|wait| wait.time);
        until_taken(wait, post, |time| {
            warn!(?time, place = place.key(), "Slack wants no more answers for a while");
            pace.hold(tenant, place, time);
        })
        .await
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
        until_taken(
            || pace.rests(tenant, method),
            call,
            |time| {
                warn!(?time, method, "Slack wants no more calls for a while");
                pace.rest(tenant, method, time);
            },
        )
        .await
    }
}

/// Calls once more what broke, if it may be done twice: of two answers to the same person none is missed, and a message that
/// is changed twice is changed.
pub(super) async fn surely<A, C: Future<Output = Result<A, CallError>>>(call: impl Fn() -> C) -> Result<A, CallError> {
    match call().await {
        Err(CallError::Unknown(reason)) => {
            warn!(reason, "it is not known whether Slack took it; it is sent again");
            sleep(AGAIN).await;
            call().await
        }
        answer => answer,
    }
}

/// Sends once nothing is left to wait for, and again when Slack says "too many" and for how long: that is noted.
async fn until_taken<A, C: Future<Output = Result<A, CallError>>>(
    wait: impl Fn() -> Option<Duration>,
    send: impl Fn() -> C,
    note: impl Fn(Duration),
) -> Result<A, CallError> {
    let mut answer = Err(CallError::not_installed());
    for _ in 0..TRIES {
        while let Some(time) = wait() {
            sleep(time).await;
        }
        answer = send().await;
        let Err(CallError::Later { after: Some(time), .. }) = &answer else { return answer };
        note(*time);
    }
    answer
}
