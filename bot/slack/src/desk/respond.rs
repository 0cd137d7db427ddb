//! Answers at a `response_url`. Slack takes five there, for half an hour; what it does not take comes another way.

use domain::place::Place;
use serde_json::Value;
use tracing::warn;

use super::Desk;
use super::answer::{on_screen, working_on_it};
use super::paced::surely;
use crate::api::{CallError, Message};
use crate::inbound::payload::{Command, Named, Pressed, Shortcut};

/// Who waits for an answer, and where.
#[derive(Clone)]
pub(crate) struct Asked {
    url: String,
    user: String,
    /// The channel, or `None` in a direct message.
    channel: Option<String>,
    thread: Option<String>,
}

impl Asked {
    /// Whoever typed a command.
    pub(crate) fn by(command: &Command) -> Self {
        let (url, user) = (command.response_url.clone(), command.user_id.clone());
        Self { url, user, channel: command.channel(), thread: None }
    }

    /// Whoever pressed something in a message.
    pub(super) fn in_message(url: &str, pressed: &Pressed) -> Self {
        let channel = pressed.channel.as_ref().and_then(Named::as_channel);
        let thread = pressed.message.as_ref().and_then(|message| message.thread_ts.clone());
        Self { url: url.to_owned(), user: pressed.user.id.clone(), channel, thread }
    }

    /// Whoever used the shortcut of a message.
    pub(super) fn about(url: &str, used: &Shortcut) -> Self {
        let channel = used.channel.as_ref().and_then(Named::as_channel);
        Self { url: url.to_owned(), user: used.user.id.clone(), channel, thread: None }
    }
}

impl Desk {
    /// Answers whoever asked. What Slack did not take at the address is for them alone in the channel, or in the direct
    /// message where it does not take that either. What it may have taken is said once more: the asker alone sees it, and
    /// twice is better than never.
    pub(super) async fn respond(&self, asked: &Asked, answer: Value) {
        let answered = match self.call_paced("response_url", || surely(|| self.api.respond(&asked.url, &answer))).await
        {
            Err(error @ (CallError::Later { .. } | CallError::Refused(_))) => {
                warn!(%error, "an answer is not taken where it was asked for");
                self.answer_otherwise(asked, &answer).await
            }
            answered => answered,
        };
        if let Err(error) = answered {
            warn!(%error, "an answer did not arrive");
        }
    }

    /// The connection broke under the first answer to a command. A first word is not missed: the answer follows it anyway.
    pub(crate) fn answer_lost(&self, asked: Asked, answer: Value) {
        if answer == working_on_it() || answer == on_screen() {
            return;
        }
        let desk = self.clone();
        self.beside(async move { desk.respond(&asked, answer).await });
    }

    async fn answer_otherwise(&self, asked: &Asked, answer: &Value) -> Result<(), CallError> {
        let text = answer["text"].as_str().unwrap_or_default().to_owned();
        let blocks = answer["blocks"].as_array().cloned().unwrap_or_default();
        let direct = Message::to(asked.user.as_str(), text, blocks);
        if let Some(channel) = &asked.channel {
            let (place, mut message) =
                (Place::Channel(channel.clone()), direct.clone().in_thread(asked.thread.clone()));
            message.channel.clone_from(channel);
            match self.post_paced(&place, || surely(|| self.api.whisper(&asked.user, &message))).await {
                Err(CallError::Refused(_)) => {}
                answered => return answered,
            }
        }
        self.post_direct(self.api.tenant()?, &asked.user, &direct).await
    }
}
