//! The configuration: defaults < `taskbot.toml` < environment `TASKBOT_…` with `__` for nesting.

mod load;
mod secret;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use consumers::Checkpoints;
use serde::{Deserialize, Serialize};

pub(crate) use load::load;
pub(crate) use secret::Secret;

/// Everything that can be configured. An unknown key is an error that names it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `sqlite://PATH`.
    pub database_url: String,
    /// `embedded:`.
    pub events_url: String,
    /// `memory:`.
    pub state_url: String,
    /// Empty: secrets stand in the environment.
    pub secrets_url: String,
    /// Identities (`ana`, `slack:T1/U1`) that moderate what they can see.
    pub operators: Vec<String>,
    /// The HTTP edge.
    pub http: Http,
    /// Logs.
    pub log: Log,
    /// Limits.
    pub limits: Limits,
    /// The audit log.
    pub audit: Audit,
    /// The console.
    pub console: Console,
    /// Slack.
    pub slack: Slack,
    /// Discord.
    pub discord: Discord,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite://taskbot.db".to_owned(),
            events_url: "embedded:".to_owned(),
            state_url: "memory:".to_owned(),
            secrets_url: String::new(),
            operators: Vec::new(),
            http: Http::default(),
            log: Log::default(),
            limits: Limits::default(),
            audit: Audit::default(),
            console: Console::default(),
            slack: Slack::default(),
            discord: Discord::default(),
        }
    }
}

/// The HTTP edge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    /// Where to listen.
    pub addr: SocketAddr,
}

impl Default for Http {
    fn default() -> Self {
        Self { addr: SocketAddr::from(([127, 0, 0, 1], 8080)) }
    }
}

/// Logs. They go to stderr.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// JSON lines, text for people, or whichever fits where stderr goes.
    pub format: LogFormat,
    /// A filter such as `info` or `warn,taskbot_consumers=debug`; empty: `warn` beside a chat on the terminal,
    /// else `info`.
    pub level: String,
}

/// The form of the logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Limits, each per person; a tenant has ten times as much.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// REST writes a second.
    pub rest_writes: u32,
    /// REST reads a second.
    pub rest_reads: u32,
    /// Chat messages a second.
    pub chat_rate: u32,
    /// Chat messages at once.
    pub chat_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rest_writes: 2_000, rest_reads: 5_000, chat_rate: 5, chat_burst: 20 }
    }
}

/// The audit log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Audit {
    /// The file to which checkpoints of the seals are appended; empty: none are written.
    pub checkpoints: String,
    /// Signs them: an ed25519 key, 64 hex digits.
    pub signing_key: Option<Secret>,
}

impl Audit {
    /// Where checkpoints go, if anywhere.
    ///
    /// # Errors
    /// When there is a file and no good key.
    pub(crate) fn checkpoints(&self) -> Result<Option<Checkpoints>> {
        if self.checkpoints.is_empty() {
            return Ok(None);
        }
        let key = self.signing_key.as_ref().map(Secret::reveal).unwrap_or_default();
        let checkpoints = Checkpoints::new(Path::new(&self.checkpoints), key);
        checkpoints.map(Some).context("TASKBOT_AUDIT__SIGNING_KEY")
    }
}

/// The console.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Console {
    /// Who chats on the terminal of `serve`; empty: the login name.
    pub(crate) user: String,
    /// The zone of console people; empty: the machine's.
    pub timezone: String,
}

/// Slack. This version has no Slack adapter: the start says so when one of these is set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Slack {
    /// Verifies requests.
    pub signing_secret: Option<Secret>,
    /// `xoxb-…`.
    pub bot_token: Option<Secret>,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<Secret>,
    /// Another server than Slack's, for tests.
    pub api_url: Option<String>,
}

/// Discord. This version has no Discord adapter: the start says so when one of these is set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Discord {
    /// The bot's token.
    pub token: Option<Secret>,
    /// The application.
    pub application_id: Option<String>,
    /// Verifies interactions.
    pub public_key: Option<String>,
    /// Another server than Discord's, for tests.
    pub api_url: Option<String>,
}
