//! Which messages were answered already. What a message changes is guarded by its key, in the commit; this only keeps a
//! repetition from being answered twice, and may be lost.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::state::State;
use domain::tenant::TenantId;
use tokio::sync::Notify;

use crate::inbound::payload::Said;

/// Slack tells of a message again for about an hour.
const REMEMBERED_FOR: Duration = Duration::from_secs(2 * 60 * 60);

/// The messages that are being answered in this process, beside those that the state remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<Answering>);

#[derive(Debug, Default)]
struct Answering {
    keys: Mutex<HashSet<String>>,
    /// Tells those who wait that one fewer is being answered.
    over: Notify,
}

/// Somebody's turn to answer a message; over when this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    seen: Seen,
    key: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.seen.keys().remove(&self.key);
        self.seen.0.over.notify_waiters();
    }
}

impl Seen {
    /// The turn to answer this message, if it was not answered. Whoever is told again while somebody is at it waits for
    /// what comes of that: an event that Slack counts as taken is not sent once more if the first attempt fails.
    pub(super) async fn claim(&self, state: &dyn State, tenant: &TenantId, said: &Said) -> Option<Claim> {
        let key = format!("{tenant}/message/{}/{}", said.channel, said.ts);
        let claim = self.turn(key).await;
        let answered = state.get(&claim.key).await.is_ok_and(|entry| entry.is_some());
        (!answered).then_some(claim)
    }

    async fn turn(&self, key: String) -> Claim {
        loop {
            let over = self.0.over.notified();
            if self.keys().insert(key.clone()) {
                return Claim { seen: self.clone(), key };
            }
            over.await;
        }
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// The message was answered. If that cannot be remembered, it may be answered once more, and changes nothing then.
    pub(super) async fn answered(self, state: &dyn State) {
        drop(state.put(&self.key, b"1", None, REMEMBERED_FOR).await);
    }
}
