//! `taskbot check`: the configuration and what it points at, without starting.

use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use store_postgres::Access;

use super::{print, restore};
use crate::banner;
use crate::cli::Role;
use crate::config::Config;
use crate::roles::Roles;
use crate::telemetry;
use crate::wiring::House;

/// How long a broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints a line for each thing that was checked; fails if one of them does.
///
/// # Errors
/// When standard output cannot be written.
pub(crate) async fn run(config: Config, roles: &[Role]) -> Result<ExitCode> {
    let roles = Roles::of(roles, &config)?;
    let mut good = true;
    let mut tell = |what: &str, result: Result<String>| {
        good &= result.is_ok();
        match result {
            Ok(detail) => print(&format!("ok    {what}: {detail}")),
            Err(error) => print(&format!("FAIL  {what}: {error:#}")),
        }
    };
    tell("configuration", settings(&config))?;
    tell("database", database(&config, roles.access()).await)?;
    if let Some(held) = restore::held(&config).await.unwrap_or_default() {
        tell("reminders", Ok(held))?;
    }
    tell("events", events(&config).await)?;
    tell("state", Ok(config.state_url.clone()))?;
    tell("http", http(&config, &roles))?;
    tell("slack", Ok(banner::slack(&config.slack)))?;
    for (what, found) in slack(&config, roles.access()).await.unwrap_or_default() {
        tell(&what, found.map_err(anyhow::Error::msg))?;
    }
    tell("discord", Ok(banner::discord(&config.discord)))?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the start would refuse besides unknown keys.
fn settings(config: &Config) -> Result<String> {
    telemetry::filter(&config.log, false)?;
    config.audit.checkpoints()?;
    Ok("every key is known".to_owned())
}

async fn database(config: &Config, access: Access) -> Result<String> {
    let house = House::build_for(config, access).await?;
    let place = house.database.place.clone();
    let zone = house.zone.to_string();
    house.close().await;
    Ok(format!("{place} can be written; console zone {zone}"))
}

/// What Slack says of each token. A database that fails was told before.
async fn slack(config: &Config, access: Access) -> Result<Vec<slack::Finding>> {
    let house = House::build_for(config, access).await?;
    let found = match &house.slack {
        Some(slack) => slack.examine().await?,
        None => Vec::new(),
    };
    house.close().await;
    Ok(found)
}

async fn events(config: &Config) -> Result<String> {
    if !config.events_url.starts_with("embedded:") {
        bus_kafka::check(&config.kafka()?, PATIENCE).await?;
    }
    Ok(config.events_url.clone())
}

fn http(config: &Config, roles: &Roles) -> Result<String> {
    let addr = roles.addr(config);
    match TcpListener::bind(addr) {
        Ok(_) => Ok(format!("{addr} is free")),
        Err(error) => anyhow::bail!("{addr}: {error}; choose another with TASKBOT_HTTP__ADDR"),
    }
}
