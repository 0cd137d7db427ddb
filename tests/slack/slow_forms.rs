//! Forms while Slack or the storage has a bad moment.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::View;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, shown, texts};
use crate::kit::program::{PATIENCE, Scratch};

/// So many names that each would be waited for longer than anybody waits for a form.
const NAMES: usize = 8;

fn titled(text: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": text } } })
}

#[tokio::test]
async fn a_form_does_not_wait_for_names_that_slack_does_not_tell() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", &format!("ask {}about it", "@bob ".repeat(NAMES))).await;
        site.slack.faults().add(Fault::always("users.info", What::Hang).field("user", "U2"));
        site.slack.faults().add(Fault::always("chat.getPermalink", What::Hang));
        ana.shortcut("create", "C1", &said.ts).await;
        let form = site.dialog("U1", "plain_text_input").await;
        let title = format!("ask {}about it", "@somebody ".repeat(NAMES));
        assert!(form.payload.to_string().contains(&title), "{way:?}: {:#?}", form.payload);
        let link = format!("/archives/C1/p{}", said.ts.replace('.', ""));
        assert!(form.payload["private_metadata"].to_string().contains(&link), "{way:?}: it still leads back");
    }
}

#[tokio::test]
async fn a_form_that_slack_does_not_open_in_time_is_given_up_in_words() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "ask bob about it").await;
        // Longer than the permission to open it is good for, and sooner than the call is given up.
        site.slack.faults().add(Fault::next(2, "views.open", What::Delay { ms: 6_000 }));
        ana.shortcut("create", "C1", &said.ts).await;
        let told = site.message("C1", "The form could not be opened").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
        let words = site.told(&ana, "C1", "/task", "").await;
        assert!(words.contains("Type what is to be done"), "{way:?}: {words}");
    }
}

#[tokio::test]
async fn what_was_filled_in_is_kept_while_nobody_says_whose_the_token_is() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/todo", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        assert!(site.server.program.terminate().await.success());
        site.slack.faults().add(Fault::always("auth.test", What::Broken));
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        let turn = ana.submit(&form.id, titled("water the plants")).await;
        assert!(turn.answer()["errors"]["title"].is_string(), "{way:?}: {:?}", turn.answer());
        site.slack.faults().clear();
        let until = Instant::now() + PATIENCE;
        while ana.submit(&form.id, titled("water the plants")).await.answer()["errors"].is_object() {
            assert!(Instant::now() < until, "{way:?}: it is never taken");
            sleep(Duration::from_millis(100)).await;
        }
        let told = texts(&site.dialog("U1", "Added #1: water the plants").await.payload);
        assert!(told.contains("on your list"), "{way:?}: {told}");
    }
}

#[tokio::test]
async fn a_form_that_takes_too_long_makes_one_task_however_often_it_is_saved_and_its_author_hears_of_it() {
    for way in BOTH {
        let slow = Scratch::new().with("FAILPOINTS", "service.slow_commit=return(3500)");
        let site = Site::with(way, slow).await;
        let ana = site.person("U1");
        ana.command("C1", "/todo", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let answer = ana.submit(&form.id, titled("water the plants")).await.answer().clone();
        assert!(answer["errors"]["title"].to_string().contains("I write to you"), "{way:?}: {answer}");
        // While the first is at work, or a moment after it.
        ana.submit(&form.id, titled("water all plants")).await;
        let direct = site.direct("U1").await;
        let told = shown(&site.message(&direct, "About the form").await);
        assert!(told.contains("Added #1: water the plants"), "{way:?}: {told}");
        ana.submit(&form.id, titled("water every plant")).await;
        let again = texts(&site.dialog("U1", "You saved this form before").await.payload);
        assert!(again.contains("Added #1: water the plants"), "{way:?}: {again}");
        let list = site.told(&ana, "C1", "/todo", "my tasks").await;
        assert!(list.contains("water the plants") && !list.contains("#2"), "{way:?}: {list}");
    }
}

/// Saves a form that takes too long, and again with something else once its author heard what came of it. Gives what is told
/// then.
async fn saved_twice(site: &Site, form: &View, came: &str, [first, then]: [Value; 2]) -> String {
    let ana = site.person("U1");
    let answer = ana.submit(&form.id, first).await.answer().clone();
    assert!(answer["errors"].to_string().contains("I write to you"), "{answer}");
    let direct = site.direct("U1").await;
    let told = site.message(&direct, came).await;
    assert!(shown(&told).contains("About the form"), "{told:#?}");
    ana.submit(&form.id, then).await;
    let again = site.dialog("U1", "You saved this form before").await;
    ana.close(&again.id).await;
    texts(&again.payload)
}

#[tokio::test]
async fn a_form_that_changes_something_is_carried_out_once_whatever_it_holds_when_it_is_saved_again() {
    for way in BOTH {
        let slow = Scratch::new().with("FAILPOINTS", "service.slow_commit=return(3500)");
        let site = Site::with(way, slow).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "remind us to buy milk in 1 second").await;
        let reminder = site.message("C1", "*buy milk*").await;

        ana.press("C1", &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog("U1", "timepicker").await;
        let picked = ["2098-03-04", "2098-03-05"].map(|day| {
            json!({
                "day": { "day": { "type": "datepicker", "selected_date": day } },
                "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
            })
        });
        let told = saved_twice(&site, &form, "Snoozed #1: buy milk", picked).await;
        assert!(told.contains("Snoozed #1: buy milk"), "{way:?}: {told}");

        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        ana.press_in(&page.id, "settings", None).await;
        let form = site.dialog("U1", "Europe/Madrid").await;
        let times = ["08:30", "09:00"]
            .map(|time| json!({ "default_time": { "default_time": { "type": "timepicker", "selected_time": time } } }));
        let told = saved_twice(&site, &form, "Saved. Your settings now", times).await;
        assert!(told.contains("08:30"), "{way:?}: {told}");

        site.told(&ana, "C1", "/todo", "water the plants").await;
        let page = site.home("U1", |said| said.contains("water the plants")).await;
        ana.press_in(&page.id, "more:2", Some("edit 2")).await;
        let form = site.dialog("U1", "initial_value").await;
        // What it held at first is no change, and yet not what became of it.
        let titles = ["water all plants", "water the plants"].map(titled);
        let told = saved_twice(&site, &form, "Changed #2: water all plants", titles).await;
        assert!(told.contains("Changed #2: water all plants"), "{way:?}: {told}");
    }
}

#[tokio::test]
async fn what_came_of_a_form_whose_process_died_over_telling_it_is_told_when_it_is_saved_again() {
    for way in BOTH {
        let dies = "service.slow_commit=return(3500);slack.before_answer=return";
        let mut site = Site::with(way, Scratch::new().with("FAILPOINTS", dies)).await;
        let ana = site.person("U1");
        ana.command("C1", "/todo", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        let answer = ana.submit(&form.id, titled("water the plants")).await.answer().clone();
        assert!(answer["errors"]["title"].to_string().contains("I write to you"), "{way:?}: {answer}");
        assert!(!site.server.program.ended().await.success(), "{way:?}: it died before it told");
        site.anew(way, "FAILPOINTS", "").await;
        ana.submit(&form.id, titled("water the plants")).await;
        site.dialog("U1", "Added #1: water the plants").await;
        let list = site.told(&ana, "C1", "/todo", "my tasks").await;
        assert!(list.contains("water the plants") && !list.contains("#2"), "{way:?}: {list}");
    }
}
