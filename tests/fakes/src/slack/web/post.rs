//! How a message gets into a channel, whoever brings it.

use serde_json::{Value, json};

use super::super::{Install, Message, Slack, World, check_message, too_long};
use super::Refusal;
use crate::kit::Accepted;

/// What Slack keeps of a text at most.
const TEXT_MAX: usize = 40_000;
/// The most of the older attachments.
const ATTACHMENTS_MAX: usize = 100;

/// A message that an app wants posted.
#[derive(Clone, Debug, Default)]
pub(in crate::slack) struct Draft {
    pub(in crate::slack) text: String,
    pub(in crate::slack) blocks: Value,
    pub(in crate::slack) attachments: Value,
    pub(in crate::slack) thread_ts: Option<String>,
    pub(in crate::slack) metadata: Option<Value>,
    pub(in crate::slack) only_for: Option<String>,
    pub(in crate::slack) client_msg_id: Option<String>,
}

impl Draft {
    /// From the arguments of a call, or the body that a response URL got.
    pub(in crate::slack) fn of(args: &super::Args) -> Result<Self, Refusal> {
        let list = |name, word: &'static str| match args.json(name) {
            Ok(None) => Ok(json!([])),
            Ok(Some(value)) if value.is_array() => Ok(value),
            _ => Err(Refusal::from(word)),
        };
        let draft = Self {
            text: args.text("text").unwrap_or_default().chars().take(TEXT_MAX).collect(),
            blocks: list("blocks", "invalid_blocks_format")?,
            attachments: list("attachments", "invalid_attachments")?,
            thread_ts: args.text("thread_ts"),
            metadata: args.json("metadata").map_err(|_| "invalid_metadata_format")?,
            only_for: None,
            client_msg_id: args.text("client_msg_id"),
        };
        draft.checked()
    }

    /// The same from the arguments of a call, which may say less than a response URL takes.
    pub(super) fn called(args: &super::Args) -> Result<Self, Refusal> {
        let draft = Self::of(args)?;
        if too_long(&draft.blocks) { Err("msg_blocks_too_long".into()) } else { Ok(draft) }
    }

    fn checked(self) -> Result<Self, Refusal> {
        let empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        if self.text.is_empty() && empty(&self.blocks) && empty(&self.attachments) {
            return Err("no_text".into());
        }
        if self.metadata.as_ref().is_some_and(|metadata| !metadata["event_type"].is_string()) {
            return Err("invalid_metadata_format".into());
        }
        if self.attachments.as_array().is_some_and(|list| list.len() > ATTACHMENTS_MAX) {
            return Err("too_many_attachments".into());
        }
        let flaws = check_message(&self.blocks);
        if !flaws.is_empty() {
            return Err(Refusal::flawed("invalid_blocks", &flaws));
        }
        Ok(self)
    }

    /// As a message of this app.
    pub(in crate::slack) fn message(self, ts: String, by: &Install) -> Message {
        Message {
            ts,
            user: by.bot_user.clone(),
            app_id: Some(by.app_id.clone()),
            bot_id: Some(by.bot_id.clone()),
            text: self.text,
            blocks: self.blocks,
            attachments: self.attachments,
            thread_ts: self.thread_ts,
            metadata: self.metadata,
            only_for: self.only_for,
            client_msg_id: self.client_msg_id,
            ..Message::default()
        }
    }
}

/// Gives an id to blocks and elements that have none, as Slack does.
pub(in crate::slack) fn name_blocks(slack: &Slack, blocks: &mut Value) {
    for block in blocks.as_array_mut().into_iter().flatten() {
        name(slack, block, "block_id");
        for holder in ["accessory", "element"] {
            if block.get(holder).is_some() {
                name_element(slack, &mut block[holder]);
            }
        }
        for element in block.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten() {
            name_element(slack, element);
        }
    }
}

fn name_element(slack: &Slack, element: &mut Value) {
    let kind = element["type"].as_str().unwrap_or_default();
    if !matches!(kind, "mrkdwn" | "plain_text" | "image") && !kind.starts_with("rich_text") {
        name(slack, element, "action_id");
    }
}

fn name(slack: &Slack, value: &mut Value, id: &str) {
    if value.get(id).is_none() {
        value[id] = json!(&slack.word()[..5]);
    }
}

/// Puts a message into a channel and into the ledger.
pub(in crate::slack) fn put(
    slack: &Slack,
    world: &mut World,
    by: &Install,
    channel: &str,
    act: &'static str,
    mut draft: Draft,
) -> Message {
    name_blocks(slack, &mut draft.blocks);
    let ts = world.ts(slack.now());
    let message = draft.message(ts, by);
    if let Some(place) = world.channel_mut(&by.team_id, channel) {
        place.messages.push(message.clone());
    }
    note(slack, by, channel, act, &message);
    message
}

/// Writes down what was done to a message.
pub(in crate::slack) fn note(slack: &Slack, by: &Install, channel: &str, act: &'static str, message: &Message) {
    slack.ledger().accept(Accepted {
        at: slack.now(),
        act,
        tenant: by.team_id.clone(),
        place: channel.to_owned(),
        id: message.ts.clone(),
        app: by.app_id.clone(),
        content: json!(message),
    });
}
