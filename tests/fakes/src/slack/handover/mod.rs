//! Handing things to apps: over their sockets, or signed to their addresses, again if that fails.

mod http;
mod retries;
mod verify;

use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Delivery, Signing, Slack};
use crate::kit::Sent;

/// What is handed to an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A slash command.
    Command,
    /// A button, a dialog, a shortcut.
    Interactive,
    /// Something happened.
    Event,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Interactive => "interactive",
            Self::Event => "event",
        }
    }

    /// The type of its envelopes.
    fn envelope(self) -> &'static str {
        match self {
            Self::Command => "slash_commands",
            Self::Interactive => "interactive",
            Self::Event => "events_api",
        }
    }
}

/// Something on its way to an app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parcel {
    /// The app.
    pub app_id: String,
    /// What it is.
    pub purpose: Purpose,
    /// The same in every attempt: an event's id, or the trigger's.
    pub id: String,
    /// What the app reads.
    pub payload: Value,
}

/// Which attempt this is, and why there was another before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Try {
    pub(super) attempt: u32,
    pub(super) reason: Option<&'static str>,
}

/// What came of an attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) status: Option<u16>,
    pub(super) answer: Value,
    pub(super) problem: Option<&'static str>,
    /// The app wants it no more.
    pub(super) enough: bool,
}

impl Slack {
    /// Hands a parcel over once, by the app's door, and writes that down.
    pub(super) async fn attempt(&self, parcel: &Parcel, which: Try, signing: &Signing) -> (Sent, bool) {
        let at = self.now();
        let began = Instant::now();
        let delivery = self.read(|world| world.apps.get(&parcel.app_id).map(|app| app.delivery.clone()));
        let (via, outcome) = match delivery.unwrap_or_default() {
            Delivery::Socket => ("socket", self.by_socket(parcel, which).await),
            Delivery::Http { commands, interactivity, events } => {
                let url = match parcel.purpose {
                    Purpose::Command => commands,
                    Purpose::Interactive => interactivity,
                    Purpose::Event => events,
                };
                ("http", self.by_http(&url, parcel, which, signing).await)
            }
        };
        let sent = Sent {
            at,
            app: parcel.app_id.clone(),
            kind: parcel.purpose.word().to_owned(),
            via,
            id: parcel.id.clone(),
            attempt: which.attempt,
            status: outcome.status,
            answer: outcome.answer,
            took_ms: began.elapsed().as_millis() as u64,
            problem: outcome.problem.map(str::to_owned),
        };
        self.ledger().sent(sent.clone());
        (sent, outcome.enough)
    }

    async fn by_socket(&self, parcel: &Parcel, which: Try) -> Outcome {
        let mut envelope = json!({
            "type": parcel.purpose.envelope(), "envelope_id": self.word(), "payload": parcel.payload,
            "accepts_response_payload": parcel.purpose != Purpose::Event,
        });
        if parcel.purpose == Purpose::Event {
            envelope["retry_attempt"] = json!(which.attempt);
            envelope["retry_reason"] = json!(which.reason.unwrap_or_default());
        }
        match self.through_socket(&parcel.app_id, envelope).await {
            Ok(answer) => Outcome { answer, ..Outcome::default() },
            Err(problem) => Outcome { problem: Some(problem), ..Outcome::default() },
        }
    }
}
