//! Slack, in and out.
//!
//! Two ways in carry the same payloads: signed HTTP ([`Slack::router`]) and Socket Mode ([`Slack::listen`]). Both end at
//! one `desk`, which turns a payload into a line of a chat, as if it had been typed on a terminal, and answers
//! it. The way out is one `api`: reminders ([`SlackChat`]), answers, and who is in which channel
//! ([`SlackDirectory`]). With which token a workspace is spoken to, `installs` knows.

mod api;
mod by_key;
mod chat;
mod check;
mod desk;
mod directory;
mod faces;
mod homes;
mod inbound;
mod installs;
mod look;
mod options;
mod pace;
mod people;
mod reading;
mod render;
mod rooms;
mod roster;
mod rosters;
mod scopes;
mod sightings;
mod silence;
mod term;
mod waiting;
mod watches;

use std::sync::Arc;
use std::time::Duration;

use bot::{Rooms, Turns};
use domain::ports::lease::Leases;
use domain::service::Operators;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

pub use chat::SlackChat;
pub use check::Finding;
pub use directory::SlackDirectory;
pub use installs::Ground;
pub use options::{OAuth, Options, Secret, Wrong, way_back};

use api::{Api, Wire};
use desk::{Around, Desk};
use homes::Homes;
use installs::Workspaces;
use pace::Pace;
use rosters::Rosters;
use sightings::Sightings;
use silence::Silence;
use watches::Watches;

/// Slack, with the workspaces that the bot is installed in.
#[derive(Clone)]
pub struct Slack {
    api: Api,
    workspaces: Arc<Workspaces>,
    options: Arc<Options>,
    sightings: Arc<Sightings>,
    homes: Arc<Homes>,
    watches: Arc<Watches>,
    pace: Arc<Pace>,
    silence: Silence,
    rosters: Rosters,
    work: TaskTracker,
}

impl Slack {
    /// With these keys, and leases by which processes share the pages that people look at; nothing is asked yet.
    ///
    /// # Errors
    /// When the roots of trust of this machine cannot be read, or a key cannot work.
    pub fn new(options: Options, ground: Ground, leases: Arc<dyn Leases>) -> Result<Self, Wrong> {
        let wire = Wire::new(&options)?;
        let watches = Arc::new(Watches::new(leases));
        let workspaces = Arc::new(Workspaces::new(wire.clone(), &options, ground)?);
        let api = Api::new(wire, workspaces.clone());
        let options = Arc::new(options);
        let (sightings, homes, pace) = Default::default();
        let silence = Silence::default();
        let rosters = Rosters::new(silence.clone());
        let work = TaskTracker::new();
        Ok(Self { api, workspaces, options, sightings, homes, watches, pace, silence, rosters, work })
    }

    /// Who is in which channel.
    #[must_use]
    pub fn directory(&self, people: Arc<dyn domain::ports::people::People>) -> SlackDirectory {
        SlackDirectory::new(self.api.clone(), people, self.sightings.clone(), self.rosters.clone())
    }

    /// Where reminders are posted.
    #[must_use]
    pub fn chat(&self, turns: &Turns) -> SlackChat {
        SlackChat::new(self.api.clone(), turns.clone(), self.pace.clone())
    }

    /// Where channels learn of changes that do not come from Slack.
    pub fn rooms(&self, turns: &Turns, operators: Arc<Operators>) -> Arc<dyn Rooms> {
        Arc::new(self.desk(turns, operators))
    }

    /// The routes `/slack/…`: for requests that Slack signs, and for installing over OAuth.
    pub fn router(&self, turns: &Turns, operators: Arc<Operators>) -> axum::Router {
        let signed = inbound::http::router(self.desk(turns, operators), self.options.signing_secrets.clone());
        match self.options.oauth.clone() {
            None => signed,
            Some(oauth) => signed.merge(installs::router(self.workspaces.clone(), oauth)),
        }
    }

    /// Looks after the installations until somebody asks to stop.
    pub async fn tend(&self, stop: CancellationToken) {
        self.workspaces.tend(stop).await;
    }

    /// Listens in Socket Mode, if there is a token for it, and keeps the pages that people look at up to date, until
    /// somebody asks to stop.
    pub async fn listen(&self, turns: &Turns, operators: Arc<Operators>, stop: CancellationToken) {
        let desk = self.desk(turns, operators);
        let homes = desk.keep_homes(stop.clone());
        match &self.options.app_token {
            Some(token) => {
                tokio::join!(inbound::socket::listen(self.api.wire(), token, desk.clone(), stop), homes);
            }
            None => homes.await,
        }
    }

    /// Waits until all is done and shown that was acknowledged, for so long at most: when nothing comes in any more. Then
    /// the pages that people look at are left to others.
    pub async fn finish(&self, grace: Duration) {
        self.work.close();
        if timeout(grace, self.work.wait()).await.is_err() {
            warn!(left = self.work.len(), "some answers in Slack were not given in time");
        }
        self.watches.end();
    }

    fn desk(&self, turns: &Turns, operators: Arc<Operators>) -> Desk {
        let (sightings, homes, pace) = (self.sightings.clone(), self.homes.clone(), self.pace.clone());
        let (watches, silence, rosters) = (self.watches.clone(), self.silence.clone(), self.rosters.clone());
        let around = Around { sightings, homes, watches, pace, silence, rosters, work: self.work.clone() };
        Desk::new(self.api.clone(), turns.clone(), operators, around)
    }
}
