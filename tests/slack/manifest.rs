//! The manifest that people paste into Slack: what the app is in every test here.

use std::collections::BTreeSet;

use fakes::slack::App;
use serde_json::Value;

use crate::house::root;

pub(super) fn manifest() -> Value {
    let text = std::fs::read_to_string(root().join("contracts/slack-manifest.json")).expect("the manifest");
    serde_json::from_str(&text).expect("JSON")
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// The app as the manifest describes it.
pub(crate) fn app() -> App {
    let manifest = manifest();
    let commands = manifest["features"]["slash_commands"].as_array().expect("commands");
    App {
        scopes: words(&manifest["oauth_config"]["scopes"]["bot"]),
        events: words(&manifest["settings"]["event_subscriptions"]["bot_events"]),
        commands: commands.iter().filter_map(|one| one["command"].as_str().map(str::to_owned)).collect(),
        should_escape: commands.iter().all(|one| one["should_escape"] == true),
        ..App::new("A1", "taskbot")
    }
}

#[test]
fn the_manifest_keeps_slacks_limits_and_gives_each_scope_a_reason() {
    let manifest = manifest();
    let about = &manifest["display_information"];
    let length = |text: &Value| text.as_str().expect("a text").chars().count();
    assert!(length(&about["name"]) <= 35 && length(&about["description"]) <= 140);
    assert!((174..=4_000).contains(&length(&about["long_description"])));
    for shortcut in manifest["features"]["shortcuts"].as_array().expect("shortcuts") {
        assert!(length(&shortcut["name"]) <= 24 && length(&shortcut["description"]) <= 150, "{shortcut}");
    }
    let page = std::fs::read_to_string(root().join("docs/SLACK.md")).expect("the page");
    let reasons = page.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let explained: BTreeSet<&str> = reasons.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let asked = words(&manifest["oauth_config"]["scopes"]["bot"]);
    for scope in &asked {
        assert!(explained.contains(scope.as_str()), "docs/SLACK.md gives no reason for {scope}");
    }
}
