//! The bot's own page.

use std::time::Duration;

use fakes::kit::{Fault, What};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::kit::{BOTH, Site, choice, texts};
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;

/// So much of one workspace is worked on at the same time.
const SHARE: usize = 24;

#[tokio::test]
async fn the_page_shows_what_is_open_and_what_is_done_there_is_done() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "call the <bank> tomorrow 9am").await;
        ana.command("C1", "/todo", "water the plants every day at 8am").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("water the plants")).await;
        let said = texts(&page.payload);
        assert!(said.contains("Upcoming") && said.contains("call the &lt;bank&gt;"), "{said}");
        assert_eq!(choice(&page.payload, "Skip this one").as_deref(), Some("skip 2"));
        ana.press_in(&page.id, "done:1", None).await;
        let page = site.home("U1", |said| said.contains("Done #1")).await;
        assert_eq!(choice(&page.payload, "History").as_deref(), Some("history 2"), "the other one is left");
    }
}

#[tokio::test]
async fn nobody_s_page_shows_what_is_somebody_else_s() {
    let site = Site::new(BOTH[0]).await;
    site.person("U1").command("C1", "/todo", "plan the surprise").await;
    site.person("U2").command("C1", "/todo", "buy a cake").await;
    site.person("U2").open_home().await;
    let page = site.home("U2", |said| said.contains("buy a cake")).await;
    assert!(!texts(&page.payload).contains("surprise"));
}

#[tokio::test]
async fn an_open_page_follows_what_others_do_and_what_is_typed() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        ana.open_home().await;
        site.home("U1", |said| said.contains("There are no open tasks")).await;
        bob.command("C1", "/task", "remind @ana to sign the lease tomorrow at 9am").await;
        site.home("U1", |said| said.contains("sign the lease")).await;
        ana.command("C2", "/task", "done 1").await;
        site.home("U1", |said| !said.contains("sign the lease")).await;
    }
}

#[tokio::test]
async fn what_the_page_lists_does_not_change_what_the_conversation_is_about() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    ana.command("C1", "/todo", "water the plants tomorrow").await;
    ana.dm("write the deck thursday 3pm").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "Added #2").await;
    ana.open_home().await;
    site.home("U1", |said| said.contains("water the plants")).await;
    ana.dm("move it to friday").await;
    site.message(&direct, "Moved #2: write the deck").await;
}

#[tokio::test]
async fn a_task_is_edited_in_a_dialog_that_changes_only_what_was_changed_there() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    ana.command("C1", "/todo", "call the bank every monday 9am !high").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("call the bank")).await;
    ana.press_in(&page.id, "more:1", Some("edit 1")).await;
    let form = site.dialog("U1", "initial_date_time").await;
    let blocks = form.payload["blocks"].as_array().expect("blocks");
    let field = |name: &str| blocks.iter().find(|block| block["block_id"] == name).expect("a field")["element"].clone();
    let at = field("when")["initial_date_time"].clone();
    let values = json!({
        "title": { "title": { "type": "plain_text_input", "value": "call the other bank" } },
        "when": { "when": { "type": "datetimepicker", "selected_date_time": at } },
        "who": { "who": { "type": "multi_users_select", "selected_users": [] } },
    });
    ana.submit(&form.id, values).await;
    site.dialog("U1", "Changed #1: call the other bank").await;
    let page = site.home("U1", |said| said.contains("call the other bank")).await;
    assert!(texts(&page.payload).contains("every Monday at 09:00"), "{}", texts(&page.payload));
    assert!(texts(&page.payload).contains("high"));
}

/// What is entered into the dialog of settings.
fn settings(zone: &str) -> Value {
    json!({
        "zone": { "zone": { "type": "plain_text_input", "value": zone } },
        "default_time": { "default_time": { "type": "timepicker", "selected_time": "08:30" } },
        "order": { "order": { "type": "static_select", "selected_option": { "value": "dmy" } } },
    })
}

