//! Every message and view as Slack gets it: Block Kit in `tests/slack/snapshots`, with times made equal.
//!
//! `UPDATE_CONTRACTS=1` writes them anew; the change then shows in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use fakes::slack::Message;
use serde_json::{Value, json};

use super::even::{even, message};
use super::kit::{BOTH, Site, choice};
use super::moments::moments;
use crate::house::root;

/// What was shown, by name.
pub(super) type Shown = BTreeMap<&'static str, Value>;

#[tokio::test]
async fn every_message_and_view_is_as_it_was_last_looked_at() {
    let site = Site::new(BOTH[0]).await;
    let mut shown = Shown::new();
    answers(&site, &mut shown).await;
    reminders(&site, &mut shown).await;
    several(&site, &mut shown).await;
    dialogs(&site, &mut shown).await;
    homes(&site, &mut shown).await;
    pages(&site, &mut shown).await;
    marked(&site, &mut shown).await;
    forms(&site, &mut shown).await;
    shown.extend(moments().await);
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

/// A message as it is kept.
pub(super) fn seen(posted: &Message) -> Value {
    message(&posted.text, &posted.blocks)
}

async fn answers(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    let answer = async |line: &str| {
        let answer = site.answer(&ana, "C1", "/task", line).await;
        message(answer["text"].as_str().unwrap_or_default(), &answer["blocks"])
    };
    shown.insert("added", answer("Ship <release> & tell @bob tomorrow 9am !high #web").await);
    shown.insert("channel_line", seen(&site.message("C1", "ana added #1").await));
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
    shown.insert("reminder", seen(&own));
    ana.press(&direct, &own.ts, "done", None).await;
    shown.insert("reminder_done", seen(&site.message(&direct, "Done by ana").await));
    bob.command("C1", "/task", "remind @ana to deploy in 1 second").await;
    let asked = site.message(&direct, "*deploy*").await;
    shown.insert("reminder_of_somebody_else", seen(&asked));
    ana.press(&direct, &asked.ts, "snooze", Some("snooze 4 1h")).await;
    shown.insert("reminder_snoozed", seen(&site.message(&direct, "Reminds again ").await));
    ana.press(&direct, &asked.ts, "done", None).await;
    let asker = site.direct("U2").await;
    shown.insert("news_of_done", seen(&site.message(&asker, "completed #4").await));
    ana.command("C1", "/task", "remind us to tag the release @bob in 1 second").await;
    shown.insert("reminder_in_a_channel", seen(&site.message("C1", "*tag the release*").await));
}

/// Several reminders in one message, one of which is done and one stopped.
async fn several(site: &Site, shown: &mut Shown) {
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    let at = fakes::kit::now() as i64 + 10;
    let when = jiff::Timestamp::from_second(at).expect("an instant");
    site.told(&ana, "C1", "/remindme", &format!("to breathe at {when}")).await;
    site.told(&bob, "C1", "/task", &format!("remind @ana to call <back> at {when}")).await;
    let direct = site.direct("U1").await;
    let both = site.message(&direct, "2 reminders").await;
    shown.insert("reminders_of_several", seen(&both));
    ana.press(&direct, &both.ts, "done:6", None).await;
    shown.insert("reminders_of_several_done", seen(&site.message(&direct, "→ Done by ana").await));
    let all = choice(&both.blocks, "Stop all from bob").expect("bob asked");
    ana.press(&direct, &both.ts, "more:7", Some(&all)).await;
    shown.insert("reminders_of_several_stopped", seen(&site.message(&direct, "→ You are reminded").await));
    let told = site.direct("U2").await;
    shown.insert("news", seen(&site.message(&told, "takes no more reminders").await));
}

async fn dialogs(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    ana.global_shortcut("new").await;
    let form = site.dialog("U1", "plain_text_input").await;
    shown.insert("dialog_task", even(&form.payload));
    shown.insert("dialog_loading", even(&loading(site)));
    let values = json!({ "title": { "title": { "type": "plain_text_input", "value": "call the bank" } } });
    ana.submit(&form.id, values).await;
    let done = site.dialog("U1", "Added #8: call the bank").await;
    shown.insert("dialog_done", even(&done.payload));
    ana.close(&done.id).await;
    ana.global_shortcut("new").await;
    let form = site.dialog("U1", "plain_text_input").await;
    let past = json!({ "title": { "title": { "type": "plain_text_input", "value": "call the bank" } },
        "when": { "when": { "type": "datetimepicker", "selected_date_time": 1 } } });
    let untitled = json!({ "title": { "title": { "type": "plain_text_input", "value": " " } } });
    let mut wrong = Vec::new();
    for values in [past, untitled] {
        wrong.push(json!({ "response_action": "errors", "errors": site.errors("U1", &form, values).await }));
    }
    shown.insert("dialog_errors", json!(wrong));
    ana.close(&form.id).await;
}

async fn homes(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    ana.command("C1", "/todo", "water the plants every day at 8am starting tomorrow").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("water the plants")).await;
    shown.insert("home", even(&page.payload));
    for (name, action, choice, part) in [
        ("dialog_settings", "settings", None, "default_time"),
        ("dialog_edit", "more:9", Some("edit 9"), "initial_date_time"),
        ("dialog_snooze", "snooze:9", Some("pick 9"), "datepicker"),
    ] {
        ana.press_in(&page.id, action, choice).await;
        let view = site.dialog("U1", part).await;
        shown.insert(name, even(&view.payload));
        ana.close(&view.id).await;
    }
}

