//! The form that changes a task shows what the task says, and changes nothing else.

use fakes::slack::{Person, View};
use serde_json::{Value, json};

use super::kit::{BOTH, Site, texts};

/// Opens the form of somebody's task from their page.
async fn form(site: &Site, who: &Person, user: &str, number: u64) -> View {
    who.open_home().await;
    let page = site.home(user, |said| said.contains(&format!("#{number}"))).await;
    who.press_in(&page.id, &format!("more:{number}"), Some(&format!("edit {number}"))).await;
    site.dialog(user, "plain_text_input").await
}

/// A field of a form.
fn field(form: &View, name: &str) -> Value {
    let blocks = form.payload["blocks"].as_array().expect("blocks");
    blocks.iter().find(|block| block["block_id"] == name).map(|block| block["element"].clone()).unwrap_or_default()
}

/// What Slack submits of a form that nobody touched.
fn untouched(form: &View) -> Value {
    let blocks = form.payload["blocks"].as_array().expect("blocks");
    let fields = blocks.iter().filter_map(|block| {
        let (name, element) = (block["block_id"].as_str()?, &block["element"]);
        let (held, first) = match element["type"].as_str()? {
            "plain_text_input" => ("value", "initial_value"),
            "datetimepicker" => ("selected_date_time", "initial_date_time"),
            "datepicker" => ("selected_date", "initial_date"),
            "timepicker" => ("selected_time", "initial_time"),
            "static_select" => ("selected_option", "initial_option"),
            _ => ("selected_users", "initial_users"),
        };
        Some((name.to_owned(), json!({ name: { "type": element["type"], held: element[first] } })))
    });
    Value::Object(fields.collect())
}

/// Saves a form with this in one of its fields, and gives what is told.
async fn saved(site: &Site, who: &Person, user: &str, form: &View, name: &str, held: Value) -> String {
    let mut values = untouched(form);
    values[name][name] = held;
    who.submit(&form.id, values).await;
    let told = site.dialog(user, "#").await;
    who.close(&told.id).await;
    texts(&told.payload)
}

#[tokio::test]
async fn a_form_that_is_saved_as_it_was_opened_changes_nothing() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let lines = [
            "pay the rent on 4 march 2099",
            "call the bank on 4 march 2099 at 10:00:30 @bob",
            "sweep the yard every other tuesday",
            "stretch every! 3 days",
            "water the plants every day starting tomorrow",
            "think",
        ];
        for (number, line) in (1..).zip(lines) {
            let told = site.told(&ana, "C1", "/todo", line).await;
            assert!(told.contains(&format!("Added #{number}")), "{told}");
            let before = site.told(&ana, "C1", "/todo", &format!("history {number}")).await;
            let opened = form(&site, &ana, "U1", number).await;
            ana.submit(&opened.id, untouched(&opened)).await;
            let told = site.dialog("U1", "nothing changed").await;
            ana.close(&told.id).await;
            let after = site.told(&ana, "C1", "/todo", &format!("history {number}")).await;
            assert_eq!(before, after, "{way:?}: {line}");
        }
    }
}

#[tokio::test]
async fn a_task_for_a_day_shows_its_day_and_gets_another_one_a_time_or_none() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/todo", "pay the rent on 4 march 2099").await;
        let opened = form(&site, &ana, "U1", 1).await;
        assert_eq!(field(&opened, "day")["initial_date"], "2099-03-04", "{way:?}");
        let time = field(&opened, "time");
        assert_eq!((&time["initial_time"], &time["placeholder"]["text"]), (&Value::Null, &json!("Any time")));
        assert_eq!(time["timezone"], "Europe/Madrid");
        let friday = json!({ "type": "datepicker", "selected_date": "2099-03-06" });
        let told = saved(&site, &ana, "U1", &opened, "day", friday).await;
        assert!(told.contains("Changed #1: pay the rent"), "{way:?}: {told}");
        let opened = form(&site, &ana, "U1", 1).await;
        assert_eq!(field(&opened, "day")["initial_date"], "2099-03-06", "{way:?}: and still a day");
        let clock = json!({ "type": "timepicker", "selected_time": "14:30" });
        saved(&site, &ana, "U1", &opened, "time", clock).await;
        let opened = form(&site, &ana, "U1", 1).await;
        let at: jiff::Timestamp = "2099-03-06T13:30:00Z".parse().expect("an instant");
        assert_eq!(field(&opened, "when")["initial_date_time"], at.as_second(), "{way:?}");
        ana.close(&opened.id).await;
        site.told(&ana, "C1", "/todo", "call the bank on 5 march 2099").await;
        let opened = form(&site, &ana, "U1", 2).await;
        saved(&site, &ana, "U1", &opened, "day", json!({ "type": "datepicker", "selected_date": null })).await;
        let opened = form(&site, &ana, "U1", 2).await;
        assert_eq!(field(&opened, "when")["initial_date_time"], Value::Null, "{way:?}: it is due no more");
    }
}

#[tokio::test]
async fn a_recurrence_that_no_form_offers_is_shown_in_words_and_kept_until_another_is_chosen() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for (number, line, words) in [
            (1, "sweep the yard every other tuesday at 9am", "As it is: every other Tuesday at 09:00"),
            (2, "stretch every! day", "As it is: every day, counted from completion"),
        ] {
            site.told(&ana, "C1", "/todo", line).await;
            let opened = form(&site, &ana, "U1", number).await;
            let chosen = field(&opened, "repeat")["initial_option"]["text"]["text"].clone();
            assert_eq!(chosen, words, "{way:?}: {line}");
            let title = json!({ "type": "plain_text_input", "value": "something else" });
            let told = saved(&site, &ana, "U1", &opened, "title", title).await;
            assert!(told.contains("something else"), "{way:?}: {told}");
            let opened = form(&site, &ana, "U1", number).await;
            assert_eq!(field(&opened, "repeat")["initial_option"]["text"]["text"], words, "{way:?}: it is kept");
            let daily = json!({ "type": "static_select", "selected_option": { "value": "FREQ=DAILY" } });
            saved(&site, &ana, "U1", &opened, "repeat", daily).await;
            let opened = form(&site, &ana, "U1", number).await;
            assert_eq!(field(&opened, "repeat")["initial_option"]["text"]["text"], "Every day", "{way:?}: {line}");
            ana.close(&opened.id).await;
        }
    }
}

#[tokio::test]
async fn a_time_that_slack_has_no_picker_for_is_kept_until_another_is_picked() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let token = site.scratch.token("slack:T1/U1").await;
        let task = json!({ "title": "open the capsule", "due": "2290-03-04T09:00:00Z" });
        let made = site.server.post(&token, "/api/v1/tasks", task, 201).await;
        let opened = form(&site, &ana, "U1", 1).await;
        assert_eq!(field(&opened, "when")["initial_date_time"], Value::Null, "{way:?}");
        let title = json!({ "type": "plain_text_input", "value": "open the vault" });
        saved(&site, &ana, "U1", &opened, "title", title).await;
        let path = format!("/api/v1/tasks/{}", made["id"].as_str().unwrap_or_default());
        let kept = site.server.get(&token, &path).await;
        assert_eq!((&kept["title"], &kept["due"]), (&json!("open the vault"), &made["due"]), "{way:?}");
    }
}
