//! Reading the configuration, and saying what is wrong with it.

use anyhow::{Result, anyhow, bail};
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};

use super::{Audit, Config, Limits, Secret};

/// The file that is read if it is there.
const FILE: &str = "taskbot.toml";

/// Reads and checks the configuration.
///
/// # Errors
/// When a key is unknown, a value has the wrong shape, or an adapter is asked for that this version lacks.
pub(crate) fn load() -> Result<Config> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(FILE))
        .merge(Env::prefixed("TASKBOT_").split("__"));
    // It looks like a number, and would lose digits as one.
    if let Ok(id) = std::env::var("TASKBOT_SLACK__CLIENT_ID") {
        figment = figment.merge(Serialized::default("slack.client_id", id));
    }
    let config: Config = figment.extract().map_err(|error| told(&error))?;
    check(&config)?;
    Ok(config)
}

/// The key as its owner wrote it, and what is wrong with it.
fn told(error: &figment::Error) -> anyhow::Error {
    let from_env = error.metadata.as_ref().is_some_and(|source| source.name.contains("environment"));
    let key = match from_env {
        true => format!("TASKBOT_{}", error.path.join("__").to_uppercase()),
        false if error.path.is_empty() => FILE.to_owned(),
        false => format!("{} in {FILE}", error.path.join(".")),
    };
    match &error.kind {
        Kind::UnknownField(_, known) => anyhow!("configuration: {key}: unknown key; known are {}", known.join(", ")),
        kind => anyhow!("configuration: {key}: {kind}"),
    }
}

fn check(config: &Config) -> Result<()> {
    if !["postgres:", "postgresql:"].iter().any(|scheme| config.database_url.starts_with(scheme)) {
        let known = "sqlite://taskbot.db or postgres://user:password@host/taskbot";
        only("TASKBOT_DATABASE_URL", &config.database_url, "sqlite:", known)?;
    }
    if !config.events_url.starts_with("embedded:") {
        config.kafka()?;
    }
    only("TASKBOT_STATE_URL", &config.state_url, "memory:", "memory:")?;
    if !config.secrets_url.is_empty() {
        bail!("TASKBOT_SECRETS_URL: this version reads secrets from the environment only; leave it empty");
    }
    audit(config)?;
    let Limits { rest_writes, rest_reads, chat_rate, chat_burst, events: _ } = config.limits;
    let limits = [
        ("REST_WRITES", rest_writes),
        ("REST_READS", rest_reads),
        ("CHAT_RATE", chat_rate),
        ("CHAT_BURST", chat_burst),
    ];
    match limits.iter().find(|(_, limit)| *limit == 0) {
        Some((key, _)) => bail!("TASKBOT_LIMITS__{key}: a limit must be at least 1"),
        None => Ok(()),
    }
}

/// The audit log is in the core's database, and whoever shows it reads it there.
fn audit(config: &Config) -> Result<()> {
    let Audit { database_url, url, token, .. } = &config.audit;
    let says = |secret: &Option<Secret>| secret.as_ref().is_some_and(|secret| !secret.reveal().is_empty());
    let core = |own: &Secret| own.reveal() == config.database_url;
    if says(database_url) && !database_url.as_ref().is_some_and(core) {
        bail!(
            "TASKBOT_AUDIT__DATABASE_URL: this version keeps the audit log in the database of TASKBOT_DATABASE_URL; leave \
             it away. So that nobody else writes the log, give `serve --roles audit` a login of its own: docs/OPERATIONS.md"
        );
    }
    for (key, is_set) in [("URL", url.as_ref().is_some_and(|url| !url.is_empty())), ("TOKEN", says(token))] {
        if is_set {
            bail!("TASKBOT_AUDIT__{key}: this version reads the audit log from TASKBOT_DATABASE_URL; leave it away");
        }
    }
    Ok(())
}

/// This version has one adapter per port; another URL is an error that says which one it has.
fn only(key: &str, url: &str, scheme: &str, example: &str) -> Result<()> {
    if url.starts_with(scheme) {
        return Ok(());
    }
    let Some((given, _)) = url.split_once(':') else {
        bail!("{key}: “{url}” names no adapter; use {example}");
    };
    bail!("{key}: this version has no adapter for “{given}:”; use {example}")
}
