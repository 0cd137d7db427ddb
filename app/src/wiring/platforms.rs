//! The chat platforms of this process, and who is in which of their channels.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use async_trait::async_trait;
use domain::access::Principal;
use domain::place::{Channel, Place};
use domain::ports::chat::{Called, Channels, Directory, Told};
use domain::ports::error::PortError;
use domain::ports::lease::Leases;
use domain::refusal::Refusal;
use domain::tenant::TenantId;
use slack::{Ground, OAuth, Options, Secret, Slack, Wrong, way_back};

use crate::config;

/// How far a platform is configured.
pub(crate) enum Standing {
    /// Nothing of it is set.
    Unset,
    /// It cannot be spoken with before this is set.
    Lacks(&'static str),
    /// It has what it takes.
    Ready,
}

/// How far Slack is configured.
pub(crate) fn slack_standing(slack: &config::Slack) -> Standing {
    let way_in = slack.app_token.is_some() || slack.signing_secret.is_some();
    let token = slack.bot_token.is_some() || slack.client_id.is_some();
    match (token, way_in) {
        (false, false) => Standing::Unset,
        (false, true) => Standing::Lacks("TASKBOT_SLACK__BOT_TOKEN"),
        (true, false) => {
            Standing::Lacks("TASKBOT_SLACK__APP_TOKEN (Socket Mode) or TASKBOT_SLACK__SIGNING_SECRET (HTTP)")
        }
        (true, true) => Standing::Ready,
    }
}

/// Slack, if the configuration has what it takes.
///
/// # Errors
/// When a key cannot work.
pub(crate) fn slack(given: &config::Slack, ground: Ground, leases: Arc<dyn Leases>) -> Result<Option<Slack>> {
    let oauth = oauth(given)?;
    if !matches!(slack_standing(given), Standing::Ready) {
        return Ok(None);
    }
    let config::Slack { signing_secret, bot_token, app_token, api_url, .. } = given;
    let secret = |given: &config::Secret| Secret::new(given.reveal()).context("TASKBOT_SLACK__…");
    let options = Options {
        signing_secrets: signing_secret
            .as_ref()
            .map(several)
            .transpose()
            .context("TASKBOT_SLACK__SIGNING_SECRET")?
            .unwrap_or_default(),
        bot_token: bot_token.as_ref().map(secret).transpose()?,
        app_token: app_token.as_ref().map(secret).transpose()?,
        api_url: api_url.as_deref().unwrap_or(Options::API_URL).trim_end_matches('/').to_owned(),
        oauth,
    };
    Slack::new(options, ground, leases).map(Some).map_err(|wrong| match wrong {
        Wrong::NoKey => anyhow!("TASKBOT_SLACK__TOKEN_KEY: {wrong}"),
        _ => anyhow!("TASKBOT_SLACK__API_URL: {wrong}"),
    })
}

/// What others install the app with: all of it, or nothing.
fn oauth(given: &config::Slack) -> Result<Option<OAuth>> {
    let config::Slack { client_id, client_secret, redirect_url, token_key, .. } = given;
    if client_id.is_none() && client_secret.is_none() && redirect_url.is_none() && token_key.is_none() {
        return Ok(None);
    }
    let needs = |key: &str, why: &str| format!("installing over OAuth needs TASKBOT_SLACK__{key}: {why}");
    let client_id = client_id.clone().filter(|id| !id.is_empty());
    let redirect_url = redirect_url.as_ref().with_context(|| needs("REDIRECT_URL", "https://YOUR.HOST/slack/oauth"))?;
    let secret = client_secret.as_ref().with_context(|| needs("CLIENT_SECRET", "it stands under Basic Information"))?;
    let keys = token_key.as_ref().with_context(|| {
        needs("TOKEN_KEY", "tokens are stored encrypted with it, 64 hex digits, e.g. from `openssl rand -hex 32`")
    })?;
    Ok(Some(OAuth {
        client_id: client_id.with_context(|| needs("CLIENT_ID", "it stands under Basic Information"))?,
        client_secret: Secret::new(secret.reveal()).context("TASKBOT_SLACK__CLIENT_SECRET")?,
        redirect_url: way_back(redirect_url).context("TASKBOT_SLACK__REDIRECT_URL")?,
        token_keys: several(keys).context("TASKBOT_SLACK__TOKEN_KEY")?,
    }))
}

/// Two, with a comma between them, while one replaces the other.
fn several(given: &config::Secret) -> Result<Vec<Secret>> {
    given.reveal().split(',').map(|one| Ok(Secret::new(one.trim())?)).collect()
}

/// Every platform's channels. One that cannot be asked hides none of the others'.
pub(crate) struct Directories(pub(crate) Vec<Arc<dyn Directory>>);

#[async_trait]
impl Directory for Directories {
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError> {
        let (mut channels, mut failed) = (Channels::all(Vec::new()), None);
        for directory in &self.0 {
            match directory.channels(principal).await {
                Ok(theirs) => {
                    channels.shown.extend(theirs.shown);
                    channels.whole &= theirs.whole;
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if channels.shown.is_empty() => Err(error),
            failed => Ok(Channels { whole: channels.whole && failed.is_none(), ..channels }),
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

    async fn profiles(&self, tenant: &TenantId, users: &[String]) -> Result<Vec<Told>, PortError> {
        let mut profiles = vec![Ok(None); users.len()];
        for directory in &self.0 {
            let told = directory.profiles(tenant, users).await?;
            profiles
                .iter_mut()
                .zip(told)
                .filter(|(known, _)| matches!(known, Ok(None)))
                .for_each(|(known, told)| *known = told);
        }
        Ok(profiles)
    }

    async fn channel_name(&self, channel: &Channel) -> Result<Option<String>, PortError> {
        for directory in &self.0 {
            if let Some(name) = directory.channel_name(channel).await? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    async fn link(&self, tenant: &TenantId, place: &Place) -> Result<Option<String>, PortError> {
        for directory in &self.0 {
            if let Some(link) = directory.link(tenant, place).await? {
                return Ok(Some(link));
            }
        }
        Ok(None)
    }

    async fn closed(&self, tenant: &TenantId, places: &[Place]) -> Result<Option<(Place, Refusal)>, PortError> {
        for directory in &self.0 {
            if let Some(closed) = directory.closed(tenant, places).await? {
                return Ok(Some(closed));
            }
        }
        Ok(None)
    }
}
