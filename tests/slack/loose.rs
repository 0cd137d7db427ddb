//! Payloads of others' stand-ins for Slack, which leave out what Slack always says, or say the same each time.

use std::time::Duration;

use fakes::slack::Signing;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::kit::{Site, Way, shown, texts};
use crate::kit::program::PATIENCE;

const FORM: &str = "application/x-www-form-urlencoded";
/// What Slack's documentation has for a trigger, for copying.
const TRIGGER: &str = "13345224609.738474920.8088930838d88f008e0";
/// What it has for the timestamp of a message.
const LONG_AGO: &str = "1355517523.000005";

/// Hands this over at a door, signed, and gives what is answered.
async fn hand(site: &Site, door: &str, kind: &'static str, body: String) -> Value {
    let url = format!("http://{}/slack/{door}", site.server.addr);
    let (status, answer) = site.slack.send("A1", &url, kind, body.clone().into(), &Signing::default()).await;
    assert_eq!(status, Some(200), "{body}");
    answer
}

fn form(fields: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://taskbot", fields).expect("an address");
    url.query().expect("fields").to_owned()
}

/// What a command is answered that carries this besides.
async fn command(site: &Site, channel: &str, text: &str, more: &[(&str, &str)]) -> String {
    let fields = [("team_id", "T1"), ("channel_id", channel), ("user_id", "U1"), ("command", "/task"), ("text", text)];
    texts(&hand(site, "commands", FORM, form(&[&fields, more].concat())).await)
}

async fn interaction(site: &Site, payload: &Value) -> Value {
    hand(site, "interactions", FORM, form(&[("payload", &payload.to_string())])).await
}

