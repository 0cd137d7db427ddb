//! Calls of Slack's Web API, one attempt each: what to do about a failure is for the caller to know.

mod calls;
mod error;
mod hook;

use std::sync::Arc;
use std::time::Duration;

use domain::tenant::TenantId;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Serialize;
use serde::de::DeserializeOwned;
use slack_morphism::prelude::{SlackClient, SlackClientHyperConnector};
use slack_morphism::{SlackApiToken, SlackApiTokenValue};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::options::{Options, Secret, Wrong};

pub(crate) use calls::{Group, Message, Messages, Person, Sent, Window, tenant};
pub(crate) use error::CallError;
use hook::Hooks;

/// How long Slack may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

type Connector = SlackClientHyperConnector<HttpsConnector<HttpConnector>>;

/// Slack, spoken to with one workspace's token.
#[derive(Clone)]
pub(crate) struct Api {
    client: Arc<SlackClient<Connector>>,
    connector: Connector,
    hooks: Hooks,
    token: SlackApiToken,
    /// The workspace that the token belongs to, and the bot there.
    home: Arc<OnceCell<Home>>,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The workspace.
    pub(crate) tenant: TenantId,
    /// The bot's own user in it.
    pub(crate) bot: String,
}

impl Api {
    /// With the token of the options; nothing is asked yet.
    ///
    /// # Errors
    /// When the roots of trust cannot be read.
    pub(crate) fn new(options: &Options) -> Result<Self, Wrong> {
        let roads = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
        let connector = SlackClientHyperConnector::with_connector(roads).with_slack_api_url(&options.api_url);
        let client = Arc::new(SlackClient::new(connector.clone()));
        let hooks = Hooks::beside(&options.api_url)?;
        Ok(Self { client, connector, hooks, token: token(&options.bot_token), home: Arc::default() })
    }

    /// Whose token it is; asked once.
    pub(crate) async fn home(&self) -> Result<&Home, CallError> {
        self.home.get_or_try_init(|| self.who_am_i()).await
    }

    /// Whether the tenant is the one that the token belongs to.
    ///
    /// # Errors
    /// When it is another one, or Slack does not say.
    pub(crate) async fn at_home(&self, tenant: &TenantId) -> Result<&Home, CallError> {
        let home = self.home().await?;
        if home.tenant == *tenant { Ok(home) } else { Err(CallError::Refused("not_installed".to_owned())) }
    }

    /// Posts a request as JSON.
    async fn tell<A: DeserializeOwned + Send>(
        &self,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, CallError> {
        self.tell_as(&self.token, method, request).await
    }

    async fn tell_as<A: DeserializeOwned + Send>(
        &self,
        token: &SlackApiToken,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, CallError> {
        let session = self.client.open_session(token);
        in_time(session.http_session_api.http_post(method, request, None)).await
    }

    /// Asks a question with parameters: these methods of Slack take no JSON.
    async fn ask<A: DeserializeOwned + Send>(
        &self,
        method: &str,
        parameters: &[(&str, Option<&str>)],
    ) -> Result<A, CallError> {
        let session = self.client.open_session(&self.token);
        let parameters: Vec<(&str, Option<&str>)> = parameters.to_vec();
        in_time(session.http_session_api.http_get(method, &parameters, None)).await
    }
}

async fn in_time<A>(call: impl Future<Output = slack_morphism::ClientResult<A>>) -> Result<A, CallError> {
    match timeout(PATIENCE, call).await {
        Ok(answer) => answer.map_err(CallError::from),
        Err(_) => Err(CallError::Unknown(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}

fn token(secret: &Secret) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(secret.reveal().to_owned()))
}
