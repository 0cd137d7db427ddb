//! What a start on a terminal says: where the data are, which zone is assumed, which platforms are on.

use std::fmt::Write as _;

use crate::config::{Config, Discord, Slack};
use crate::wiring::{House, Standing, slack_standing};

/// The lines of the banner.
#[must_use]
pub(crate) fn banner(config: &Config, house: &House, http: Option<&str>) -> String {
    let mut text = String::new();
    let House { database, zone, .. } = house;
    let age = if database.is_new { "new" } else { "existing" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "Taskbot {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "  database  {} ({age})", database.place);
    let _ = writeln!(text, "  zone      {zone} (change it with `timezone Europe/Madrid`)");
    if let Some(addr) = http {
        let _ = writeln!(text, "  HTTP API  http://{addr} (sign in with `taskbot token create --user NAME`)");
    }
    let _ = writeln!(text, "  slack     {}", slack(&config.slack));
    let _ = writeln!(text, "  discord   {}", discord(&config.discord));
    let _ = writeln!(text, "Type `help`, or just what is to be done: remind me to stretch in 20 minutes");
    text
}

/// Whether Slack is on, or what is missing.
pub(crate) fn slack(slack: &Slack) -> String {
    match slack_standing(slack) {
        Standing::Unset => "off: set TASKBOT_SLACK__BOT_TOKEN and TASKBOT_SLACK__APP_TOKEN (docs/SLACK.md)".to_owned(),
        Standing::Ready => {
            let way = if slack.app_token.is_some() { "in Socket Mode" } else { "over signed HTTP at /slack/…" };
            let others = if slack.client_id.is_some() { "; others install it at /slack/install" } else { "" };
            format!("on, {way}{others}")
        }
        Standing::Lacks(key) => format!("off: {key} is missing"),
    }
}

/// Whether Discord is on, or what is missing.
pub(crate) fn discord(discord: &Discord) -> String {
    let set = discord.token.is_some() || discord.application_id.is_some() || discord.public_key.is_some();
    platform(set || discord.api_url.is_some(), "TASKBOT_DISCORD__…")
}

fn platform(set: bool, keys: &str) -> String {
    if set {
        format!("off: {keys} is set, but this version has no adapter for it")
    } else {
        "off: not in this version".to_owned()
    }
}
