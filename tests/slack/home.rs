//! The bot's own page.

use std::time::Duration;

use fakes::kit::{Fault, What};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, choice, filled, texts};
use super::moments::number;
use crate::kit::postgres::Database;
use crate::kit::program::{PATIENCE, Scratch};

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
async fn what_the_page_lists_answers_no_question_that_was_asked_back() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        ana.command("C1", "/todo", "write the deck").await;
        ana.command("C1", "/todo", "send the deck").await;
        ana.open_home().await;
        site.home("U1", |said| said.contains("send the deck")).await;
        ana.dm("done the deck task").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Which one").await;
        bob.command("C1", "/task", "sign the lease for @ana").await;
        site.home("U1", |said| said.contains("sign the lease")).await;
        ana.dm("the first one").await;
        site.message(&direct, "Done #").await;
    }
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

#[tokio::test]
async fn a_page_follows_what_is_changed_in_another_process() {
    let database = Database::migrated().await;
    let store = || Scratch::new().with("TASKBOT_DATABASE_URL", &database.url());
    let site = Site::with(BOTH[0], store()).await;
    let elsewhere = store();
    let other = elsewhere.serve().await;
    let ana = site.person("U1");
    let milk = number(&site.tells(&ana, "buy milk", "Added #").await);
    ana.open_home().await;
    site.home("U1", |said| said.contains("buy milk")).await;
    let token = site.scratch.token("slack:T1/U1").await;
    other.chat(&token, "water the plants").await;
    site.home("U1", |said| said.contains("water the plants")).await;
    other.chat(&token, &format!("done {milk}")).await;
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
            filled(&site.slack).await;
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
async fn a_page_stays_as_it_is_under_a_word_while_the_storage_does_not_say_what_is_on_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/todo", "buy milk").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("buy milk")).await;
        let mut database = site.database().await;
        sqlx::raw_sql("ALTER TABLE tasks RENAME TO gone").execute(&mut database).await.expect("it is away");
        ana.press_in(&page.id, "done:1", None).await;
        let told = texts(&site.home("U1", |said| said.contains("I cannot reach my storage")).await.payload);
        sqlx::raw_sql("ALTER TABLE gone RENAME TO tasks").execute(&mut database).await.expect("it is back");
        assert!(told.contains("buy milk"), "{way:?}: {told}");
        ana.press_in(&page.id, "done:1", None).await;
        let done = texts(&site.home("U1", |said| said.contains("Done #1")).await.payload);
        assert!(!done.contains("my storage"), "{way:?}: {done}");
    }
}

#[tokio::test]
async fn a_page_shows_the_same_while_slack_does_not_say_who_is_in_which_channel() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C2", "/task", "rotate the keys").await;
        site.told(&bob, "C1", "/task", "@ana call the printer").await;
        site.slack.faults().add(Fault::always("users.conversations", What::Broken));
        // What was known of channels is forgotten.
        assert!(site.server.program.terminate().await.success());
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("2 open tasks")).await;
        let said = texts(&page.payload);
        assert!(said.contains("rotate the keys") && said.contains("call the printer"), "{way:?}: {said}");
        ana.press_in(&page.id, "done:1", None).await;
        let done = texts(&site.home("U1", |said| said.contains("Done #1")).await.payload);
        assert!(done.contains("call the printer"), "{way:?}: {done}");
    }
}

