//! The configuration: defaults < `taskbot.toml` < environment `TASKBOT_…` with `__` for nesting.

mod load;
mod secret;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use bus_kafka::KafkaConfig;
use consumers::Checkpoints;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

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
    /// PostgreSQL, besides where it is.
    pub database: Database,
    /// The HTTP edge.
    pub http: Http,
    /// Logs.
    pub log: Log,
    /// Limits.
    pub limits: Limits,
    /// The audit log.
    pub audit: Audit,
    /// Kafka, besides where it is.
    pub kafka: Kafka,
    /// What `taskbot migrate` uses.
    pub migrate: Migrate,
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
            database: Database::default(),
            http: Http::default(),
            log: Log::default(),
            limits: Limits::default(),
            audit: Audit::default(),
            kafka: Kafka::default(),
            migrate: Migrate::default(),
            console: Console::default(),
            slack: Slack::default(),
            discord: Discord::default(),
        }
    }
}

/// How a process uses PostgreSQL. It connects as it needs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// Connections for commands and questions, at most.
    pub connections: u32,
    /// How many commands and questions may wait for one; more are refused at once.
    pub queue: usize,
}

impl Default for Database {
    fn default() -> Self {
        let store_postgres::Options { app, queue, .. } = store_postgres::Options::default();
        Self { connections: app, queue }
    }
}

impl Config {
    /// How this process uses PostgreSQL.
    ///
    /// # Errors
    /// Without any connection.
    pub(crate) fn postgres(&self) -> Result<store_postgres::Options> {
        let Database { connections, queue } = self.database;
        ensure!(connections > 0, "TASKBOT_DATABASE__CONNECTIONS is 0: a process needs at least 1");
        Ok(store_postgres::Options { app: connections, queue, ..store_postgres::Options::default() })
    }
}

/// The HTTP edge.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Http {
    /// Where to listen; without it, on the role's port of the loopback address.
    #[serde(deserialize_with = "address")]
    pub addr: Option<SocketAddr>,
}

fn address<'de, D: Deserializer<'de>>(given: D) -> Result<Option<SocketAddr>, D::Error> {
    let Some(given) = Option::<String>::deserialize(given)? else { return Ok(None) };
    let wrong = |_| D::Error::custom("this is not an IP address with a port; try 127.0.0.1:8080");
    given.parse().map(Some).map_err(wrong)
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

/// Limits, each per person; a whole tenant has a multiple of it.
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
    /// Events that each consumer handles a second; 0: as many as it can.
    pub events: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rest_writes: 2_000, rest_reads: 5_000, chat_rate: 5, chat_burst: 20, events: 0 }
    }
}

/// How to sign in to Kafka.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Kafka {
    /// `plaintext`, `ssl`, `sasl_plaintext`, `sasl_ssl`.
    pub security_protocol: String,
    /// `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`.
    pub sasl_mechanism: String,
    /// As whom.
    pub username: String,
    /// With which password.
    pub password: Option<Secret>,
    /// The certificate authority to trust, a PEM file.
    pub ca_file: String,
    /// What stands before every topic's name, for those who share a cluster.
    pub topic_prefix: String,
    /// What stands before every consumer group's name.
    pub group_prefix: String,
}

impl Config {
    /// How to reach Kafka.
    ///
    /// # Errors
    /// When URL and settings do not fit each other, or this build.
    pub(crate) fn kafka(&self) -> Result<KafkaConfig> {
        let mut kafka = KafkaConfig::from_url(&self.events_url).context("TASKBOT_EVENTS_URL")?;
        let Kafka { security_protocol, sasl_mechanism, username, password, ca_file, topic_prefix, group_prefix } =
            self.kafka.clone();
        kafka.security_protocol = security_protocol;
        kafka.sasl_mechanism = sasl_mechanism;
        kafka.username = username;
        kafka.password = bus_kafka::Secret(password.map(|password| password.reveal().to_owned()).unwrap_or_default());
        kafka.ca_file = Some(ca_file).filter(|file| !file.is_empty()).map(Into::into);
        kafka.topic_prefix = topic_prefix;
        kafka.group_prefix = group_prefix;
        kafka.validate().context("TASKBOT_KAFKA__…")?;
        Ok(kafka)
    }
}

/// What `taskbot migrate` uses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Migrate {
    /// The database as its owner reaches it, `postgres://owner:…@host/taskbot`.
    pub database_url: Option<Secret>,
}

/// The audit log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Audit {
    /// The file to which checkpoints of the seals are appended; empty: none are written.
    pub checkpoints: String,
    /// Signs them: an ed25519 key, 64 hex digits.
    pub signing_key: Option<Secret>,
    /// A database of the log's own. This version keeps it in the core's: the start refuses another one.
    pub database_url: Option<Secret>,
    /// Where others ask for the log, if it has a database of its own; refused likewise.
    pub url: Option<String>,
    /// What they show there; refused likewise.
    pub token: Option<Secret>,
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

/// Slack: a bot token or what others install the app with, and a way in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Slack {
    /// Verifies requests; two with a comma between them, while one replaces the other.
    pub signing_secret: Option<Secret>,
    /// `xoxb-…`.
    pub bot_token: Option<Secret>,
    /// `xapp-…`, for Socket Mode.
    pub app_token: Option<Secret>,
    /// The app's id, for installations over OAuth.
    pub client_id: Option<String>,
    /// The app's secret, likewise.
    pub client_secret: Option<Secret>,
    /// `https://…/slack/oauth`, where Slack leads back to.
    pub redirect_url: Option<String>,
    /// Encrypts the tokens of installations, 64 hex digits; two with a comma between them, while one replaces the other.
    pub token_key: Option<Secret>,
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
