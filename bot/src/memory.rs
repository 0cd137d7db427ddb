//! What a conversation remembers, kept in the state store for a day. Losing it loses nothing but "it".

use std::time::Duration;

use domain::conversation::Conversation;
use domain::message::ConversationId;
use domain::ports::state::State;
use tracing::warn;

/// How long a conversation is remembered.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What the conversation remembers; nothing if it was lost or the store cannot answer.
pub(crate) async fn recall(state: &dyn State, id: &ConversationId) -> Conversation {
    match state.get(&key(id)).await {
        Ok(entry) => entry.and_then(|entry| serde_json::from_slice(&entry.value).ok()).unwrap_or_default(),
        Err(error) => {
            warn!(%error, "a conversation cannot be recalled");
            Conversation::default()
        }
    }
}

/// Remembers the conversation, if the store can.
pub(crate) async fn remember(state: &dyn State, id: &ConversationId, conversation: &Conversation) {
    let Ok(value) = serde_json::to_vec(conversation) else { return };
    if let Err(error) = state.put(&key(id), &value, None, REMEMBERED_FOR).await {
        warn!(%error, "a conversation cannot be remembered");
    }
}

fn key(id: &ConversationId) -> String {
    format!("conversation/{}", id.0)
}
