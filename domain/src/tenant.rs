//! A tenant: the wall no task crosses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where people chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// The terminal and the plain HTTP API.
    Console,
    /// Slack.
    Slack,
    /// Discord.
    Discord,
}

/// A Slack team (`slack:T1`), a Discord guild (`discord:G1`), one person on Discord (`discord:@U1`), or `console`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(String);

impl TenantId {
    /// The tenant of the terminal.
    #[must_use]
    pub fn console() -> Self {
        Self("console".to_owned())
    }

    /// The platform that the tenant lives on.
    #[must_use]
    pub fn platform(&self) -> Platform {
        match self.0.split(':').next() {
            Some("slack") => Platform::Slack,
            Some("discord") => Platform::Discord,
            _ => Platform::Console,
        }
    }

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text names no tenant.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no tenant: expected console, slack:TEAM or discord:GUILD")]
pub struct NotATenant(String);

impl FromStr for TenantId {
    type Err = NotATenant;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = match text.split_once(':') {
            None => text == "console",
            Some(("slack" | "discord", id)) => !id.is_empty() && !id.contains(['/', ' ']),
            Some(_) => false,
        };
        known.then(|| Self(text.to_owned())).ok_or_else(|| NotATenant(text.to_owned()))
    }
}
