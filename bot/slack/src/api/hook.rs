//! `response_url`: where an interaction is answered later. It comes from outside, so only Slack's own host is spoken to.

use serde::Deserialize;
use serde_json::Value;
use slack_morphism::SlackClientApiCallContext;
use slack_morphism::prelude::SlackClientHttpConnector;
use tracing::debug_span;
use url::Url;

use super::wire::in_time;
use super::{Api, CallError};
use crate::options::{Options, Wrong};

/// Slack's host for such addresses.
const SLACKS: &str = "https://hooks.slack.com";

/// Where such addresses may lie.
#[derive(Clone, Debug)]
pub(super) struct Hooks {
    origin: url::Origin,
}

/// An answer of which nothing is looked at.
#[derive(Deserialize)]
struct Anything {}

impl Hooks {
    /// Slack's own; for a stand-in, the stand-in's.
    pub(super) fn beside(api_url: &str) -> Result<Self, Wrong> {
        let base = if api_url == Options::API_URL { SLACKS } else { api_url };
        Ok(Self { origin: Url::parse(base).map_err(|_| Wrong::NoUrl(api_url.to_owned()))?.origin() })
    }

    fn own(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url).ok()?;
        (url.origin() == self.origin && url.username().is_empty() && url.password().is_none()).then_some(url)
    }
}

impl Api {
    /// Answers at a `response_url`. Whoever holds the address may answer: no token goes there, and redirects are not
    /// followed.
    pub(crate) async fn respond(&self, url: &str, answer: &Value) -> Result<(), CallError> {
        let url = self.wire.hooks.own(url).ok_or_else(|| CallError::Refused("foreign response_url".to_owned()))?;
        let span = debug_span!("slack.respond");
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        in_time(self.wire.connector.http_post_uri(url, answer, context)).await.map(|_: Anything| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slacks_own_host_is_answered_at() {
        let hooks = Hooks::beside(Options::API_URL).expect("a URL");
        assert!(hooks.own("https://hooks.slack.com/commands/T1/2/3").is_some());
        for foreign in [
            "http://hooks.slack.com/commands/T1/2/3",
            "https://hooks.slack.com:8443/commands",
            "https://hooks.slack.com.evil.example/commands",
            "https://hooks.slack.com@evil.example/",
            "https://me:secret@hooks.slack.com/",
            "https://slack.com/api/",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "no url",
        ] {
            assert!(hooks.own(foreign).is_none(), "{foreign}");
        }
    }
}
