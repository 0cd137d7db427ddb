//! Calls without the library that makes all others: it hides the headers of answers, and writes addresses into the log.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slack_morphism::SlackApiToken;
use tokio::time::timeout;

use super::{CallError, Granted, PATIENCE, Wire};
use crate::options::OAuth;

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 64 * 1024;

/// What Slack says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inspected {
    /// What people call the workspace.
    pub(crate) workspace: String,
    /// What the token may do, if Slack says.
    pub(crate) scopes: Option<Vec<String>>,
}

impl Wire {
    /// Asks Slack what a token is good for.
    ///
    /// # Errors
    /// When it is good for nothing, or Slack does not answer.
    pub(crate) async fn inspect(&self, token: &SlackApiToken) -> Result<Inspected, CallError> {
        let bearer = format!("Bearer {}", token.token_value.0);
        let (headers, answer) = self.plain("auth.test", &bearer, String::new()).await?;
        let words = headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let scopes = words.map(|words| words.split(',').map(|word| word.trim().to_owned()).collect());
        Ok(Inspected { workspace: answer["team"].as_str().unwrap_or_default().to_owned(), scopes })
    }

    /// Exchanges somebody's yes for a token.
    ///
    /// # Errors
    /// When Slack gives none, or does not answer.
    pub(crate) async fn exchange(&self, oauth: &OAuth, code: &str) -> Result<Granted, CallError> {
        let who = format!("{}:{}", oauth.client_id, oauth.client_secret.reveal());
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("code", code)
            .append_pair("redirect_uri", oauth.redirect_url.as_str())
            .finish();
        let (_, answer) = self.plain("oauth.v2.access", &format!("Basic {}", BASE64.encode(who)), form).await?;
        read(answer)
    }

    /// Posts a form, and gives the headers and the body of an answer that says yes.
    async fn plain(&self, method: &str, who: &str, form: String) -> Result<(HeaderMap, Value), CallError> {
        let request = Request::post(format!("{}/{method}", self.api_url))
            .header(header::AUTHORIZATION, who)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .map_err(|_| CallError::Refused("a key holds characters that no header takes".to_owned()))?;
        let answered = timeout(PATIENCE, self.answered(request)).await;
        let (headers, answer) = answered.map_err(|_| CallError::Unknown("no answer in time".to_owned()))??;
        match answer["error"].as_str() {
            Some(word) => Err(CallError::from_word(word)),
            None => Ok((headers, answer)),
        }
    }

    async fn answered(&self, request: Request<Body>) -> Result<(HeaderMap, Value), CallError> {
        let broken = || CallError::Unknown("the connection broke".to_owned());
        let client = Client::builder(TokioExecutor::new()).build::<_, Body>(self.road.clone());
        let answer = client.request(request).await.map_err(|_| broken())?;
        if answer.status() != StatusCode::OK {
            return Err(CallError::Unknown(format!("HTTP status {}", answer.status().as_u16())));
        }
        let (head, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), ANSWER_MAX).await.map_err(|_| broken())?;
        let answer = serde_json::from_slice(&body);
        Ok((head.headers, answer.map_err(|_| CallError::Unknown("an answer that is none".to_owned()))?))
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, CallError> {
    // The error would quote the answer, and with it the token.
    serde_json::from_value(answer).map_err(|_| CallError::Unknown("an answer that lacks something".to_owned()))
}
