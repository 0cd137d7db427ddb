//! One key, one line. What a command was asked under is kept with what it wrote; a question writes nothing, so the
//! lines said under a key of late are remembered beside the conversation, which may be lost.

use std::time::Duration;

use domain::message::Message;
use domain::ports::state::State;
use domain::refusal::Code;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tracing::warn;

use super::problem::Problem;
use crate::turn::digest;

/// So many lines of a person are remembered: what a client may still be repeating.
const LINES: usize = 64;

/// As long as a command's key at least.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A line that was answered.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// A digest of its key.
    key: String,
    /// A digest of what was said where.
    said: String,
}

/// Refuses a line whose key was used for another one.
pub(super) async fn unused(state: &dyn State, message: &Message) -> Result<(), Problem> {
    let Some(line) = line(message) else { return Ok(()) };
    let lines = recall(state, message).await;
    match lines.iter().any(|known| known.key == line.key && known.said != line.said) {
        true => Err(Problem::refused(Code::KeyReused, "This idempotency key was used for another line.".to_owned())),
        false => Ok(()),
    }
}

/// Remembers an answered line under its key, if the state can.
pub(super) async fn used(state: &dyn State, message: &Message) {
    let Some(line) = line(message) else { return };
    let mut lines = recall(state, message).await;
    if lines.contains(&line) {
        return;
    }
    lines.push(line);
    let surplus = lines.len().saturating_sub(LINES);
    lines.drain(..surplus);
    let Ok(value) = serde_json::to_vec(&lines) else { return };
    if let Err(error) = state.put(&name(message), &value, None, REMEMBERED_FOR).await {
        warn!(%error, "a key cannot be remembered");
    }
}

async fn recall(state: &dyn State, message: &Message) -> Vec<Line> {
    match state.get(&name(message)).await {
        Ok(entry) => entry.and_then(|entry| serde_json::from_slice(&entry.value).ok()).unwrap_or_default(),
        Err(error) => {
            warn!(%error, "the keys of a person cannot be recalled");
            Vec::new()
        }
    }
}

fn line(message: &Message) -> Option<Line> {
    let key = message.key.as_ref()?;
    Some(Line { key: format!("{:x}", Sha256::digest(key)), said: digest(message) })
}

fn name(message: &Message) -> String {
    format!("keys/{}", message.author.person)
}
