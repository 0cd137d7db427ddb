//! Slash commands: `/task`, `/todo`, `/remindme`.

use std::time::Duration;

use domain::fault::sabotaged;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{Instrument, warn};

use super::answer::{busy, failed, instead, not_installed, private, too_late, working_on_it};
use super::line::typed;
use super::{AT_ONCE, Desk, Line, TOO_LATE};
use crate::api::CallError;
use crate::inbound::payload::Command;

impl Desk {
    /// The first answer: the answer itself, if it comes soon, else a first word, and the truth later at the
    /// `response_url`.
    pub(crate) async fn command(&self, command: Command) -> Value {
        let (since, url) = (Instant::now(), command.response_url.clone());
        let desk = self.clone();
        let mut working = tokio::spawn(async move { desk.answer(command).await }.in_current_span());
        let soon = if sabotaged("slack.answer_when_done") { Duration::from_secs(60) } else { AT_ONCE };
        match timeout(soon, &mut working).await {
            Ok(answer) => answer.unwrap_or_else(|_| failed()),
            Err(_) => {
                let desk = self.clone();
                tokio::spawn(async move { desk.later(working, since, &url).await }.in_current_span());
                working_on_it()
            }
        }
    }

    /// The truth, when it is known; before that, in time, that it is not.
    async fn later(&self, mut working: JoinHandle<Value>, since: Instant, url: &str) {
        let answer = match timeout_at(since + TOO_LATE, &mut working).await {
            Ok(answer) => answer,
            Err(_) => {
                self.respond(url, instead(too_late())).await;
                working.await
            }
        };
        let answer = answer.unwrap_or_else(|_| failed());
        self.respond(url, instead(answer)).await;
    }

    pub(super) async fn respond(&self, url: &str, answer: Value) {
        if let Err(error) = self.call_paced("response_url", || self.api.respond(url, &answer)).await {
            warn!(%error, "an answer did not arrive");
        }
    }

    async fn answer(&self, command: Command) -> Value {
        let Some(_seat) = self.seats.take().await else { return busy() };
        let tenant = match self.tenant(&command.team_id).await {
            Ok(tenant) => tenant,
            Err(CallError::Refused(_)) => return not_installed(),
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                return failed();
            }
        };
        if command.text.trim().is_empty() && command.command != "/todo" {
            return self.open_form(&command).await;
        }
        let line = Line {
            tenant,
            channel: command.channel(),
            user: command.user_id,
            thread: None,
            key: Some(format!("command/{}", command.trigger_id)),
            text: format!("{} {}", command.command, typed(&command.text)),
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
