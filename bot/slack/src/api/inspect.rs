//! A token looked at from outside: whose it is, and what it may do. Only a header tells the latter, and the library that
//! makes all other calls hides those.

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use slack_morphism::SlackApiToken;
use tokio::time::timeout;

use super::{CallError, PATIENCE, Wire};

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

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    team: String,
    #[serde(default)]
    error: String,
}

impl Wire {
    /// Asks Slack what a token is good for.
    ///
    /// # Errors
    /// When it is good for nothing, or Slack does not answer.
    pub(crate) async fn inspect(&self, token: &SlackApiToken) -> Result<Inspected, CallError> {
        let asked = timeout(PATIENCE, self.asked(token)).await;
        let (answer, scopes) = asked.map_err(|_| CallError::Unknown("no answer in time".to_owned()))??;
        if !answer.ok {
            return Err(CallError::Refused(answer.error));
        }
        Ok(Inspected { workspace: answer.team, scopes })
    }

    async fn asked(&self, token: &SlackApiToken) -> Result<(Answer, Option<Vec<String>>), CallError> {
        let away = |_| CallError::Unknown("Slack cannot be reached".to_owned());
        let request = Request::post(format!("{}/auth.test", self.api_url))
            .header(header::AUTHORIZATION, format!("Bearer {}", token.token_value.0))
            .body(Body::empty())
            .map_err(|_| CallError::Refused("a token cannot hold such characters".to_owned()))?;
        let client = Client::builder(TokioExecutor::new()).build::<_, Body>(self.road.clone());
        let answer = client.request(request).await.map_err(|error| away(error.to_string()))?;
        let words = answer.headers().get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let scopes = words.map(|words| words.split(',').map(|word| word.trim().to_owned()).collect());
        let body = to_bytes(Body::new(answer.into_body()), ANSWER_MAX).await;
        let body = body.map_err(|error| away(error.to_string()))?;
        let answer = serde_json::from_slice(&body).map_err(|error| away(error.to_string()))?;
        Ok((answer, scopes))
    }
}
