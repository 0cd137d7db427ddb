//! Slash commands: `/task`, `/todo`, `/remindme`.

use std::time::Duration;

use domain::fault::sabotaged;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::warn;

use super::answer::{busy, failed, instead, not_installed, private, told, too_late, working_on_it};
use super::line::typed;
use super::respond::Asked;
use super::{AT_ONCE, Desk, Line, TOO_LATE, digest};
use crate::api::CallError;
use crate::inbound::payload::Command;
use crate::term::waited_for;

impl Desk {
    /// The first answer: the answer itself, if it comes soon, else a first word, and the truth later at the
    /// `response_url`.
    pub(crate) async fn command(&self, command: Command) -> Value {
        let (since, asked) = (Instant::now(), Asked::by(&command));
        let desk = self.clone();
        let mut working = self.beside(waited_for(async move { desk.answer(command).await }));
        let soon = if sabotaged("slack.answer_when_done") { Duration::from_secs(60) } else { AT_ONCE };
        match timeout(soon, &mut working).await {
            Ok(answer) => answer.unwrap_or_else(|_| failed()),
            Err(_) => {
                let desk = self.clone();
                self.beside(async move { desk.later(working, since, &asked).await });
                working_on_it()
            }
        }
    }

    /// The truth, when it is known; before that, in time, that it is not.
    async fn later(&self, mut working: JoinHandle<Value>, since: Instant, asked: &Asked) {
        let answer = match timeout_at(since + TOO_LATE, &mut working).await {
            Ok(answer) => answer,
            Err(_) => {
                self.respond(asked, instead(too_late())).await;
                working.await
            }
        };
        let answer = answer.unwrap_or_else(|_| failed());
        self.respond(asked, instead(told(answer))).await;
    }

    async fn answer(&self, command: Command) -> Value {
        let arrived = self.now();
        // A form is Slack's to open: nobody's seat is held for as long as that takes.
        let asks = command.text.trim().is_empty();
        let seat = if asks { None } else { self.seats.take(&command.team_id).await };
        if !asks && seat.is_none() {
            return busy();
        }
        let tenant = match self.tenant(&command.team_id).await {
            Ok(tenant) => tenant,
            Err(CallError::Refused(_)) => return not_installed(),
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                return failed();
            }
        };
        if asks {
            return self.open_form(&command).await;
        }
        let key = key(&command);
        let line = Line {
            tenant,
            channel: command.channel(),
            user: command.user_id,
            thread: None,
            key,
            text: format!("{} {}", command.command, typed(&command.text)),
            said_at: Some(arrived),
            there_at: None,
        };
        match self.take(line).await {
            Ok(reply) => private(&reply),
            Err(error) => {
                warn!(%error, "a command could not be taken");
                failed()
            }
        }
    }
}

/// By which a command is known again; one without a trigger is not.
fn key(command: &Command) -> Option<String> {
    let Command { channel_id, user_id, command: word, text, response_url, .. } = command;
    let said = digest(&[channel_id, user_id, word, text, response_url].map(String::as_str));
    (!command.trigger_id.is_empty()).then(|| format!("command/{}/{said}", command.trigger_id))
}
