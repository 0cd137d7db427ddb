use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Its id within the channel, which is also its time: seconds since 1970 with six digits behind the point.
    pub ts: String,
    /// Who posted it.
    pub user: String,
    /// The app that posted it.
    pub app_id: Option<String>,
    /// The bot of that app.
    pub bot_id: Option<String>,
    /// The text, as mrkdwn.
    pub text: String,
    /// Block Kit; a list, empty if there are none.
    pub blocks: Value,
    /// The older attachments; a list, empty if there are none.
    pub attachments: Value,
    /// The first message of its thread.
    pub thread_ts: Option<String>,
    /// `{event_type, event_payload}`, as the app gave it.
    pub metadata: Option<Value>,
    /// When it was changed last.
    pub edited: Option<String>,
    /// The one person who sees it.
    pub only_for: Option<String>,
    /// Emoji with the users who added them.
    pub reactions: Map<String, Value>,
    /// What kind of message it is, of those that are not plain: `file_share`, `thread_broadcast`.
    pub subtype: Option<String>,
    /// The key that the client gave, if it gave one.
    pub client_msg_id: Option<String>,
}

impl Message {
    /// As Slack shows it to apps.
    pub(in crate::slack) fn shown(&self, with_metadata: bool) -> Value {
        let mut shown = json!({ "type": "message", "ts": self.ts, "user": self.user, "text": self.text });
        if let Some(bot) = &self.bot_id {
            shown["bot_id"] = json!(bot);
            shown["app_id"] = json!(self.app_id);
        }
        for (name, list) in [("blocks", &self.blocks), ("attachments", &self.attachments)] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                shown[name] = list.clone();
            }
        }
        if let Some(kind) = &self.subtype {
            shown["subtype"] = json!(kind);
        }
        if self.subtype.as_deref() == Some("file_share") {
            let file = json!({ "id": "F1", "name": "plan.pdf", "title": "plan", "mimetype": "application/pdf" });
            shown["files"] = json!([file]);
            shown["upload"] = json!(false);
        }
        if let Some(thread) = &self.thread_ts {
            shown["thread_ts"] = json!(thread);
        }
        if let Some(edited) = &self.edited {
            shown["edited"] = json!({ "user": self.user, "ts": edited });
        }
        if let Some(metadata) = self.metadata.as_ref().filter(|_| with_metadata) {
            shown["metadata"] = metadata.clone();
        }
        self.show_reactions(&mut shown);
        shown
    }

    fn show_reactions(&self, shown: &mut Value) {
        let count = |users: &Value| users.as_array().map_or(0, Vec::len);
        let one = |(name, users): (&String, &Value)| json!({ "name": name, "users": users, "count": count(users) });
        if !self.reactions.is_empty() {
            shown["reactions"] = self.reactions.iter().map(one).collect();
        }
    }
}
