//! The people in front of Slack, and what they do.

mod act;
mod command;
mod common;
mod dialogs;
mod events;
mod leave;
mod press;
mod profile;
mod say;
mod shortcuts;
mod triggers;
mod typed;

pub use act::Act;
pub use say::Said;
pub(super) use triggers::Triggers;

use serde::Serialize;
use serde_json::Value;

use super::hooks::Hook;
use super::{Install, Parcel, Signing, Slack};
use crate::kit::Sent;

/// What a person tries, and may not be possible: the reason, in words.
pub(super) type Tried<T> = Result<T, String>;

/// Somebody who sits in front of Slack. Methods that act panic when Slack offers no such thing: a channel that the
/// person is not in, a button that is not there.
#[derive(Clone, Debug)]
pub struct Person {
    slack: Slack,
    team: String,
    user: String,
    app: Option<String>,
    signing: Signing,
}

impl Slack {
    /// The person with this id.
    pub fn person(&self, team: &str, user: &str) -> Person {
        let (team, user) = (team.to_owned(), user.to_owned());
        Person { slack: self.clone(), team, user, app: None, signing: Signing::default() }
    }
}

impl Person {
    /// The same person, who means this app where several could be meant.
    pub fn with_app(mut self, app: &str) -> Self {
        self.app = Some(app.to_owned());
        self
    }

    /// The same person, whose requests reach the app signed like this.
    pub fn signed(mut self, signing: Signing) -> Self {
        self.signing = signing;
        self
    }

    /// The installation that is meant: that of the app, or the first in the team.
    fn install(&self) -> Tried<Install> {
        let world = self.slack.world();
        let mut there = world.teams.keys().filter(|team| **team == self.team).flat_map(|team| {
            let apps = world.apps.keys().filter(|app| self.app.as_ref().is_none_or(|wanted| wanted == *app));
            apps.filter_map(|app| world.install(app, team)).cloned().collect::<Vec<_>>()
        });
        there.next().ok_or_else(|| format!("no such app is installed in {}", self.team))
    }

    /// Hands a parcel to the app, and says what came of it.
    async fn hand(&self, parcel: Parcel, hook: Option<Hook>) -> Turn {
        let first = self.slack.hand_over(&parcel, &self.signing).await;
        Turn { slack: self.slack.clone(), signing: self.signing.clone(), hook, parcel, first }
    }
}

/// What came of something that a person did: what the app got, and what it answered at first.
#[derive(Clone, Debug, Serialize)]
pub struct Turn {
    #[serde(skip)]
    slack: Slack,
    #[serde(skip)]
    signing: Signing,
    #[serde(skip)]
    hook: Option<Hook>,
    /// What the app got.
    pub parcel: Parcel,
    /// The first attempt to hand it over. Later ones stand in the ledger, under the same id.
    pub first: Sent,
}

impl Turn {
    /// Whether the app took it in time.
    pub fn taken(&self) -> bool {
        self.first.problem.is_none()
    }

    /// What the app answered at once.
    pub fn answer(&self) -> &Value {
        &self.first.answer
    }

    /// What the app may open a dialog with.
    pub fn trigger_id(&self) -> &str {
        self.parcel.payload["trigger_id"].as_str().unwrap_or_default()
    }

    /// Where the app may answer later.
    pub fn response_url(&self) -> &str {
        self.parcel.payload["response_url"].as_str().unwrap_or_default()
    }

    /// Hands the very same thing over `count` times more, all at once.
    pub async fn again(&self, count: usize) -> Vec<Sent> {
        self.all_at_once(vec![self.parcel.clone(); count]).await
    }

    /// Hands the same thing over once more under another event id, as Slack sometimes does.
    pub async fn under_another_id(&self) -> Sent {
        let mut parcel = self.parcel.clone();
        parcel.id = self.slack.change(|world| world.id("Ev"));
        parcel.payload["event_id"] = parcel.id.clone().into();
        self.slack.hand_over(&parcel, &self.signing).await
    }

    async fn all_at_once(&self, parcels: Vec<Parcel>) -> Vec<Sent> {
        let sending = parcels.iter().map(|parcel| self.slack.hand_over(parcel, &self.signing));
        futures::future::join_all(sending).await
    }
}
