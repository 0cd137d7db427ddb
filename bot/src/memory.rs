//! What a conversation remembers, kept in the state store for a day. Losing it loses nothing but "it".

use std::time::Duration;

use domain::conversation::Conversation;
use domain::ids::TaskId;
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

/// The tasks of the last reminder that came in the conversation, if the store still knows.
pub(crate) async fn last_reminder(state: &dyn State, id: &ConversationId) -> Vec<TaskId> {
    match state.get(&reminder_key(id)).await {
        Ok(entry) => entry.and_then(|entry| serde_json::from_slice(&entry.value).ok()).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// Remembers that a reminder of these tasks came in the conversation: they are "it", and what `snooze` means.
pub async fn remind(state: &dyn State, id: &ConversationId, tasks: &[TaskId]) {
    let mut conversation = recall(state, id).await;
    if tasks.len() > 1 {
        conversation.show(tasks)
    } else {
        conversation.speak_of(tasks)
    }
    remember(state, id, &conversation).await;
    let Ok(value) = serde_json::to_vec(tasks) else { return };
    if let Err(error) = state.put(&reminder_key(id), &value, None, REMEMBERED_FOR).await {
        warn!(%error, "a reminder cannot be remembered");
    }
}

fn reminder_key(id: &ConversationId) -> String {
    format!("last-reminder/{}", id.0)
}

fn key(id: &ConversationId) -> String {
    format!("conversation/{}", id.0)
}
