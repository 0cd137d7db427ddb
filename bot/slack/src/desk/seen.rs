//! Which messages were answered already. What a message changes is guarded by its key, in the commit; this only keeps a
//! repetition from being answered twice, and may be lost.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::state::State;
use domain::tenant::TenantId;

use crate::inbound::payload::Said;

/// Slack tells of a message again for about an hour.
const REMEMBERED_FOR: Duration = Duration::from_secs(2 * 60 * 60);

/// The messages that are being answered in this process, beside those that the state remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<Mutex<HashSet<String>>>);

/// Somebody's turn to answer a message; over when this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    seen: Seen,
    key: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.seen.keys().remove(&self.key);
    }
}

impl Seen {
    /// The turn to answer this message, if it was not answered and nobody is at it.
    pub(super) async fn claim(&self, state: &dyn State, tenant: &TenantId, said: &Said) -> Option<Claim> {
        let key = format!("{tenant}/message/{}/{}", said.channel, said.ts);
        if !self.keys().insert(key.clone()) {
            return None;
        }
        let claim = Claim { seen: self.clone(), key };
        let answered = state.get(&claim.key).await.is_ok_and(|entry| entry.is_some());
        (!answered).then_some(claim)
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// The message was answered. If that cannot be remembered, it may be answered once more, and changes nothing then.
    pub(super) async fn answered(self, state: &dyn State) {
        drop(state.put(&self.key, b"1", None, REMEMBERED_FOR).await);
    }
}
