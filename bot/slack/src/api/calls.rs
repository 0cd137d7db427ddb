//! The methods that are called, with what is looked at of their answers.

use domain::tenant::TenantId;
use domain::zone::Zone;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Api, CallError, PATIENCE, Wire};
use crate::options::Secret;
use crate::silence::late;
use crate::term::{DIALOG, answered, left};

/// How many rows a page of a long answer may hold.
const PAGE: &str = "200";
/// The same of ids, which are short.
const PAGE_OF_IDS: &str = "999";
/// How many pages are read of one: the people of the largest workspaces fit in, and an answer without an end has one.
pub(crate) const PAGES: usize = 2_000;

/// So many direct messages are remembered before all are asked for anew.
const DIRECTS: usize = 10_000;

/// What Slack says of a place in a long answer that it has forgotten.
pub(crate) const FORGOTTEN: &str = "invalid_cursor";

/// A message on its way out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread_ts: Option<String>,
    /// For notifications, and for those who see no blocks.
    pub(crate) text: String,
    pub(crate) blocks: Vec<Value>,
    /// By which a message is found again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Value>,
    pub(crate) unfurl_links: bool,
    pub(crate) unfurl_media: bool,
}

impl Message {
    /// To a channel.
    pub(crate) fn to(channel: impl Into<String>, text: String, blocks: Vec<Value>) -> Self {
        let channel = channel.into();
        Self { channel, thread_ts: None, text, blocks, metadata: None, unfurl_links: false, unfurl_media: false }
    }

    /// In a thread of it.
    pub(crate) fn in_thread(self, thread_ts: Option<String>) -> Self {
        Self { thread_ts, ..self }
    }
}

/// A dialog.
#[derive(Clone, Debug)]
pub(crate) enum Dialog {
    /// As Slack calls it.
    Id(String),
    /// As the bot has called it.
    Named(String),
}

/// A message that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) channel: String,
    pub(crate) ts: String,
}

/// Somebody in a workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) is_bot: bool,
    #[serde(default)]
    pub(crate) deleted: bool,
    /// IANA.
    pub(crate) tz: Option<String>,
    /// When it was changed last, in seconds since 1970.
    #[serde(default)]
    pub(crate) updated: i64,
    #[serde(default)]
    pub(crate) profile: Profile,
}

/// What somebody shows of themselves.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Profile {
    #[serde(default)]
    pub(crate) display_name: String,
    #[serde(default)]
    pub(crate) real_name: String,
}

/// A user group.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    /// What people type behind `@`.
    pub(crate) handle: String,
}

/// A conversation, as the bot sees it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Room {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) is_archived: bool,
    /// Whether the bot is in it, if Slack says.
    pub(crate) is_member: Option<bool>,
}

impl Person {
    /// Somebody who can be reminded.
    pub(crate) fn is_there(&self) -> bool {
        !self.is_bot && !self.deleted
    }

    /// The zone of the profile.
    pub(crate) fn zone(&self) -> Option<Zone> {
        self.tz.as_deref()?.parse().ok()
    }

    /// What to call them.
    pub(crate) fn called(&self) -> &str {
        let names = [&self.profile.display_name, &self.profile.real_name, &self.name, &self.id];
        names.into_iter().find(|name| !name.is_empty()).map_or("somebody", String::as_str)
    }
}

#[derive(Deserialize)]
struct Found {
    user: Person,
}

#[derive(Deserialize)]
struct Opened {
    channel: WithId,
}

#[derive(Deserialize)]
struct WithId {
    id: String,
}

#[derive(Deserialize)]
struct WithView {
    view: WithId,
}

/// A page of a long answer.
#[derive(Deserialize)]
struct Page<T> {
    #[serde(alias = "channels", alias = "members")]
    rows: Vec<T>,
    #[serde(default)]
    response_metadata: Further,
}

#[derive(Debug, Default, Deserialize)]
struct Further {
    #[serde(default)]
    next_cursor: String,
}

/// A page of the messages of a channel, newest first, or of a thread, with what was hidden in them.
#[derive(Debug, Deserialize)]
pub(crate) struct Messages {
    pub(crate) messages: Vec<Value>,
    /// Whether the time holds more than was given.
    #[serde(default)]
    pub(crate) has_more: bool,
    #[serde(default)]
    response_metadata: Further,
}

