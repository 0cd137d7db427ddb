//! The way to Slack's servers, with whatever token a call is made.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header, request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::answer::Answer;
use super::hook::Hooks;
use super::{CallError, Home, tenant};
use crate::options::{Options, Secret, Wrong};

pub(super) type Road = HttpsConnector<HttpConnector>;

/// Calls of the Web API, one attempt each. Redirects are not followed.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Client<Road, Body>,
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
        let client = Client::builder(TokioExecutor::new()).build(road);
        let (hooks, api_url) = (Hooks::beside(&options.api_url)?, options.api_url.as_str().into());
        let authorize = Url::parse(&options.api_url).and_then(|base| base.join("/oauth/v2/authorize"));
        let authorize = authorize.map_err(|_| Wrong::NoUrl(options.api_url.clone()))?;
        Ok(Self { client, hooks, api_url, authorize })
    }

    /// Posts a request as JSON.
    pub(super) async fn tell<A: DeserializeOwned>(
        &self,
        token: &Secret,
        method: &str,
        request: &(impl Serialize + Sync),
    ) -> Result<A, CallError> {
        let post = Request::post(format!("{}/{method}", self.api_url)).header(header::AUTHORIZATION, bearer(token));
        self.send_json(post, method, request).await?.says()
    }

    /// Asks a question with parameters: these methods of Slack take no JSON.
    pub(super) async fn ask<A: DeserializeOwned>(
        &self,
        token: &Secret,
        method: &str,
        parameters: &[(&str, Option<&str>)],
    ) -> Result<A, CallError> {
        let given = parameters.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        let get = Request::get(format!("{}/{method}?{query}", self.api_url));
        self.send(get.header(header::AUTHORIZATION, bearer(token)), method, String::new()).await?.says()
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

    pub(super) async fn send_json(
        &self,
        request: request::Builder,
        method: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Answer, CallError> {
        let body = serde_json::to_string(body).map_err(|error| CallError::Refused(error.to_string()))?;
        self.send(request.header(header::CONTENT_TYPE, "application/json; charset=utf-8"), method, body).await
    }

    /// Sends a request. Addresses hold secrets: what is called goes by its name.
    pub(super) async fn send(
        &self,
        request: request::Builder,
        method: &str,
        body: String,
    ) -> Result<Answer, CallError> {
        let strange = |_| CallError::Refused("a key holds characters that no header takes".to_owned());
        Answer::to(request.body(Body::from(body)).map_err(strange)?, method, &self.client).await
    }
}

fn bearer(token: &Secret) -> String {
    format!("Bearer {}", token.reveal())
}
