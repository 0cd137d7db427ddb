//! What Slack says of tokens, and how one is got from it.

use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::answer::Answer;
use super::{CallError, Granted, Wire};
use crate::options::{OAuth, Secret};

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
    pub(crate) async fn inspect(&self, token: &Secret) -> Result<Inspected, CallError> {
        #[derive(Deserialize)]
        struct Me {
            #[serde(default)]
            team: String,
        }
        let answer = self.submit("auth.test", &format!("Bearer {}", token.reveal()), String::new()).await?;
        let words = answer.headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let scopes = words.map(|words| words.split(',').map(|word| word.trim().to_owned()).collect());
        Ok(Inspected { workspace: answer.says::<Me>()?.team, scopes })
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
        self.submit("oauth.v2.access", &format!("Basic {}", BASE64.encode(who)), form).await?.says()
    }

    /// Posts a form.
    async fn submit(&self, method: &str, who: &str, form: String) -> Result<Answer, CallError> {
        let request = Request::post(self.connector.address(method))
            .header(header::AUTHORIZATION, who)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.connector.send(request, method, form).await
    }
}
