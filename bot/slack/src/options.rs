//! What it takes to speak with Slack.

use std::fmt;

use url::Url;

/// A secret that is never empty and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The keys cannot work.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Anybody could sign with it.
    #[error("a secret must not be empty; leave the key out instead")]
    Empty,
    /// Nothing can be called there.
    #[error("“{0}” is no address of a server")]
    NoUrl(String),
    /// Tokens cannot be encrypted with it.
    #[error("a key is 64 hex digits, e.g. from `openssl rand -hex 32`")]
    NoKey,
    /// Slack leads nobody back there.
    #[error("“{0}” is no address to come back to; it is https://YOUR.HOST/slack/oauth")]
    NoWayBack(String),
    /// Without roots no server can be trusted.
    #[error("the certificates that this machine trusts cannot be read: {0}")]
    Roots(#[from] std::io::Error),
}

impl Secret {
    /// A secret out of the configuration.
    ///
    /// # Errors
    /// When it is empty.
    pub fn new(text: impl Into<String>) -> Result<Self, Wrong> {
        let text = text.into();
        if text.trim().is_empty() { Err(Wrong::Empty) } else { Ok(Self(text)) }
    }

    /// A token that Slack gave.
    pub(crate) const fn given(token: String) -> Self {
        Self(token)
    }

    /// The value, for whatever needs it; never for logs.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The keys of an app, as Slack shows them on the app's pages.
#[derive(Clone, Debug)]
pub struct Options {
    /// Each of them may sign requests: two while one replaces the other. Without any, no request is believed.
    pub signing_secrets: Vec<Secret>,
    /// `xoxb-…`, the token of one workspace.
    pub bot_token: Option<Secret>,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<Secret>,
    /// `https://slack.com/api`, or what stands in for it.
    pub api_url: String,
    /// What others install the app with.
    pub oauth: Option<OAuth>,
}

/// What it takes to be installed by others, in as many workspaces as want.
#[derive(Clone, Debug)]
pub struct OAuth {
    /// The app's id, which everybody may know.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: Secret,
    /// `https://…/slack/oauth`: where Slack leads back to.
    pub redirect_url: Url,
    /// What the tokens are encrypted with, 64 hex digits each: the first one closes, each of them opens.
    pub token_keys: Vec<Secret>,
}

/// An address that Slack may lead people back to: encrypted, unless it is on this machine.
///
/// # Errors
/// When it is none.
pub fn way_back(text: &str) -> Result<Url, Wrong> {
    let here = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = |url: &Url| url.scheme() == "https" || (url.scheme() == "http" && here(url));
    Url::parse(text).ok().filter(safe).ok_or_else(|| Wrong::NoWayBack(text.to_owned()))
}

impl Options {
    /// Slack's own server.
    pub const API_URL: &'static str = "https://slack.com/api";
}
