//! Reading the configuration, and saying what is wrong with it.

use anyhow::{Result, anyhow, bail};
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Value;

use super::{Audit, Config, Limits, Secret};

/// The file that is read if it is there.
const FILE: &str = "taskbot.toml";

/// Reads and checks the configuration.
///
/// # Errors
/// When a key is unknown, a value has the wrong shape, or an adapter is asked for that this version lacks.
pub(crate) fn load() -> Result<Config> {
    let defaults = Figment::from(Serialized::defaults(Config::default()));
    let config: Config = with_environment(&defaults, defaults.clone().merge(Toml::file(FILE)))
        .extract()
        .map_err(|error| told(&error))?;
    check(&config)?;
    Ok(config)
}

/// What `TASKBOT_…` says, on top. Text arrives as it was written, `007` is not seven: only what is no text by default is
/// read.
fn with_environment(defaults: &Figment, figment: Figment) -> Figment {
    let variables = Env::prefixed("TASKBOT_").split("__");
    variables.iter().fold(figment, |figment, (key, text)| {
        let value = match defaults.find_value(key.as_str()) {
            Ok(Value::Num(..) | Value::Array(..) | Value::Dict(..)) => text.parse().unwrap_or(Value::from(text)),
            _ => Value::from(text),
        };
        figment.merge(Serialized::default(key.as_str(), value))
    })
}

/// The key as its owner wrote it, and what is wrong with it; never what was given: it may be a secret.
fn told(error: &figment::Error) -> anyhow::Error {
    let from_env = error.metadata.as_ref().is_some_and(|source| !source.name.contains("TOML"));
    let key = match from_env {
        true => format!("TASKBOT_{}", error.path.join("__").to_uppercase()),
        false if error.path.is_empty() => FILE.to_owned(),
        false => format!("{} in {FILE}", error.path.join(".")),
    };
    anyhow!("configuration: {key}: {}", wrong(&error.kind))
}

fn wrong(kind: &Kind) -> String {
    match kind {
        Kind::UnknownField(_, known) => format!("unknown key; known are {}", known.join(", ")),
        Kind::UnknownVariant(_, known) => format!("expected one of {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
            let number = ["u32", "usize"].contains(&expected.as_str());
            format!("expected {}", if number { "a whole number" } else { expected })
        }
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "the number is out of range".to_owned(),
        Kind::Unsupported(_) | Kind::UnsupportedKey(..) => "a value of this shape makes no sense here".to_owned(),
        // What is wrong with the file comes with the line in question.
        Kind::Message(told) => told.lines().filter(|line| !line.contains(" |")).collect::<Vec<_>>().join(": "),
        Kind::MissingField(_) | Kind::DuplicateField(_) => kind.to_string(),
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
    let Some((given, _)) = url.split_once("://") else {
        bail!("{key}: this names no adapter; use {example}");
    };
    bail!("{key}: this version has no adapter for “{given}:”; use {example}")
}