impl Messages {
    /// The place of the next page, if there is more and Slack says where.
    pub(crate) fn next(self) -> Option<String> {
        Some(self.response_metadata.next_cursor).filter(|cursor| self.has_more && !cursor.is_empty())
    }
}

/// A stretch of a channel's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) oldest: Timestamp,
    pub(crate) latest: Timestamp,
}

/// An answer of which nothing is looked at.
#[derive(Deserialize)]
struct Anything {}

impl Api {
    /// Posts a message.
    pub(crate) async fn post(&self, message: &Message) -> Result<Sent, CallError> {
        #[derive(Deserialize)]
        struct Taken {
            channel: Option<String>,
            ts: String,
        }
        let Taken { channel, ts } = self.tell("chat.postMessage", message).await?;
        let channel = channel.unwrap_or_else(|| message.channel.clone());
        self.note_direct(&message.channel, &channel);
        Ok(Sent { channel, ts })
    }

    /// Shows a message to one person alone.
    pub(crate) async fn whisper(&self, user: &str, message: &Message) -> Result<(), CallError> {
        let mut request = serde_json::to_value(message).unwrap_or_default();
        request["user"] = json!(user);
        self.tell("chat.postEphemeral", &request).await.map(|_: Anything| ())
    }

    /// Puts another text in the place of a message.
    pub(crate) async fn update(&self, ts: &str, message: &Message) -> Result<(), CallError> {
        let mut request = serde_json::to_value(message).unwrap_or_default();
        request["ts"] = json!(ts);
        self.tell("chat.update", &request).await.map(|_: Anything| ())
    }

    /// The direct message with somebody.
    pub(crate) async fn direct(&self, user: &str) -> Result<String, CallError> {
        let opened: Opened = self.tell("conversations.open", &json!({ "users": user })).await?;
        self.note_direct(user, &opened.channel.id);
        Ok(opened.channel.id)
    }

    /// The same, asked once: it stays what it is.
    pub(crate) async fn known_direct(&self, user: &str) -> Result<String, CallError> {
        let known = self.directs().get(&(self.tenant()?.clone(), user.to_owned())).cloned();
        match known {
            Some(channel) => Ok(channel),
            None => self.direct(user).await,
        }
    }

    fn note_direct(&self, user: &str, channel: &str) {
        let Ok(tenant) = self.tenant() else { return };
        if !channel.starts_with('D') || channel == user {
            return;
        }
        let mut directs = self.directs();
        if directs.len() >= DIRECTS {
            directs.clear();
        }
        directs.insert((tenant.clone(), user.to_owned()), channel.to_owned());
    }

    /// What a channel is to the bot.
    pub(crate) async fn room(&self, channel: &str) -> Result<Room, CallError> {
        #[derive(Deserialize)]
        struct Found {
            channel: Room,
        }
        let found: Found = self.ask("conversations.info", &[("channel", Some(channel))]).await?;
        Ok(found.channel)
    }

    /// Opens a dialog while the trigger is good. Returns its id.
    pub(crate) async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<String, CallError> {
        let left = left(DIALOG, PATIENCE);
        if left.is_zero() {
            return Err(late(left));
        }
        let request = json!({ "trigger_id": trigger_id, "view": view });
        let open: WithView =
            timeout(left, self.tell("views.open", &request)).await.unwrap_or_else(|_| Err(late(left)))?;
        // Whoever sees it has an answer; it is filled without such haste.
        answered();
        Ok(open.view.id)
    }

    /// Shows something else in a dialog.
    pub(crate) async fn update_view(&self, dialog: &Dialog, view: &Value) -> Result<(), CallError> {
        let request = match dialog {
            Dialog::Id(id) => json!({ "view_id": id, "view": view }),
            Dialog::Named(name) => json!({ "external_id": name, "view": view }),
        };
        self.tell("views.update", &request).await.map(|_: Anything| ())
    }

    /// Shows somebody their page of the bot, if it is as this call left it last; whatever it is where none is named.
    /// Returns by what the page as it is now is known.
    pub(crate) async fn publish_home(&self, user: &str, view: &Value, over: Option<&str>) -> Result<String, CallError> {
        #[derive(Default, Deserialize)]
        struct Page {
            #[serde(default)]
            hash: String,
        }
        #[derive(Deserialize)]
        struct Published {
            #[serde(default)]
            view: Page,
        }
        let mut request = json!({ "user_id": user, "view": view });
        if let Some(hash) = over.filter(|hash| !hash.is_empty()) {
            request["hash"] = json!(hash);
        }
        let published: Published = self.tell("views.publish", &request).await?;
        Ok(published.view.hash)
    }

