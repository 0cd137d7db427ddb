use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A dialog, or an App Home.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// `V…`.
    pub id: String,
    /// Changes with every update.
    pub hash: String,
    /// Whose it is.
    pub app_id: String,
    /// Where.
    pub team_id: String,
    /// Who sees it.
    pub user: String,
    /// The view that lies under it.
    pub previous: Option<String>,
    /// The first view of its stack.
    pub root: String,
    /// What the app gave: type, title, blocks, `callback_id`, `private_metadata` and the like.
    pub payload: Value,
    /// What the person has entered, by block and action.
    pub values: Value,
    /// Whether it is on the screen, or under one that is.
    pub open: bool,
}

impl View {
    /// As Slack shows it to its app.
    pub(in crate::slack) fn shown(&self, bot_id: &str) -> Value {
        let given = |name: &str, other: Value| self.payload.get(name).cloned().unwrap_or(other);
        json!({
            "id": self.id, "team_id": self.team_id, "app_id": self.app_id, "app_installed_team_id": self.team_id,
            "bot_id": bot_id, "type": self.kind(), "hash": self.hash, "blocks": given("blocks", json!([])),
            "private_metadata": given("private_metadata", json!("")), "callback_id": given("callback_id", json!("")),
            "external_id": given("external_id", json!("")), "title": given("title", Value::Null),
            "submit": given("submit", Value::Null), "close": given("close", Value::Null),
            "clear_on_close": given("clear_on_close", json!(false)),
            "notify_on_close": given("notify_on_close", json!(false)), "previous_view_id": self.previous,
            "root_view_id": self.root, "state": { "values": self.values },
        })
    }

    /// `modal` or `home`.
    pub fn kind(&self) -> &str {
        self.payload["type"].as_str().unwrap_or("modal")
    }
}
