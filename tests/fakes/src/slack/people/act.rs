use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Person, Tried};

/// Something that a person does, as data: for scripts. Each is a method of [`Person`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// [`Person::command`].
    Command {
        /// Where it is typed.
        channel: String,
        /// With its slash.
        command: String,
        /// What stands behind it.
        #[serde(default)]
        text: String,
    },
    /// [`Person::say`], or [`Person::reply`] with a thread.
    Say {
        /// Where.
        channel: String,
        /// As it is typed.
        text: String,
        /// The first message of the thread.
        #[serde(default)]
        thread_ts: Option<String>,
    },
    /// [`Person::mention`].
    Mention {
        /// Where.
        channel: String,
        /// What stands behind the app's name.
        text: String,
    },
    /// [`Person::dm`].
    Dm {
        /// As it is typed.
        text: String,
    },
    /// [`Person::press`].
    Press {
        /// Where the message is.
        channel: String,
        /// The message.
        ts: String,
        /// The element.
        action_id: String,
        /// What is chosen in it.
        #[serde(default)]
        choice: Option<String>,
    },
    /// [`Person::press_in`].
    PressIn {
        /// The view.
        view: String,
        /// The element.
        action_id: String,
        /// What is chosen in it.
        #[serde(default)]
        choice: Option<String>,
    },
    /// [`Person::shortcut`].
    Shortcut {
        /// Which.
        callback_id: String,
        /// Where the message is.
        channel: String,
        /// The message.
        ts: String,
    },
    /// [`Person::global_shortcut`].
    GlobalShortcut {
        /// Which.
        callback_id: String,
    },
    /// [`Person::open_home`].
    OpenHome,
    /// [`Person::moves_to`].
    MoveTo {
        /// IANA.
        zone: String,
    },
    /// [`Person::submit`].
    Submit {
        /// The dialog.
        view: String,
        /// What was entered, as `state.values` has it.
        #[serde(default)]
        values: Value,
    },
    /// [`Person::close`].
    Close {
        /// The dialog.
        view: String,
    },
    /// [`Person::edit_message`].
    EditMessage {
        /// Where the message is.
        channel: String,
        /// The message.
        ts: String,
        /// What it says from now on.
        text: String,
    },
    /// [`Person::delete_message`].
    DeleteMessage {
        /// Where the message is.
        channel: String,
        /// The message.
        ts: String,
    },
}

impl Person {
    /// Does it, and returns what came of it as JSON.
    ///
    /// # Errors
    /// Why Slack offers no such thing, in words.
    pub async fn act(&self, act: Act) -> Tried<Value> {
        Ok(match act {
            Act::Command { channel, command, text } => json!(self.try_command(&channel, &command, &text).await?),
            Act::Say { channel, text, thread_ts } => {
                json!(self.try_say(&channel, thread_ts.as_deref(), &text).await?)
            }
            Act::Mention { channel, text } => {
                let text = format!("@{} {text}", self.name_of_app()?);
                json!(self.try_say(&channel, None, &text).await?)
            }
            Act::Dm { text } => json!(self.try_say(&self.dm_channel()?, None, &text).await?),
            Act::Press { channel, ts, action_id, choice } => {
                json!(self.try_press(&channel, &ts, &action_id, choice.as_deref()).await?)
            }
            Act::PressIn { view, action_id, choice } => {
                json!(self.try_press_in(&view, &action_id, choice.as_deref()).await?)
            }
            Act::Shortcut { callback_id, channel, ts } => json!(self.try_shortcut(&callback_id, &channel, &ts).await?),
            Act::GlobalShortcut { callback_id } => json!(self.try_global_shortcut(&callback_id).await?),
            Act::MoveTo { zone } => json!(self.try_move(&zone).await?),
            Act::OpenHome => json!(self.try_open_home().await?),
            Act::Submit { view, values } => json!(self.try_submit(&view, values).await?),
            Act::Close { view } => json!(self.try_close(&view).await?),
            Act::EditMessage { channel, ts, text } => json!(self.try_edit(&channel, &ts, &text).await?),
            Act::DeleteMessage { channel, ts } => json!(self.try_delete(&channel, &ts).await?),
        })
    }
}