#[tokio::test]
async fn settings_are_changed_in_a_dialog_and_a_wrong_zone_is_said_beside_its_field() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        ana.press_in(&page.id, "settings", None).await;
        let form = site.dialog("U1", "Europe/Madrid").await;
        let wrong = ana.submit(&form.id, settings("Mars/Phobos")).await;
        assert!(
            wrong.answer()["errors"]["zone"].as_str().is_some_and(|told| told.contains("Mars/Phobos")),
            "{wrong:?}"
        );
        ana.submit(&form.id, settings("Europe/Lisbon")).await;
        site.dialog("U1", "Saved").await;
        let shown = site.told(&ana, "C1", "/task", "settings").await;
        for part in ["Europe/Lisbon", "08:30", "4/5 is 4 May"] {
            assert!(shown.contains(part), "{way:?}: {shown}");
        }
    }
}

#[tokio::test]
async fn a_zone_that_was_not_chosen_goes_on_to_follow_the_profile_when_other_settings_are_saved() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("Settings")).await;
    ana.press_in(&page.id, "settings", None).await;
    let form = site.dialog("U1", "Europe/Madrid").await;
    ana.submit(&form.id, settings("Europe/Madrid")).await;
    site.dialog("U1", "Saved").await;
    ana.moves_to("Asia/Tokyo").await;
    site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
    let shown = site.told(&ana, "C1", "/task", "settings").await;
    assert!(shown.contains("Asia/Tokyo") && shown.contains("08:30"), "{shown}");
}

#[tokio::test]
async fn whoever_takes_another_name_is_called_by_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "rotate the keys").await;
        ana.renames("anabel").await;
        site.told(&ana, "C1", "/task", "done 1").await;
        let history = site.tells(&bob, "history 1", "completed").await;
        assert!(history.contains("anabel"), "{way:?}: {history}");
    }
}

#[tokio::test]
async fn a_zone_that_follows_the_profile_changes_with_it_and_is_told() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        ana.dm("water the plants every day at 8am").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1").await;
        ana.moves_to("Asia/Tokyo").await;
        let told = site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        assert!(told.text.contains("moved with it") && told.text.contains("#1: water the plants"), "{}", told.text);
        bob.command("C1", "/task", "timezone Europe/Berlin").await;
        bob.moves_to("Asia/Tokyo").await;
        let settings = site.told(&bob, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/Berlin"), "what he chose himself stays: {settings}");
    }
}

#[tokio::test]
async fn a_zone_is_followed_once_however_often_and_late_slack_tells_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let turns = ana.moves_to("Asia/Tokyo").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Your Slack profile says Asia/Tokyo now").await;
        turns[0].again(20).await;
        ana.moves_to("Europe/Paris").await;
        site.message(&direct, "Your Slack profile says Europe/Paris now").await;
        turns[0].again(3).await;
        let settings = site.told(&ana, "C1", "/task", "settings").await;
        assert!(settings.contains("Europe/Paris"), "{way:?}: what was told before is older: {settings}");
        ana.moves_to("Asia/Tokyo").await;
        site.tells(&ana, "settings", "Asia/Tokyo").await;
        site.told(&ana, "C1", "/task", "list").await;
        let told = |zone: &str| {
            site.posted(&direct).iter().filter(|one| one.text.contains(&format!("says {zone} now"))).count()
        };
        assert_eq!((told("Asia/Tokyo"), told("Europe/Paris")), (2, 1), "{way:?}");
    }
}

#[tokio::test]
async fn a_page_follows_what_is_changed_in_another_process() {
    let database = Database::migrated().await;
    let store = || Scratch::new().with("TASKBOT_DATABASE_URL", &database.url());
    let site = Site::with(BOTH[0], store()).await;
    let elsewhere = store();
    let other = elsewhere.serve().await;
    let ana = site.person("U1");
    let added = site.told(&ana, "C1", "/todo", "buy milk").await;
    assert!(added.contains("Added #1: buy milk"), "{added}");
    ana.open_home().await;
    site.home("U1", |said| said.contains("buy milk")).await;
    let token = site.scratch.token("slack:T1/U1").await;
    other.chat(&token, "water the plants").await;
    site.home("U1", |said| said.contains("water the plants")).await;
    other.chat(&token, "done 1").await;
    site.home("U1", |said| !said.contains("buy milk") && said.contains("water the plants")).await;
}

