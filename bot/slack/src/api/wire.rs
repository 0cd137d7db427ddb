//! The way to Slack's servers, with whatever token a call is made.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use slack_morphism::prelude::{SlackClient, SlackClientHyperConnector};
use slack_morphism::{ClientResult, SlackApiToken};
use tokio::time::timeout;
use url::Url;

use super::hook::Hooks;
use super::{CallError, Home, PATIENCE, tenant};
use crate::options::{Options, Wrong};

pub(super) type Road = HttpsConnector<HttpConnector>;

/// Calls of the Web API, one attempt each.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Arc<SlackClient<SlackClientHyperConnector<Road>>>,
    pub(super) connector: SlackClientHyperConnector<Road>,
    pub(super) road: Road,
    pub(super) hooks: Hooks,
    pub(super) api_url: Arc<str>,
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
        let connector = SlackClientHyperConnector::with_connector(road.clone()).with_slack_api_url(&options.api_url);
        let client = Arc::new(SlackClient::new(connector.clone()));
        let (hooks, api_url) = (Hooks::beside(&options.api_url)?, options.api_url.as_str().into());
        let authorize = Url::parse(&options.api_url).and_then(|base| base.join("/oauth/v2/authorize"));
        let authorize = authorize.map_err(|_| Wrong::NoUrl(options.api_url.clone()))?;
        Ok(Self { client, connector, road, hooks, api_url, authorize })
    }

    /// Posts a request as JSON.
    pub(super) async fn tell<A: DeserializeOwned + Send>(
        &self,
        token: &SlackApiToken,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, CallError> {
        let session = self.client.open_session(token);
        in_time(session.http_session_api.http_post(method, request, None)).await
    }

    /// Asks a question with parameters: these methods of Slack take no JSON.
    pub(super) async fn ask<A: DeserializeOwned + Send>(
        &self,
        token: &SlackApiToken,
        method: &str,
        parameters: &[(&str, Option<&str>)],
    ) -> Result<A, CallError> {
        let session = self.client.open_session(token);
        let parameters: Vec<(&str, Option<&str>)> = parameters.to_vec();
        in_time(session.http_session_api.http_get(method, &parameters, None)).await
    }

    /// Whose token it is.
    pub(crate) async fn who_is(&self, token: &SlackApiToken) -> Result<Home, CallError> {
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

pub(super) async fn in_time<A>(call: impl Future<Output = ClientResult<A>>) -> Result<A, CallError> {
    match timeout(PATIENCE, call).await {
        Ok(answer) => answer.map_err(CallError::from),
        Err(_) => Err(CallError::Unknown(format!("no answer within {} s", PATIENCE.as_secs()))),
    }
}
