//! Which messages were answered already. What a message changes is guarded by its key, in the commit; this only keeps a
//! repetition from being answered twice, and may be lost.

use std::time::Duration;

use super::Desk;
use crate::inbound::payload::Said;

/// Slack tells of a message again for about an hour.
const REMEMBERED_FOR: Duration = Duration::from_secs(2 * 60 * 60);

impl Desk {
    /// Whether nobody has begun to answer the message yet.
    pub(super) async fn is_first(&self, said: &Said) -> bool {
        let (state, key) = (self.turns.state(), key(said));
        match state.get(&key).await {
            Ok(Some(_)) => false,
            Ok(None) => state.put(&key, b"1", None, REMEMBERED_FOR).await.unwrap_or(true),
            Err(_) => true,
        }
    }

    /// Lets the message be answered when Slack sends it again.
    pub(super) async fn forget(&self, said: &Said) {
        // If it cannot be forgotten, the answer is missing, not the effect.
        drop(self.turns.state().delete(&key(said)).await);
    }
}

fn key(said: &Said) -> String {
    format!("slack/message/{}/{}", said.channel, said.ts)
}
