//! The chat platforms of this process, and who is in which of their channels.

use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use domain::access::Principal;
use domain::place::Channel;
use domain::ports::chat::Directory;
use domain::ports::error::PortError;
use slack::{Options, Secret, Slack};

use crate::config;

/// What is missing before Slack can be spoken with; `None` when nothing of it is set.
pub(crate) fn missing(slack: &config::Slack) -> Option<&'static str> {
    let config::Slack { signing_secret, bot_token, app_token, .. } = slack;
    match (bot_token, app_token.is_some() || signing_secret.is_some()) {
        (None, false) => None,
        (None, true) => Some("TASKBOT_SLACK__BOT_TOKEN"),
        (Some(_), false) => Some("TASKBOT_SLACK__APP_TOKEN (Socket Mode) or TASKBOT_SLACK__SIGNING_SECRET (HTTP)"),
        (Some(_), true) => Some(""),
    }
}

/// Slack, if the configuration has what it takes.
///
/// # Errors
/// When a key cannot work.
pub(crate) fn slack(given: &config::Slack) -> Result<Option<Slack>> {
    let config::Slack { signing_secret, bot_token, app_token, api_url } = given;
    let Some(bot_token) = bot_token.as_ref().filter(|_| missing(given) == Some("")) else { return Ok(None) };
    let secret = |text: &str| Secret::new(text).context("TASKBOT_SLACK__…");
    // Two, with a comma between them, while one replaces the other.
    let signing = signing_secret.as_ref().map(|both| both.reveal().split(',').map(str::trim).map(secret).collect());
    let options = Options {
        signing_secrets: signing.transpose()?.unwrap_or_default(),
        bot_token: secret(bot_token.reveal())?,
        app_token: app_token.as_ref().map(|token| secret(token.reveal())).transpose()?,
        api_url: api_url.clone().unwrap_or_else(|| Options::API_URL.to_owned()),
    };
    Slack::new(options).map(Some).context("TASKBOT_SLACK__API_URL")
}

/// Every platform's channels. One that cannot be asked hides none of the others'.
pub(crate) struct Directories(pub(crate) Vec<Arc<dyn Directory>>);

#[async_trait]
impl Directory for Directories {
    async fn channels(&self, principal: &Principal) -> Result<Vec<Channel>, PortError> {
        let (mut channels, mut failed) = (Vec::new(), None);
        for directory in &self.0 {
            match directory.channels(principal).await {
                Ok(theirs) => channels.extend(theirs),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if channels.is_empty() => Err(error),
            _ => Ok(channels),
        }
    }
}