/// The view that a dialog was opened with, before it was known what to fill in.
fn loading(site: &Site) -> Value {
    let opened = site.slack.ledger().calls(Some("views.open"));
    let view = opened.last().map(|call| call.body["view"].clone()).expect("a dialog was opened");
    view.as_str().map_or(view.clone(), |text| serde_json::from_str(text).expect("a view"))
}

async fn pages(site: &Site, shown: &mut Shown) {
    let eve = site.person("U3");
    for nth in 1..=31 {
        let told = site.told(&eve, "C1", "/todo", &format!("chore {nth}")).await;
        assert!(told.contains("Added"), "{told}");
    }
    eve.dm("list").await;
    let direct = site.direct("U3").await;
    let first = site.message(&direct, "open tasks").await;
    shown.insert("list_page", seen(&first));
    eve.press(&direct, &first.ts, "page:next", None).await;
    shown.insert("list_last_page", seen(&site.message(&direct, "page 2 of").await));
}

/// A title in which Slack would find markup, an address and a ping.
async fn marked(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    let title = "compare 2*3*4 with `ls *` & <!here> at https://example.org/a_b*c for _all_ of my_team";
    let answer = site.answer(&ana, "C1", "/remindme", &format!("to {title} in 2 seconds")).await;
    shown.insert("added_marked", message(answer["text"].as_str().unwrap_or_default(), &answer["blocks"]));
    let direct = site.direct("U1").await;
    shown.insert("reminder_marked", seen(&site.message(&direct, "Reminder: compare").await));
}

/// The form of a task for a day that repeats as no form offers, and the forms about a message.
async fn forms(site: &Site, shown: &mut Shown) {
    let ana = site.person("U1");
    site.told(&ana, "C1", "/todo", "sweep the yard every other tuesday").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("sweep the yard")).await;
    ana.press_in(&page.id, "more:42", Some("edit 42")).await;
    let form = site.dialog("U1", "sweep the yard").await;
    shown.insert("dialog_edit_day", even(&form.payload));
    ana.close(&form.id).await;
    let said = ana.say("C1", "the build is red & @bob looks at #ops").await;
    ana.shortcut("create", "C1", &said.ts).await;
    let form = site.dialog("U1", "build").await;
    shown.insert("dialog_message", even(&form.payload));
    ana.close(&form.id).await;
    ana.shortcut("remind", "C1", &said.ts).await;
    let form = site.dialog("U1", "build").await;
    let untimed = json!({ "title": { "title": { "type": "plain_text_input", "value": "look at the build" } } });
    shown.insert("dialog_remind", even(&form.payload));
    shown.insert("dialog_remind_errors", ana.submit(&form.id, untimed).await.answer().clone());
}
