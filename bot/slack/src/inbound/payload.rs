//! What Slack sends, as far as it is looked at. Whatever else is in it is ignored, so that Slack may add to it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::api::Person;

/// The kinds of messages that are words to the bot as any other.
const WRITTEN: [&str; 2] = ["file_share", "thread_broadcast"];

/// A slash command, from a form or an envelope.
#[derive(Clone, Deserialize)]
pub(crate) struct Command {
    pub(crate) team_id: String,
    pub(crate) channel_id: String,
    #[serde(default)]
    pub(crate) channel_name: String,
    pub(crate) user_id: String,
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) trigger_id: String,
    #[serde(default)]
    pub(crate) response_url: String,
}

/// Without the address and the trigger, with which anybody could answer.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("command", &self.command).finish_non_exhaustive()
    }
}

impl Command {
    /// The channel, unless it was typed in a direct message.
    pub(crate) fn channel(&self) -> Option<String> {
        Some(self.channel_id.clone()).filter(|id| self.channel_name != "directmessage" && !is_direct(id))
    }
}

/// What the events API sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Envelope {
    /// Whether the address is ours.
    UrlVerification { challenge: String },
    /// Something happened.
    EventCallback(Happened),
    #[serde(other)]
    Other,
}

/// Something that happened, and in which workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Happened {
    team_id: String,
    context_team_id: Option<String>,
    #[serde(default)]
    authorizations: Vec<Authorization>,
    pub(crate) event: Box<Event>,
}

/// An installation that may see it.
#[derive(Clone, Debug, Deserialize)]
struct Authorization {
    team_id: Option<String>,
}

impl Happened {
    /// The workspace whose installation is told of it: in a channel that several share, not always where it happened.
    pub(crate) fn team(&self) -> &str {
        let installed = self.authorizations.first().and_then(|one| one.team_id.as_deref());
        installed.or(self.context_team_id.as_deref()).unwrap_or(&self.team_id)
    }
}

/// Something that happened in a workspace.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event {
    /// A message in a conversation that the bot is in.
    Message(Said),
    /// A message that speaks to the bot.
    AppMention(Said),
    /// Somebody looks at the bot's own page.
    AppHomeOpened {
        user: String,
        #[serde(default)]
        tab: String,
    },
    /// Somebody's profile says something else.
    UserChange { user: Box<Person> },
    /// The bot was removed from the workspace.
    AppUninstalled,
    /// Tokens were taken back, perhaps the bot's.
    TokensRevoked,
    #[serde(other)]
    Other,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Said {
    /// Absent from messages that nobody wrote.
    pub(crate) user: Option<String>,
    #[serde(default)]
    pub(crate) text: String,
    pub(crate) ts: String,
    pub(crate) channel: String,
    pub(crate) channel_type: Option<String>,
    pub(crate) thread_ts: Option<String>,
    /// Edits, deletions, joinings: nearly all but what somebody just wrote.
    pub(crate) subtype: Option<String>,
    pub(crate) bot_id: Option<String>,
}

/// What somebody did with a message, a view or a shortcut.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Interaction {
    /// A button was pressed or something was picked.
    BlockActions(Box<Pressed>),
    /// A shortcut of a message was used.
    MessageAction(Box<Shortcut>),
    /// A shortcut that belongs to no message was used.
    Shortcut(Box<Shortcut>),
    /// A dialog was filled in.
    ViewSubmission(Box<Submitted>),
    #[serde(other)]
    Other,
}

impl Interaction {
    /// The workspace whose installation it is for: in a channel that several share, not always that of whoever did it.
    pub(crate) fn team(&self) -> &str {
        match self {
            Self::BlockActions(pressed) => pressed.installed_in(),
            Self::MessageAction(used) | Self::Shortcut(used) => &used.team.id,
            Self::ViewSubmission(submitted) => submitted.installed_in(),
            Self::Other => "",
        }
    }
}

/// A button that was pressed, or a choice that was made.
#[derive(Clone, Deserialize)]
pub(crate) struct Pressed {
    /// The workspace of whoever pressed.
    team: Named,
    pub(crate) user: Named,
    pub(crate) channel: Option<Named>,
    pub(crate) message: Option<Shown>,
    /// Where it was pressed, if that is no message.
    pub(crate) view: Option<Looked>,
    pub(crate) response_url: Option<String>,
    /// What a dialog may be opened with.
    #[serde(default)]
    pub(crate) trigger_id: String,
    pub(crate) actions: Vec<Act>,
}

/// Without the address and the trigger, with which anybody could answer.
impl fmt::Debug for Pressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pressed").field("actions", &self.actions).finish_non_exhaustive()
    }
}

