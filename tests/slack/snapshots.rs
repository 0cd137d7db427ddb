//! Every message and view as Slack gets it: Block Kit in `tests/slack/snapshots`, with times made equal.
//!
//! `UPDATE_CONTRACTS=1` writes them anew; the change then shows in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::kit::{BOTH, Site};
use crate::house::root;

/// What was shown, by name.
type Shown = BTreeMap<&'static str, Value>;

#[tokio::test]
async fn every_message_and_view_is_as_it_was_last_looked_at() {
    let site = Site::new(BOTH[0]).await;
    let mut shown = Shown::new();
    answers(&site, &mut shown).await;
    reminders(&site, &mut shown).await;
    dialogs(&site, &mut shown).await;
    homes(&site, &mut shown).await;
    let stored = folder();
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        fs::create_dir_all(&stored).expect("a folder");
        for (name, value) in &shown {
            fs::write(stored.join(format!("{name}.json")), text(value)).expect("the snapshots can be written");
        }
    }
    let written =
        fs::read_dir(&stored).expect("the snapshots").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let written: BTreeSet<String> = written.collect();
    let wanted: BTreeSet<String> = shown.keys().map(|name| format!("{name}.json")).collect();
    assert_eq!(written, wanted, "one file for each");
    for (name, value) in &shown {
        let before = fs::read_to_string(stored.join(format!("{name}.json"))).unwrap_or_default();
        let now = text(value);
        assert!(before == now, "{name} is not as it was; UPDATE_CONTRACTS=1 writes it anew:\n{now}");
    }
}

fn folder() -> PathBuf {
    root().join("tests/slack/snapshots")
}

fn text(value: &Value) -> String {
    format!("{:#}\n", value)
}

async fn answers(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    let answer = async |line: &str| even(&site.answer(&ana, "C1", "/task", line).await["blocks"]);
    shown.insert("added", answer("Ship <release> & tell @bob tomorrow 9am !high #web").await);
    shown.insert("channel_line", even(&site.message("C1", "ana added #1").await.blocks));
    shown.insert("added_series", answer("water the plants every day at 9:30 starting tomorrow").await);
    shown.insert("list", answer("list").await);
    shown.insert("nothing_found", answer("find unicorns").await);
    shown.insert("moved", answer("move 1 to tomorrow 5pm").await);
    shown.insert("not_understood", answer("call Ana on 31 feb").await);
    shown.insert("unknown_person", answer("remind @bobb to look tomorrow").await);
    shown.insert("help", answer("help").await);
    shown.insert("help_topic", answer("help snooze").await);
    shown.insert("history", answer("history 2").await);
    answer("delete 1").await;
    answer("delete 2").await;
}

async fn reminders(site: &Site, shown: &mut Shown) {
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    ana.command("C1", "/remindme", "to stretch in 1 second").await;
    let direct = site.direct("U1").await;
    let own = site.message(&direct, "*stretch*").await;
    shown.insert("reminder", even(&own.blocks));
    ana.press(&direct, &own.ts, "done", None).await;
    shown.insert("reminder_done", even(&site.message(&direct, "Done by ana").await.blocks));
    bob.command("C1", "/task", "remind @ana to deploy in 1 second").await;
    let asked = site.message(&direct, "*deploy*").await;
    shown.insert("reminder_of_somebody_else", even(&asked.blocks));
    ana.press(&direct, &asked.ts, "snooze", Some("snooze 4 1h")).await;
    shown.insert("reminder_snoozed", even(&site.message(&direct, "Snoozed #4").await.blocks));
    ana.command("C1", "/task", "remind us to tag the release @bob in 1 second").await;
    shown.insert("reminder_in_a_channel", even(&site.message("C1", "*tag the release*").await.blocks));
    ana.command("C1", "/task", "stop all from @bob").await;
    let told = site.direct("U2").await;
    shown.insert("news", even(&site.message(&told, "takes no more reminders").await.blocks));
}

async fn dialogs(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    ana.global_shortcut("new").await;
    let form = site.dialog("U1", "plain_text_input").await;
    shown.insert("dialog_task", even(&form.payload));
    let values = json!({ "title": { "title": { "type": "plain_text_input", "value": "call the bank" } } });
    ana.submit(&form.id, values).await;
    let done = site.dialog("U1", "Added #6: call the bank").await;
    shown.insert("dialog_done", even(&done.payload));
    ana.close(&done.id).await;
}

async fn homes(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    ana.command("C1", "/todo", "water the plants every day at 8am starting tomorrow").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("water the plants")).await;
    shown.insert("home", even(&page.payload));
    for (name, action, choice, part) in [
        ("dialog_settings", "settings", None, "default_time"),
        ("dialog_edit", "more:7", Some("edit 7"), "initial_date_time"),
        ("dialog_snooze", "snooze:7", Some("pick 7"), "datepicker"),
    ] {
        ana.press_in(&page.id, action, choice).await;
        let view = site.dialog("U1", part).await;
        shown.insert(name, even(&view.payload));
        ana.close(&view.id).await;
    }
}

/// The same with times and generated names made equal.
fn even(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(without_times(text)),
        Value::Array(values) => values.iter().map(even).collect(),
        Value::Object(fields) => {
            fields.iter().filter_map(|(name, value)| Some((name.clone(), field(name, value)?))).collect()
        }
        other => other.clone(),
    }
}

/// A field, unless Slack made it up.
fn field(name: &str, value: &Value) -> Option<Value> {
    match (name, value) {
        ("block_id", Value::String(id)) if !id.chars().all(|c| c.is_ascii_lowercase() || c == '_') => None,
        ("initial_date", _) => Some(json!("DAY")),
        ("initial_date_time", _) => Some(json!(0)),
        ("private_metadata", Value::String(kept)) => {
            Some(serde_json::from_str(kept).map_or(json!(kept), |kept| even(&kept)))
        }
        ("at" | "ts", value) if !value.is_null() => Some(json!("TIME")),
        (_, value) => Some(even(value)),
    }
}

/// `<!date^…|…>` without the instant, and without how far ahead that is.
fn without_times(text: &str) -> String {
    let mut parts = text.split("<!date^");
    let mut even = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let format = part.split('^').nth(1).and_then(|rest| rest.split('|').next()).unwrap_or_default();
        let rest = part.split_once('>').map_or("", |(_, rest)| rest);
        let ahead = rest.strip_prefix(", ").map(|rest| rest.find(['\n', '(']).map_or("", |end| &rest[end..]));
        even.push_str(&format!("<!date^TIME^{format}>{}", ahead.unwrap_or(rest)));
    }
    even
}
