use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Message, Named};

/// What sort of conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Everybody may find and join it.
    #[default]
    Public,
    /// Only its members know of it.
    Private,
    /// Two people, or a person and an app.
    Im,
    /// A few people.
    Mpim,
}

/// A conversation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channel {
    /// `C…`, `G…` or `D…`.
    pub id: String,
    /// Without `#`; empty for direct messages.
    pub name: String,
    /// What sort.
    pub kind: Kind,
    /// Ids of users, those of apps among them.
    pub members: BTreeSet<String>,
    /// Nobody can post any more.
    pub archived: bool,
    /// Other teams that share it (Slack Connect).
    pub shared_with: BTreeSet<String>,
    /// Every message, oldest first; what only one person sees is among them.
    #[serde(skip_deserializing)]
    pub messages: Vec<Message>,
}

impl Channel {
    /// A channel with members.
    pub fn new(id: &str, name: &str, kind: Kind, members: &[&str]) -> Self {
        let members = members.iter().map(|&id| id.to_owned()).collect();
        Self { id: id.to_owned(), name: name.to_owned(), kind, members, ..Self::default() }
    }

    /// Whether this is a direct message of exactly these two.
    pub(in crate::slack) fn is_between(&self, one: &str, other: &str) -> bool {
        self.kind == Kind::Im && self.members.contains(one) && self.members.contains(other)
    }

    /// As `conversations.info` shows it to this user.
    pub(in crate::slack) fn shown(&self, team: &str, to: &str) -> Value {
        let shared: Vec<_> = std::iter::once(team).chain(self.shared_with.iter().map(String::as_str)).collect();
        let mut shown = json!({
            "id": self.id, "created": 1_700_000_000, "is_archived": self.archived, "is_im": self.kind == Kind::Im,
            "is_channel": self.kind == Kind::Public, "is_group": self.kind == Kind::Private,
            "is_mpim": self.kind == Kind::Mpim, "is_private": self.kind != Kind::Public, "is_org_shared": false,
            "is_shared": shared.len() > 1, "is_ext_shared": shared.len() > 1, "is_general": false,
            "context_team_id": team, "updated": 1_700_000_000_000_i64, "unlinked": 0,
        });
        if self.kind == Kind::Im {
            shown["user"] = json!(self.members.iter().find(|member| *member != to));
            shown["is_user_deleted"] = json!(false);
        } else {
            shown["name"] = json!(self.name);
            shown["name_normalized"] = json!(self.name);
            shown["is_member"] = json!(self.members.contains(to));
            shown["shared_team_ids"] = json!(shared);
            shown["creator"] = json!("USLACKBOT");
            shown["topic"] = json!({ "value": "", "creator": "", "last_set": 0 });
            shown["purpose"] = json!({ "value": "", "creator": "", "last_set": 0 });
        }
        shown
    }

    /// The message with this timestamp, whoever sees it.
    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    pub(in crate::slack) fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.ts == ts)
    }

    /// What an app subscribes to, to hear of messages here.
    pub(in crate::slack) fn subscription(&self) -> &'static str {
        match self.kind {
            Kind::Public => "message.channels",
            Kind::Private => "message.groups",
            Kind::Im => "message.im",
            Kind::Mpim => "message.mpim",
        }
    }

    /// What `channel_type` an event calls it.
    pub(in crate::slack) fn event_type(&self) -> &'static str {
        match self.kind {
            Kind::Public => "channel",
            Kind::Private => "group",
            Kind::Im => "im",
            Kind::Mpim => "mpim",
        }
    }
}

impl Named for Channel {
    fn id(&self) -> &str {
        &self.id
    }
}