#[tokio::test]
async fn a_page_that_another_process_has_turned_is_left_to_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.open_home().await;
        site.home("U1", |said| said.contains("There are no open tasks")).await;
        let words = json!({ "type": "section", "text": { "type": "plain_text", "text": "page 2 of 2" } });
        let turned = json!({ "user_id": "U1", "view": { "type": "home", "blocks": [words] } });
        let publish = format!("{}/views.publish", site.slack.api_url().trim_end_matches('/'));
        let asked = reqwest::Client::new().post(publish).bearer_auth(&site.install.token).json(&turned);
        assert!(asked.send().await.is_ok_and(|answer| answer.status().is_success()));
        site.told(&ana, "C1", "/todo", "buy milk").await;
        let until = Instant::now() + PATIENCE;
        let overtaken = || {
            let tried = site.slack.ledger().calls(Some("views.publish"));
            tried.iter().filter(|call| call.answer["error"] == "hash_conflict").count()
        };
        while overtaken() == 0 {
            assert!(Instant::now() < until, "{way:?}: nobody noticed");
            sleep(Duration::from_millis(20)).await;
        }
        site.home("U1", |said| said.contains("page 2 of 2")).await;
        ana.open_home().await;
        site.home("U1", |said| said.contains("buy milk")).await;
        site.told(&ana, "C1", "/todo", "water the plants").await;
        site.home("U1", |said| said.contains("water the plants")).await;
        assert_eq!(overtaken(), 1, "{way:?}: what it shows itself is no surprise");
    }
}

#[tokio::test]
async fn a_page_that_slack_refuses_is_left_until_its_reader_comes_back() {
    let site = Site::new(BOTH[0]).await;
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    for (who, user) in [(&ana, "U1"), (&bob, "U2")] {
        who.open_home().await;
        site.home(user, |said| said.contains("There are no open tasks")).await;
    }
    let refused = What::Error { error: "user_not_found".to_owned() };
    site.slack.faults().add(Fault::always("views.publish", refused).field("user_id", "U1"));
    for task in ["buy milk", "water the plants", "call the printer"] {
        site.told(&bob, "C1", "/task", &format!("{task} @ana @bob")).await;
        site.home("U2", |said| said.contains(task)).await;
    }
    let tried = site.slack.ledger().calls(Some("views.publish"));
    assert_eq!(tried.iter().filter(|call| call.fault.is_some()).count(), 1);
    site.slack.faults().clear();
    ana.open_home().await;
    site.home("U1", |said| said.contains("call the printer")).await;
    site.told(&bob, "C1", "/task", "done 1").await;
    site.home("U1", |said| said.contains("call the printer") && !said.contains("buy milk")).await;
}

#[tokio::test]
async fn who_is_in_which_channel_is_not_asked_for_what_concerns_the_reader_alone() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.open_home().await;
        site.home("U1", |said| said.contains("There are no open tasks")).await;
        ana.dm("list").await;
        site.message(&site.direct("U1").await, "There are no").await;
        site.person("U2").command("C1", "/task", "remind @ana to sign the lease tomorrow at 9am").await;
        site.home("U1", |said| said.contains("sign the lease")).await;
        let of_ana = site.slack.ledger().calls(Some("users.conversations"));
        assert!(of_ana.iter().all(|call| call.body["user"] != "U1"), "{way:?}: {of_ana:?}");
    }
}

#[tokio::test]
async fn whoever_asks_for_what_may_stand_in_a_channel_hears_that_slack_does_not_say_which_are_theirs() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        site.told(&site.person("U2"), "C1", "/task", "call the printer").await;
        site.slack.faults().add(Fault::always("users.conversations", What::Broken));
        // What was known of channels is forgotten.
        assert!(site.server.program.terminate().await.success());
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        let token = site.scratch.token("slack:T1/U1").await;
        let lines = ["find printer", "done 1", "done the printer task"];
        for (line, part) in lines.into_iter().zip(["may be missing", "no task #1", "no task with"]) {
            let told = site.server.chat(&token, line).await.to_string();
            assert!(told.contains("cannot find out which channels you are in") && told.contains(part), "{told}");
        }
        site.slack.faults().clear();
        let until = Instant::now() + PATIENCE;
        loop {
            let told = site.server.chat(&token, "find printer").await.to_string();
            if told.contains("call the printer") {
                assert!(!told.contains("may be missing"), "{way:?}: {told}");
                break;
            }
            assert!(Instant::now() < until, "{way:?}: {told}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}
