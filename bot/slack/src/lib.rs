//! Slack, in and out.
//!
//! Two ways in carry the same payloads: signed HTTP ([`Slack::router`]) and Socket Mode ([`Slack::listen`]). Both end at
//! one `desk`, which turns a payload into a line of a chat, as if it had been typed on a terminal, and answers
//! it. The way out is one `api`: reminders ([`SlackChat`]), answers, and who is in which channel
//! ([`SlackDirectory`]).

mod api;
mod chat;
mod desk;
mod directory;
mod homes;
mod inbound;
mod look;
mod options;
mod pace;
mod people;
mod render;
mod roster;
mod sightings;

use std::sync::Arc;

use bot::Turns;
use domain::service::Operators;
use tokio_util::sync::CancellationToken;

pub use chat::SlackChat;
pub use directory::SlackDirectory;
pub use options::{Options, Secret, Wrong};

use api::Api;
use desk::Desk;
use homes::Homes;
use sightings::Sightings;

/// A workspace that the bot is installed in, spoken to with its token.
#[derive(Clone)]
pub struct Slack {
    api: Api,
    options: Arc<Options>,
    sightings: Arc<Sightings>,
    homes: Arc<Homes>,
}

impl Slack {
    /// With these keys; nothing is asked yet.
    ///
    /// # Errors
    /// When the roots of trust of this machine cannot be read.
    pub fn new(options: Options) -> Result<Self, Wrong> {
        let api = Api::new(&options)?;
        Ok(Self { api, options: Arc::new(options), sightings: Arc::default(), homes: Arc::default() })
    }

    /// Who is in which channel.
    #[must_use]
    pub fn directory(&self, people: Arc<dyn domain::ports::people::People>) -> SlackDirectory {
        SlackDirectory::new(self.api.clone(), people, self.sightings.clone())
    }

    /// Where reminders are posted.
    #[must_use]
    pub fn chat(&self, turns: &Turns) -> SlackChat {
        SlackChat::new(self.api.clone(), turns.clone())
    }

    /// The routes `/slack/…`, for requests that Slack signs.
    pub fn router(&self, turns: &Turns, operators: Arc<Operators>) -> axum::Router {
        inbound::http::router(self.desk(turns, operators), self.options.signing_secrets.clone())
    }

    /// Listens in Socket Mode, if there is a token for it, and keeps the pages that people look at up to date, until
    /// somebody asks to stop.
    pub async fn listen(&self, turns: &Turns, operators: Arc<Operators>, stop: CancellationToken) {
        let desk = self.desk(turns, operators);
        let homes = desk.keep_homes(stop.clone());
        match &self.options.app_token {
            Some(token) => {
                tokio::join!(inbound::socket::listen(&self.api, token, desk.clone(), stop), homes);
            }
            None => homes.await,
        }
    }

    fn desk(&self, turns: &Turns, operators: Arc<Operators>) -> Desk {
        Desk::new(self.api.clone(), turns.clone(), operators, self.sightings.clone(), self.homes.clone())
    }
}
