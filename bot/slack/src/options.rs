//! What it takes to speak with Slack.

use std::fmt;

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
    /// `xoxb-…`, the workspace's token.
    pub bot_token: Secret,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<Secret>,
    /// `https://slack.com/api`, or what stands in for it.
    pub api_url: String,
}

impl Options {
    /// Slack's own server.
    pub const API_URL: &'static str = "https://slack.com/api";
}
