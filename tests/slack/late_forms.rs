//! Forms that take long to save: a first word on top of them, and then the truth.

use fakes::kit::{Fault, What};
use fakes::slack::{Channel, Kind, View};
use serde_json::{Value, json};

use super::kit::{BOTH, Site, Way, is_first_word, shown, struck, texts};
use crate::kit::program::Scratch;

/// A workspace in which a form takes so long, with one on Ana's screen.
async fn site(way: Way, points: &str) -> (Site, View) {
    let site = Site::with(way, Scratch::new().with("FAILPOINTS", points)).await;
    site.person("U1").command("C1", "/todo", "").await;
    let form = site.dialog("U1", "plain_text_input").await;
    (site, form)
}

fn titled(text: &str) -> Value {
    json!({ "title": { "title": { "type": "plain_text_input", "value": text } } })
}

/// Ana saves a form that takes long.
async fn save(site: &Site, form: &View, values: Value) {
    let answer = site.person("U1").submit(&form.id, values).await.answer().clone();
    assert_eq!(answer["response_action"], "push", "what was filled in stays below: {answer}");
    let words = texts(&answer);
    assert!(is_first_word(&words) && words.contains("If you hear nothing, save it once more"), "{words}");
}

/// Ana closes what lies on top.
async fn back(site: &Site) {
    let ana = site.person("U1");
    let top = ana.dialogs().pop().expect("a dialog");
    assert_eq!(top.payload["close"]["text"], "Back", "{top:#?}");
    ana.close(&top.id).await;
}

/// How often the bot has written to somebody about a form.
fn letters(site: &Site) -> usize {
    let posts = site.slack.ledger().calls(Some("chat.postMessage"));
    posts.iter().filter(|post| post.body.to_string().contains("About the form")).count()
}

async fn one_task(site: &Site) {
    let list = site.told(&site.person("U1"), "C1", "/todo", "my tasks").await;
    assert!(list.contains("1 open task") && list.contains("water the plants"), "{list}");
}

#[tokio::test]
async fn a_form_that_takes_long_says_so_then_what_came_of_it_and_is_closed_with_that() {
    for way in BOTH {
        let (site, form) = site(way, "service.slow_commit=return(1000)").await;
        save(&site, &form, titled("water the plants")).await;
        let told = site.dialog("U1", "Added #1: water the plants").await;
        assert!(!is_first_word(&texts(&told.payload)), "{way:?}: {told:#?}");
        site.person("U1").close(&told.id).await;
        assert!(site.person("U1").dialogs().is_empty(), "{way:?}: what is done is not filled in once more");
        one_task(&site).await;
        assert_eq!(letters(&site), 0, "{way:?}: whoever sees it needs no letter");
    }
}

#[tokio::test]
async fn what_came_of_a_form_of_which_slack_tells_again_is_shown_and_not_told_another_way() {
    for way in BOTH {
        let (mut site, form) = site(way, "service.slow_commit=return(1500)").await;
        let saved = site.person("U1").submit(&form.id, titled("water the plants")).await;
        for again in saved.again(2).await {
            assert!(is_first_word(&texts(&again.answer)), "{way:?}: {again:#?}");
        }
        site.dialog("U1", "Added #1: water the plants").await;
        // Until nothing is worked on any more.
        assert!(site.server.program.terminate().await.success());
        assert_eq!(letters(&site), 0, "{way:?}: whoever sees it needs no letter");
        site.anew(way, "FAILPOINTS", "").await;
        one_task(&site).await;
    }
}

#[tokio::test]
async fn what_came_of_a_form_before_slack_shows_that_it_is_worked_on_takes_its_place() {
    for way in BOTH {
        let (site, form) = site(way, "service.slow_commit=return(600)").await;
        site.slack.set(|settings| settings.view_ms = 1_500);
        save(&site, &form, titled("water the plants")).await;
        let told = site.dialog("U1", "Added #1: water the plants").await;
        assert!(!is_first_word(&texts(&told.payload)), "{way:?}: {told:#?}");
        one_task(&site).await;
        assert_eq!(letters(&site), 0, "{way:?}: it was shown after all");
    }
}