    /// The address of a message.
    pub(crate) async fn permalink(&self, channel: &str, ts: &str) -> Result<String, CallError> {
        #[derive(Deserialize)]
        struct Linked {
            permalink: String,
        }
        let parameters = [("channel", Some(channel)), ("message_ts", Some(ts))];
        let linked: Linked = self.ask("chat.getPermalink", &parameters).await?;
        Ok(linked.permalink)
    }

    /// Somebody, as the workspace knows them.
    pub(crate) async fn person(&self, user: &str) -> Result<Person, CallError> {
        let found: Found = self.ask("users.info", &[("user", Some(user))]).await?;
        Ok(found.user)
    }

    /// A page of everybody in the workspace, from this place on, and the place of the next one; the first has no name, and
    /// behind the last one there is none.
    pub(crate) async fn people(&self, cursor: &str) -> Result<(Vec<Person>, String), CallError> {
        self.page("users.list", PAGE, &[], cursor).await
    }

    async fn page<T: DeserializeOwned + Send>(
        &self,
        method: &str,
        limit: &str,
        parameters: &[(&str, Option<&str>)],
        cursor: &str,
    ) -> Result<(Vec<T>, String), CallError> {
        let cursor = Some(cursor).filter(|cursor| !cursor.is_empty());
        let asked = [parameters, &[("limit", Some(limit)), ("cursor", cursor)]].concat();
        let page: Page<T> = self.ask(method, &asked).await?;
        Ok((page.rows, page.response_metadata.next_cursor))
    }

    /// The user groups of the workspace that are switched on.
    pub(crate) async fn groups(&self) -> Result<Vec<Group>, CallError> {
        #[derive(Deserialize)]
        struct Groups {
            usergroups: Vec<Group>,
        }
        let groups: Groups = self.ask("usergroups.list", &[]).await?;
        Ok(groups.usergroups)
    }

    /// Who is in a user group.
    pub(crate) async fn group(&self, id: &str) -> Result<Vec<String>, CallError> {
        #[derive(Deserialize)]
        struct Users {
            users: Vec<String>,
        }
        let users: Users = self.ask("usergroups.users.list", &[("usergroup", Some(id))]).await?;
        Ok(users.users)
    }

    /// A page of the channels that somebody is in, of those that the bot sees, from this place on, and the place of the next
    /// one. Archived ones can be read, so they are among them.
    pub(crate) async fn channels_of(&self, user: &str, cursor: &str) -> Result<(Vec<String>, String), CallError> {
        let parameters = [("user", Some(user)), ("types", Some("public_channel,private_channel,mpim"))];
        let page = self.page("users.conversations", PAGE_OF_IDS, &parameters, cursor);
        let (channels, next): (Vec<WithId>, _) = page.await?;
        Ok((channels.into_iter().map(|channel| channel.id).collect(), next))
    }

    /// Messages of a channel, or of a thread in it, from this place on; the first has no name.
    pub(crate) async fn messages(
        &self,
        channel: &str,
        thread: Option<&str>,
        window: Window,
        cursor: Option<&str>,
    ) -> Result<Messages, CallError> {
        let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
        let oldest = window.oldest.as_second().to_string();
        let latest = window.latest.as_second().to_string();
        let parameters = [
            ("channel", Some(channel)),
            ("ts", thread),
            ("oldest", Some(oldest.as_str())),
            ("latest", Some(latest.as_str())),
            ("include_all_metadata", Some("true")),
            ("limit", Some("100")),
            ("cursor", cursor),
        ];
        self.ask(method, &parameters).await
    }
}

impl Wire {
    /// Ends a token.
    pub(crate) async fn revoke(&self, token: &Secret) -> Result<(), CallError> {
        self.ask(token, "auth.revoke", &[]).await.map(|_: Anything| ())
    }

    /// The address of a new connection in Socket Mode. It holds a ticket: it is not for logs.
    pub(crate) async fn socket(&self, app_token: &Secret) -> Result<String, CallError> {
        #[derive(Deserialize)]
        struct Open {
            url: String,
        }
        let open: Open = self.tell(app_token, "apps.connections.open", &json!({})).await?;
        Ok(open.url)
    }
}

/// The tenant of a team.
pub(crate) fn tenant(team: &str) -> Option<TenantId> {
    format!("slack:{team}").parse().ok()
}