/// A shortcut.
#[derive(Clone, Deserialize)]
pub(crate) struct Shortcut {
    pub(crate) team: Team,
    pub(crate) user: Named,
    /// Where whoever used it is answered; of one that belongs to no message there is none.
    pub(crate) response_url: Option<String>,
    pub(crate) callback_id: String,
    #[serde(default)]
    pub(crate) trigger_id: String,
    pub(crate) channel: Option<Named>,
    pub(crate) message: Option<Shown>,
}

/// Without the address and the trigger, with which anybody could answer.
impl fmt::Debug for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shortcut").field("callback_id", &self.callback_id).finish_non_exhaustive()
    }
}

/// A workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: String,
    /// The first word of its address.
    pub(crate) domain: Option<String>,
}

/// A dialog that was filled in.
#[derive(Clone, Deserialize)]
pub(crate) struct Submitted {
    /// The workspace of whoever filled it in.
    team: Named,
    pub(crate) user: Named,
    pub(crate) view: Filled,
    /// The same each time that Slack tells of it, and another one when it is saved again.
    pub(crate) trigger_id: Option<String>,
}

/// Without the trigger, with which anybody could answer.
impl fmt::Debug for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitted").field("user", &self.user).field("view", &self.view).finish_non_exhaustive()
    }
}

/// A view with what was entered.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Filled {
    pub(crate) id: String,
    app_installed_team_id: Option<String>,
    #[serde(default)]
    pub(crate) callback_id: String,
    #[serde(default)]
    pub(crate) private_metadata: String,
    #[serde(default)]
    pub(crate) state: Entered,
}

/// What was entered, by block and by action.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    pub(crate) values: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Something with an id.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
}

/// The view that holds a button.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Looked {
    app_installed_team_id: Option<String>,
    #[serde(default)]
    pub(crate) private_metadata: String,
    #[serde(default)]
    pub(crate) blocks: Vec<Value>,
}

/// The message that holds a button.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shown {
    /// The workspace as whose app the bot posted it, of a message of the bot's.
    team: Option<String>,
    pub(crate) ts: String,
    pub(crate) thread_ts: Option<String>,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) blocks: Vec<Value>,
}

/// What was done.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Act {
    pub(crate) action_id: String,
    /// When: the same each time that Slack tells of it.
    #[serde(default)]
    pub(crate) action_ts: String,
    pub(crate) value: Option<String>,
    pub(crate) selected_option: Option<Choice>,
}

/// A choice of a menu.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Choice {
    value: String,
    /// Where it leads, if it leads somewhere.
    url: Option<String>,
}

/// When something happened that Slack names by a timestamp, such as `1773392400.000100`.
pub(crate) fn instant(ts: &str) -> Option<Timestamp> {
    let (seconds, micros) = ts.split_once('.')?;
    Timestamp::new(seconds.parse().ok()?, micros.parse::<i32>().ok()?.checked_mul(1_000)?).ok()
}

/// Whether a conversation is somebody's direct message, by Slack's id of it.
fn is_direct(channel: &str) -> bool {
    channel.starts_with('D')
}

impl Said {
    /// Whether somebody just wrote it, perhaps with a file or from a thread to the channel as well.
    pub(crate) fn was_written(&self) -> bool {
        self.subtype.as_deref().is_none_or(|kind| WRITTEN.contains(&kind))
    }

    /// Whether it was written to the bot alone.
    pub(crate) fn is_direct(&self) -> bool {
        self.channel_type.as_deref() == Some("im") || is_direct(&self.channel)
    }
}

impl Pressed {
    /// The workspace in which the bot is installed whose button it is.
    pub(crate) fn installed_in(&self) -> &str {
        let view = self.view.as_ref().and_then(|view| view.app_installed_team_id.as_deref());
        let message = self.message.as_ref().and_then(|message| message.team.as_deref());
        view.or(message).unwrap_or(&self.team.id)
    }
}

impl Submitted {
    /// The workspace in which the bot is installed whose dialog it is.
    pub(crate) fn installed_in(&self) -> &str {
        self.view.app_installed_team_id.as_deref().unwrap_or(&self.team.id)
    }
}

impl Entered {
    /// What was entered into a field, which is the name of its block and of its action.
    pub(crate) fn field(&self, name: &str) -> Option<&Value> {
        self.values.get(name)?.get(name)
    }

    /// A text out of it, by a pointer into the field.
    pub(crate) fn text(&self, name: &str, pointer: &str) -> Option<String> {
        self.field(name)?.pointer(pointer)?.as_str().map(str::to_owned)
    }
}

impl Named {
    /// The id of a channel, unless it is a direct message.
    pub(crate) fn as_channel(&self) -> Option<String> {
        Some(self.id.clone()).filter(|id| !is_direct(id))
    }
}

impl Act {
    /// What the button or choice stands for; nothing if it only leads somewhere.
    pub(crate) fn meant(&self) -> Option<&str> {
        let chosen = self.selected_option.as_ref().filter(|choice| choice.url.is_none());
        self.value.as_deref().or_else(|| chosen.map(|choice| choice.value.as_str()))
    }
}