#[tokio::test]
async fn what_is_found_wrong_late_is_said_on_top_and_what_was_filled_in_is_there_below() {
    for way in BOTH {
        let (site, form) = site(way, "").await;
        site.slack.change(|world| {
            let lobby = Channel::new("C3", "lobby", Kind::Public, &["U1"]);
            world.teams.get_mut("T1").expect("the team").channels.insert("C3".into(), lobby);
        });
        site.slack.faults().add(Fault::next(1, "conversations.info", What::Delay { ms: 900 }).field("channel", "C3"));
        let mut values = titled("water the plants & sing");
        values["when"] =
            json!({ "when": { "type": "datetimepicker", "selected_date_time": fakes::kit::now() as i64 + 3_600 } });
        values["where"] = json!({ "where": { "type": "conversations_select", "selected_conversation": "C3" } });
        save(&site, &form, values.clone()).await;
        let wrong = texts(&site.dialog("U1", "Nothing that you filled in is lost").await.payload);
        assert!(wrong.contains("/invite @taskbot"), "{way:?}: {wrong}");
        back(&site).await;
        let below = site.dialog("U1", "plain_text_input").await;
        assert_eq!((&below.id, &below.values), (&form.id, &values), "{way:?}: as it was filled in");
        values["where"] = json!({ "where": { "type": "conversations_select", "selected_conversation": "C1" } });
        site.person("U1").submit(&form.id, values).await;
        site.dialog("U1", ": water the plants").await;
        one_task(&site).await;
        assert_eq!(letters(&site), 0, "{way:?}");
    }
}

#[tokio::test]
async fn a_form_that_takes_too_long_makes_one_task_however_often_it_is_saved_and_its_author_hears_of_it() {
    for way in BOTH {
        let (site, form) = site(way, "service.slow_commit=return(6000)").await;
        save(&site, &form, titled("water the plants")).await;
        site.dialog("U1", "That takes longer than usual").await;
        back(&site).await;
        // While the first is at work, or a moment after it.
        site.person("U1").submit(&form.id, titled("water all plants")).await;
        let direct = site.direct("U1").await;
        let told = shown(&site.message(&direct, "About the form").await);
        assert!(told.contains("Added #1: water the plants"), "{way:?}: {told}");
        let again = texts(&site.dialog("U1", "You saved this form before").await.payload);
        assert!(again.contains("Added #1: water the plants"), "{way:?}: {again}");
        one_task(&site).await;
        assert_eq!(letters(&site), 1, "{way:?}");
    }
}

#[tokio::test]
async fn a_form_that_slack_does_not_change_is_told_of_in_a_letter() {
    for way in BOTH {
        let (site, form) = site(way, "service.slow_commit=return(600)").await;
        site.slack.faults().add(Fault::next(2, "views.update", What::Broken));
        save(&site, &form, titled("water the plants")).await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: water the plants").await;
        struck(&site.slack).await;
        one_task(&site).await;
        assert_eq!(letters(&site), 1, "{way:?}");
    }
}

/// Saves a form that takes long, and again with something else once its author, who did not wait, heard what came of it.
/// Gives what is told then.
async fn saved_twice(site: &Site, form: &View, came: &str, [first, then]: [Value; 2]) -> String {
    let ana = site.person("U1");
    save(site, form, first).await;
    back(site).await;
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
async fn what_came_of_a_form_whose_process_died_over_it_is_told_when_it_is_saved_again() {
    let dies_over_telling = "service.slow_commit=return(1500);slack.before_answer=return";
    let dies_before = "service.slow_commit=return(1500);service.before_commit=return";
    let dies_behind = "service.slow_commit=return(1500);service.after_commit=return";
    for (way, dies) in
        BOTH.into_iter().flat_map(|way| [dies_over_telling, dies_before, dies_behind].map(|dies| (way, dies)))
    {
        let (mut site, form) = site(way, dies).await;
        save(&site, &form, titled("water the plants")).await;
        back(&site).await;
        assert!(!site.server.program.ended().await.success(), "{way:?} {dies}: it died before it told");
        site.anew(way, "FAILPOINTS", "").await;
        site.person("U1").submit(&form.id, titled("water the plants")).await;
        site.dialog("U1", "Added #1: water the plants").await;
        one_task(&site).await;
        assert_eq!(letters(&site), 0, "{way:?} {dies}");
    }
}
