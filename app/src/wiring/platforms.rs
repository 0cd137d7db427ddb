//! The chat platforms of this process, and who is in which of their channels.

use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use domain::access::Principal;
use domain::place::Channel;
use domain::ports::chat::{Called, Directory, Profile};
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use slack::{Options, Secret, Slack};

use crate::config;

/// How far a platform is configured.
pub(crate) enum Standing<'a> {
    /// Nothing of it is set.
    Unset,
    /// It cannot be spoken with before this is set.
    Lacks(&'static str),
    /// It has what it takes, among it this token.
    Ready(&'a config::Secret),
}

/// How far Slack is configured.
pub(crate) fn slack_standing(slack: &config::Slack) -> Standing<'_> {
    let way_in = slack.app_token.is_some() || slack.signing_secret.is_some();
    match &slack.bot_token {
        None if !way_in => Standing::Unset,
        None => Standing::Lacks("TASKBOT_SLACK__BOT_TOKEN"),
        Some(_) if !way_in => {
            Standing::Lacks("TASKBOT_SLACK__APP_TOKEN (Socket Mode) or TASKBOT_SLACK__SIGNING_SECRET (HTTP)")
        }
        Some(bot_token) => Standing::Ready(bot_token),
    }
}

/// Slack, if the configuration has what it takes.
///
/// # Errors
/// When a key cannot work.
pub(crate) fn slack(given: &config::Slack) -> Result<Option<Slack>> {
    let Standing::Ready(bot_token) = slack_standing(given) else { return Ok(None) };
    let config::Slack { signing_secret, app_token, api_url, .. } = given;
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

    async fn group(&self, tenant: &TenantId, group: &str) -> Result<Option<Vec<String>>, PortError> {
        for directory in &self.0 {
            if let Some(users) = directory.group(tenant, group).await? {
                return Ok(Some(users));
            }
        }
        Ok(None)
    }

    async fn called(&self, tenant: &TenantId, name: &str) -> Result<Called, PortError> {
        let mut answer = Called::Nobody { near: Vec::new() };
        for directory in &self.0 {
            match directory.called(tenant, name).await? {
                Called::Nobody { near } if near.is_empty() => {}
                known => answer = known,
            }
        }
        Ok(answer)
    }

    async fn profile(&self, tenant: &TenantId, user: &str) -> Result<Option<Profile>, PortError> {
        for directory in &self.0 {
            if let Some(profile) = directory.profile(tenant, user).await? {
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }
}
