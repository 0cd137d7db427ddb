//! `response_url`: where an interaction is answered later. It comes from outside, so only Slack's own host is spoken to.

use axum::http::Request;
use serde_json::Value;
use url::Url;

use super::{Api, CallError};
use crate::options::{Options, Wrong};

/// Slack's host for such addresses.
const SLACKS: &str = "https://hooks.slack.com";

/// Where such addresses may lie.
#[derive(Clone, Debug)]
pub(super) struct Hooks {
    origin: url::Origin,
}

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
    /// followed. What is taken there is taken, in whatever words.
    pub(crate) async fn respond(&self, url: &str, answer: &Value) -> Result<(), CallError> {
        let url = self.wire.hooks.own(url).ok_or_else(|| CallError::Refused("foreign response_url".to_owned()))?;
        self.wire.connector.send_json(Request::post(url.as_str()), "response_url", answer).await?.taken()
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
