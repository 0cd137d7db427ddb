//! One post, whatever the chat does.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use domain::decide::delivery::{ATTEMPT_LEASE, TAKEN_WITHIN};
use domain::ports::chat::{Chat, PostError, Posted, Posting};
use futures::FutureExt;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::meter;

/// How long a platform may take to answer; below the lease of an attempt, so that one attempt is over before anybody may
/// begin the next.
const PATIENCE: Duration = Duration::from_secs(10);
const _: () = assert!(PATIENCE.as_secs().cast_signed() + 5 <= ATTEMPT_LEASE.as_secs());
const _: () = assert!(PATIENCE.as_secs().cast_signed() < TAKEN_WITHIN.as_secs());

/// What came of a post.
pub(super) type Answer = Result<Posted, PostError>;

/// Posts once. No answer in time, or a panic, is an unknown result: the message may be out.
pub(super) async fn post(chat: &dyn Chat, posting: &Posting) -> Answer {
    let unknown = |reason: String| Err(PostError::Unknown { reason });
    let answer = match timeout(PATIENCE, AssertUnwindSafe(chat.post(posting)).catch_unwind()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => unknown("the adapter panicked".to_owned()),
        Err(_late) => unknown(format!("none within {} s", PATIENCE.as_secs())),
    };
    note(&answer);
    answer
}

fn note(answer: &Answer) {
    match answer {
        Ok(posted) => info!(message_id = posted.message_id, "posted"),
        Err(error) => warn!(%error, "not posted"),
    }
    meter::delivery(match answer {
        Ok(_) => "sent",
        Err(PostError::Later { .. }) => "later",
        Err(PostError::Refused { .. } | PostError::TooLong { .. }) => "refused",
        Err(PostError::Unknown { .. }) => "unknown",
        Err(PostError::Unsettled { .. }) => "unsettled",
    });
}
