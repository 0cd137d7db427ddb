//! The way to Slack's servers, with whatever token a call is made.

use std::sync::Arc;

use hyper_rustls::HttpsConnectorBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use slack_morphism::prelude::SlackClient;
use slack_morphism::{SlackApiToken, SlackApiTokenValue};
use url::Url;

use super::connector::Connector;
use super::hook::Hooks;
use super::{CallError, Home, tenant};
use crate::options::{Options, Secret, Wrong};

/// Calls of the Web API, one attempt each.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Arc<SlackClient<Connector>>,
    pub(super) connector: Connector,
    pub(super) hooks: Hooks,
    /// Where somebody says yes or no to the app.
    pub(crate) authorize: Url,
}

impl Wire {
    /// To the server of the options; nothing is asked yet.
    ///
    /// # Errors
    /// When the roots of trust cannot be read.
    pub(crate) fn new(options: &Options) -> Result<Self, Wrong> {
        let road = HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
        let connector = Connector::new(road, &options.api_url);
        let client = Arc::new(SlackClient::new(connector.clone()));
        let hooks = Hooks::beside(&options.api_url)?;
        let authorize = Url::parse(&options.api_url).and_then(|base| base.join("/oauth/v2/authorize"));
        let authorize = authorize.map_err(|_| Wrong::NoUrl(options.api_url.clone()))?;
        Ok(Self { client, connector, hooks, authorize })
    }

    /// Posts a request as JSON.
    pub(super) async fn tell<A: DeserializeOwned + Send>(
        &self,
        secret: &Secret,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, CallError> {
        let token = token(secret);
        Ok(self.client.open_session(&token).http_session_api.http_post(method, request, None).await?)
    }

    /// Asks a question with parameters: these methods of Slack take no JSON.
    pub(super) async fn ask<A: DeserializeOwned + Send>(
        &self,
        secret: &Secret,
        method: &str,
        parameters: &[(&str, Option<&str>)],
    ) -> Result<A, CallError> {
        let token = token(secret);
        let parameters: Vec<(&str, Option<&str>)> = parameters.to_vec();
        Ok(self.client.open_session(&token).http_session_api.http_get(method, &parameters, None).await?)
    }

    /// Whose token it is.
    pub(crate) async fn who_is(&self, token: &Secret) -> Result<Home, CallError> {
        #[derive(serde::Deserialize)]
        struct Me {
            team_id: String,
            #[serde(default)]
            team: String,
            user_id: String,
        }
        let me: Me = self.tell(token, "auth.test", &json!({})).await?;
        let tenant = tenant(&me.team_id).ok_or_else(|| CallError::Unknown("a team without an id".to_owned()))?;
        Ok(Home { tenant, workspace: me.team, bot: me.user_id })
    }
}

fn token(token: &Secret) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue::new(token.reveal().to_owned()))
}