async fn event(site: &Site, event: &Value) {
    let payload = json!({ "type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event });
    hand(site, "events", "application/json", payload.to_string()).await;
}

#[tokio::test]
async fn a_command_without_a_trigger_is_carried_out() {
    let site = Site::new(Way::Http).await;
    assert!(command(&site, "C1", "water the plants", &[]).await.contains("Added #1: water the plants"));
    assert!(command(&site, "C1", "feed the cat", &[]).await.contains("Added #2: feed the cat"));
}

#[tokio::test]
async fn commands_of_one_trigger_are_several_and_the_same_one_twice_is_one() {
    let site = Site::new(Way::Http).await;
    let constant = [("trigger_id", TRIGGER), ("response_url", "https://hooks.slack.com/commands/1234/5678")];
    for _ in 0..2 {
        assert!(command(&site, "C1", "water the plants", &constant).await.contains("Added #1: water the plants"));
        assert!(command(&site, "C1", "feed the cat", &constant).await.contains("Added #2: feed the cat"));
    }
}

#[tokio::test]
async fn a_direct_message_is_one_whatever_it_is_called_and_however_it_is_told() {
    let site = Site::new(Way::Http).await;
    site.person("U1").dm("list").await;
    let direct = site.direct("U1").await;
    for name in [&[][..], &[("channel_name", "privategroup")]] {
        let told = command(&site, &direct, "water the plants", name).await;
        assert!(told.contains("on your list"), "{told}");
    }
    let ts = format!("{:.6}", site.slack.clock().now());
    let said = json!({ "type": "app_mention", "user": "U1", "text": "feed the cat", "ts": ts, "channel": direct });
    event(&site, &said).await;
    let told = site.message(&direct, "feed the cat").await;
    assert!(told.only_for.is_none() && shown(&told).contains("on your list"), "{told:#?}");
}

/// A press of a button in the reminder of a task.
fn press(ts: &str, number: u32, more: &Value) -> Value {
    let mut act = json!({ "action_id": "done", "type": "button", "value": format!("done {number}") });
    act["action_ts"] = more["action_ts"].clone();
    if act["action_ts"].is_null() {
        act.as_object_mut().expect("an object").remove("action_ts");
    }
    json!({
        "type": "block_actions", "team": { "id": "T1" }, "user": { "id": "U1" }, "channel": { "id": "C1" },
        "message": { "ts": ts, "text": "", "blocks": [] }, "trigger_id": more["trigger_id"], "actions": [act],
    })
}

#[tokio::test]
async fn presses_that_look_alike_are_told_apart_by_what_is_pressed() {
    let site = Site::new(Way::Http).await;
    let constant = json!({ "action_ts": "1548426417.840180", "trigger_id": TRIGGER });
    let without_time = json!({ "trigger_id": TRIGGER });
    for (nth, more) in [(1, &constant), (3, &without_time)] {
        for number in [nth, nth + 1] {
            command(&site, "C1", &format!("water plant {number}"), &[]).await;
        }
        for number in [nth, nth + 1, nth] {
            interaction(&site, &press(&format!("1548426417.00000{number}"), number, more)).await;
        }
        for number in [nth, nth + 1] {
            let until = Instant::now() + PATIENCE;
            let question = format!("history {number}");
            while !command(&site, "C1", &question, &[]).await.contains("completed") {
                assert!(Instant::now() < until, "{number} is not done: {}", command(&site, "C1", &question, &[]).await);
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test]
async fn forms_of_one_id_are_several_and_the_same_one_twice_is_one() {
    let site = Site::new(Way::Http).await;
    let saved = |opened: &str, title: &str| {
        let about = json!({ "remind": false, "channel": null, "opened": opened, "link": null });
        let values = json!({ "title": { "title": { "type": "plain_text_input", "value": title } } });
        json!({
            "type": "view_submission", "team": { "id": "T1" }, "user": { "id": "U1" },
            "view": { "id": "VNHU13V36", "private_metadata": about.to_string(), "state": { "values": values } },
        })
    };
    for _ in 0..2 {
        for (number, opened, title) in [(1, "2026-03-13T09:00:00Z", "one"), (2, "2026-03-13T09:01:00Z", "two")] {
            let told = texts(&interaction(&site, &saved(opened, title)).await);
            assert!(told.contains(&format!("Added #{number}: {title}")), "{told}");
        }
    }
}

#[tokio::test]
async fn what_was_said_long_ago_is_said_now() {
    let site = Site::new(Way::Http).await;
    site.person("U1").dm("list").await;
    let direct = site.direct("U1").await;
    let said = json!({
        "type": "message", "channel_type": "im", "user": "U1", "text": "remind me to water the plants in 3 hours",
        "ts": LONG_AGO, "channel": direct,
    });
    event(&site, &said).await;
    let told = shown(&site.message(&direct, "Added #1: water the plants").await);
    assert!(told.contains("in 3 h") && !told.contains("ago"), "{told}");
}

#[tokio::test]
async fn a_message_whose_place_is_not_told_back_is_where_it_was_sent() {
    let site = Site::new(Way::Http).await;
    site.slack.set(|settings| settings.terse = true);
    site.told(&site.person("U1"), "C1", "/task", "remind us to tag the release in 1 second").await;
    let reminder = site.message("C1", "*tag the release*").await;
    site.tells(&site.person("U1"), "history 1", "delivered the reminder").await;
    site.person("U1").press("C1", &reminder.ts, "done", None).await;
    site.changed("C1", &reminder.ts, |one| shown(one).contains("Done by ana, ")).await;
    assert!(site.slack.ledger().calls(Some("conversations.history")).is_empty(), "nothing was lost");
}

#[tokio::test]
async fn a_press_of_which_nothing_says_when_works_each_time() {
    let site = Site::new(Way::Http).await;
    command(&site, "C1", "water the plants", &[]).await;
    let pressed = press("1548426417.000001", 1, &json!({ "trigger_id": "" }));
    for _ in 0..2 {
        interaction(&site, &pressed).await;
        let until = Instant::now() + PATIENCE;
        while !command(&site, "C1", "reopen 1", &[]).await.contains("Open again #1") {
            assert!(Instant::now() < until, "it was not done");
            sleep(Duration::from_millis(50)).await;
        }
    }
}
