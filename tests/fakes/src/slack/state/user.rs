use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Named;

/// A person, or the user that an app posts as.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// `U…` or `W…`.
    pub id: String,
    /// The handle.
    pub name: String,
    /// The full name; the handle if empty.
    pub real_name: String,
    /// What is shown; may be empty, as in Slack.
    pub display_name: String,
    /// The zone (IANA); none for bots and people who never chose one.
    pub tz: Option<String>,
    /// The zone's distance from UTC now, in seconds.
    pub tz_offset: i64,
    /// `en-US` and the like.
    pub locale: Option<String>,
    /// An administrator.
    pub is_admin: bool,
    /// A guest of several channels.
    pub is_restricted: bool,
    /// A guest of one channel.
    pub is_ultra_restricted: bool,
    /// The user of an app.
    pub is_bot: bool,
    /// Deactivated.
    pub deleted: bool,
    /// When the profile was changed last, in seconds since 1970.
    pub updated: i64,
    /// More fields of the profile, as they are.
    pub profile: Map<String, Value>,
}

impl User {
    /// A member with a zone.
    pub fn new(id: &str, name: &str, tz: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), tz: Some(tz.to_owned()), ..Self::default() }
    }

    /// As `users.info` shows it.
    pub(in crate::slack) fn shown(&self, team: &str) -> Value {
        let mut profile = self.profile.clone();
        let real = if self.real_name.is_empty() { &self.name } else { &self.real_name };
        profile.insert("real_name".into(), json!(real));
        profile.insert("display_name".into(), json!(self.display_name));
        profile.insert("team".into(), json!(team));
        let mut shown = json!({
            "id": self.id, "team_id": team, "name": self.name, "deleted": self.deleted, "real_name": real,
            "profile": profile, "is_bot": self.is_bot, "is_app_user": false, "updated": self.updated,
        });
        if !self.deleted {
            self.show_standing(&mut shown);
        }
        shown
    }

    /// What Slack leaves out of a deactivated user.
    fn show_standing(&self, shown: &mut Value) {
        let standing = json!({
            "tz": self.tz, "tz_label": self.tz, "tz_offset": self.tz_offset, "is_admin": self.is_admin,
            "is_owner": false, "is_primary_owner": false, "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted, "locale": self.locale,
        });
        for (name, value) in standing.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            shown[name] = value.clone();
        }
    }
}

impl Named for User {
    fn id(&self) -> &str {
        &self.id
    }
}