#[tokio::test]
async fn a_press_in_the_page_that_is_refused_is_answered_on_top_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/todo", "buy milk").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("buy milk")).await;
        // Of somebody who never spoke to the bot, Slack is asked for the name: more of that than can be done at once.
        site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 4_000 }).field("user", "U2"));
        let many = futures::future::join_all((0..40).map(|_| bob.command("C1", "/task", "list")));
        let press = async {
            let asked =
                || site.slack.ledger().calls(Some("users.info")).into_iter().filter(|call| call.fault.is_some());
            while asked().count() < SHARE {
                sleep(Duration::from_millis(5)).await;
            }
            ana.press_in(&page.id, "done:1", None).await;
        };
        tokio::join!(many, press);
        let told = site.home("U1", |said| said.contains("nothing was done")).await;
        let said = texts(&told.payload);
        assert!(said.contains("Try again") && said.contains("buy milk"), "{way:?}: {said}");
        site.message("C1", "There are no").await;
        ana.press_in(&page.id, "done:1", None).await;
        let done = texts(&site.home("U1", |said| said.contains("Done #1")).await.payload);
        assert!(!done.contains("nothing was done"), "{way:?}: {done}");
    }
}

#[tokio::test]
async fn a_page_that_was_turned_follows_every_change_and_stays_turned_while_something_is_there() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for nth in 1..=32 {
            let told = site.told(&ana, "C1", "/todo", &format!("chore {nth:02}")).await;
            assert!(told.contains("Added"), "{told}");
        }
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("32 open tasks")).await;
        ana.press_in(&page.id, "page:next", None).await;
        site.home("U1", |said| said.contains("page 2 of 2") && said.contains("chore 32")).await;
        site.told(&ana, "C1", "/todo", "chore 33").await;
        site.home("U1", |said| said.contains("page 2 of 2") && said.contains("chore 33")).await;
        ana.press_in(&page.id, "done:33", None).await;
        let done = texts(&site.home("U1", |said| said.contains("Done #33")).await.payload);
        assert!(done.contains("page 2 of 2") && done.contains("chore 32"), "{way:?}: {done}");
        site.told(&ana, "C1", "/task", "done 31 32").await;
        site.home("U1", |said| said.contains("30 open tasks") && said.contains("chore 01")).await;
    }
}

#[tokio::test]
async fn whoever_named_a_zone_can_follow_their_profile_again_and_whoever_follows_it_can_keep_the_zone() {
    let followed = |zone: &str, from: &str| {
        let mut values = settings(zone);
        values["follow"] = json!({ "follow": { "type": "static_select", "selected_option": { "value": from } } });
        values
    };
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "timezone Europe/Lisbon").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        for (zone, from) in [("Europe/Lisbon", "profile"), ("Asia/Tokyo", "own")] {
            ana.press_in(&page.id, "settings", None).await;
            let form = site.dialog("U1", "Follow my Slack profile").await;
            assert!(form.payload.to_string().contains(zone), "{way:?}: {}", form.payload);
            ana.submit(&form.id, followed(zone, from)).await;
            let saved = site.dialog("U1", "Saved").await;
            ana.close(&saved.id).await;
            if from == "profile" {
                site.tells(&ana, "settings", "Europe/Madrid").await;
                ana.moves_to("Asia/Tokyo").await;
                site.message(&site.direct("U1").await, "Your Slack profile says Asia/Tokyo now").await;
            }
        }
        ana.moves_to("Europe/Paris").await;
        let kept = site.told(&ana, "C1", "/task", "settings").await;
        assert!(kept.contains("Asia/Tokyo"), "{way:?}: what she keeps is hers: {kept}");
    }
}

#[tokio::test]
async fn a_profile_that_slack_does_not_tell_is_said_beside_the_choice_to_follow_it() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    site.told(&ana, "C1", "/task", "timezone Europe/Lisbon").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("Settings")).await;
    ana.press_in(&page.id, "settings", None).await;
    let form = site.dialog("U1", "Follow my Slack profile").await;
    let bad_moment = What::Error { error: "internal_error".to_owned() };
    site.slack.faults().add(Fault::next(1, "users.info", bad_moment));
    let mut values = settings("Europe/Lisbon");
    values["follow"] = json!({ "follow": { "type": "static_select", "selected_option": { "value": "profile" } } });
    let turn = ana.submit(&form.id, values).await;
    assert!(turn.answer()["errors"]["follow"].to_string().contains("does not tell me your zone"), "{turn:?}");
}
