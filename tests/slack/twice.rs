//! The same thing, told more than once.

use fakes::kit::{Fault, Sent, What};
use serde_json::json;

use super::kit::{BOTH, Site, Way, is_first_word, shown, struck, texts};
use crate::kit::program::Scratch;

#[tokio::test]
async fn one_message_has_one_effect_however_often_slack_tells_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.dm("water the plants tomorrow").await;
        let turn = &said.turns[0];
        turn.again(3).await;
        turn.again(20).await;
        turn.under_another_id().await;
        ana.dm("list").await;
        let direct = site.direct("U1").await;
        let list = site.message(&direct, "open task").await;
        assert_eq!(
            shown(&list).matches("water the plants").count(),
            2,
            "once in the text, once in the blocks: {list:?}"
        );
        let answers = site.posted(&direct).iter().filter(|one| one.text.starts_with("Added")).count();
        assert_eq!(answers, 1, "{way:?}");
    }
}

#[tokio::test]
async fn twenty_at_once_are_answered_once() {
    for way in BOTH {
        let site = Site::new(way).await;
        let said = site.person("U1").dm("list").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "There are no").await;
        let before = site.posted(&direct).len();
        let next = site.person("U1").dm("water the plants tomorrow").await;
        futures::future::join_all([said.turns[0].again(20), next.turns[0].again(20)]).await;
        site.message(&direct, "water the plants").await;
        assert_eq!(site.posted(&direct).len(), before + 1, "{way:?}");
    }
}

#[tokio::test]
async fn an_answer_on_which_the_process_dies_is_given_when_slack_tells_of_the_message_again() {
    for way in BOTH {
        let dies = Scratch::new().with("FAILPOINTS", "slack.before_answer=return");
        let mut site = Site::with(way, dies).await;
        let said = site.person("U1").dm("water the plants tomorrow").await;
        assert!(!site.server.program.ended().await.success(), "{way:?}: it died before it answered");
        site.anew(way, "FAILPOINTS", "").await;
        said.turns[0].again(4).await;
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: water the plants").await;
        said.turns[0].again(4).await;
        site.person("U1").dm("list").await;
        site.message(&direct, "open task").await;
        let answers = site.posted(&direct).iter().filter(|one| one.text.starts_with("Added")).count();
        assert_eq!(answers, 1, "{way:?}: {:#?}", site.posted(&direct));
    }
}

#[tokio::test]
async fn an_answer_is_given_once_though_the_database_does_not_say_at_once_whether_it_was() {
    for way in BOTH {
        let site = Site::with(way, Scratch::new().with("FAILPOINTS", "service.first_away=2*return")).await;
        let said = site.person("U1").mention("C1", "add water the plants").await;
        said.turns[0].again(4).await;
        site.message("C1", "ana added #").await;
        struck(&site.slack).await;
        one_task(&site, way).await;
    }
}

/// Slack takes a moment to say who somebody is: what they do first is worked on while copies of it come.
fn hesitates(site: &Site, user: &str, ms: u64) {
    site.slack.faults().add(Fault::next(1, "users.info", What::Delay { ms }).field("user", user));
}

/// Until nothing that came is worked on any more.
async fn over(site: &mut Site, way: Way) {
    struck(&site.slack).await;
    assert!(site.server.program.terminate().await.success());
    site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
}

/// Whether all of these were answered with this, or told that they will be.
fn all_say(answers: &[Sent], part: &str) -> bool {
    let told = |one: &Sent| one.answer.to_string().contains(part) || is_first_word(&one.answer.to_string());
    answers.iter().all(|one| one.problem.is_none() && told(one))
}

/// There is one task, and its channel was told of it once.
async fn one_task(site: &Site, way: Way) {
    let list = site.told(&site.person("U1"), "C1", "/task", "list").await;
    assert!(list.contains("1 open task") && list.contains("water the plants"), "{way:?}: {list}");
    let told = site.posted("C1").into_iter().filter(|one| shown(one).contains(" added #")).count();
    assert_eq!(told, 1, "{way:?}: {:#?}", site.posted("C1"));
}

#[tokio::test]
async fn a_press_that_is_told_again_and_again_has_one_effect_and_is_shown_once() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to water the plants in 1 second").await;
        let reminder = site.message("C1", "*water the plants*").await;
        hesitates(&site, "U2", 1_000);
        let turn = site.person("U2").press("C1", &reminder.ts, "snooze", Some("snooze 1 1h")).await;
        turn.again(1).await;
        turn.again(20).await;
        site.changed("C1", &reminder.ts, |one| shown(one).contains("Reminds again ")).await;
        turn.again(20).await;
        over(&mut site, way).await;
        assert_eq!(site.slack.ledger().calls(Some("chat.update")).len(), 1, "{way:?}");
        let history = site.told(&site.person("U1"), "C1", "/task", "history 1").await;
        assert_eq!(history.matches("set a reminder for").count(), 2 * 2, "{way:?}, two, in text and blocks: {history}");
    }
}

#[tokio::test]
async fn a_press_that_is_told_more_often_than_its_owner_may_press_shows_what_came_of_it() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        assert!(site.server.program.terminate().await.success());
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "4").await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to water the plants in 1 second").await;
        let reminder = site.message("C1", "*water the plants*").await;
        hesitates(&site, "U2", 1_000);
        let turn = site.person("U2").press("C1", &reminder.ts, "done", None).await;
        turn.again(20).await;
        site.changed("C1", &reminder.ts, |one| shown(one).contains("Done by bob, ")).await;
    }
}

#[tokio::test]
async fn a_command_that_is_told_twenty_times_more_has_one_effect() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        hesitates(&site, "U1", 1_000);
        let turn = site.person("U1").command("C1", "/task", "water the plants tomorrow").await;
        let answers = turn.again(20).await;
        assert!(all_say(&answers, "Added #"), "{way:?}: {answers:#?}");
        site.message("C1", "ana added #").await;
        let answers = turn.again(20).await;
        assert!(all_say(&answers, "Added #"), "{way:?}: {answers:#?}");
        over(&mut site, way).await;
        one_task(&site, way).await;
    }
}

#[tokio::test]
async fn a_form_that_is_submitted_twenty_times_more_has_one_effect() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "").await;
        let form = site.dialog("U1", "plain_text_input").await;
        hesitates(&site, "U1", 2_600);
        let title = json!({ "title": { "title": { "type": "plain_text_input", "value": "water the plants" } } });
        let turn = ana.submit(&form.id, title).await;
        assert!(is_first_word(&texts(turn.answer())), "{way:?}: {turn:?}");
        turn.again(20).await;
        site.message("C1", " added #").await;
        let answers = turn.again(20).await;
        assert!(all_say(&answers, "Added #"), "{way:?}: {answers:#?}");
        over(&mut site, way).await;
        one_task(&site, way).await;
    }
}

#[tokio::test]
async fn a_form_that_is_on_the_screen_is_not_said_to_be_missing_when_slack_tells_of_it_again() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        let said = ana.say("C1", "the build is red").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("Settings")).await;
        let mut turns = Vec::new();
        for nth in 0..4 {
            turns.push(match nth {
                0 => ana.shortcut("create", "C1", &said.ts).await,
                1 => ana.global_shortcut("create").await,
                2 => ana.press_in(&page.id, "settings", None).await,
                _ => ana.command("C1", "/todo", "").await,
            });
            let form = site.dialog("U1", "\"submit\"").await;
            ana.close(&form.id).await;
        }
        for turn in &turns {
            let answers = turn.again(2).await;
            assert!(!answers.iter().any(|one| one.answer.to_string().contains("Type what")), "{way:?}: {answers:#?}");
        }
        over(&mut site, way).await;
        assert_eq!(site.slack.ledger().calls(Some("views.open")).len(), 12, "{way:?}: each was tried again");
        let said = site.slack.ledger().calls(None);
        let missing: Vec<_> =
            said.iter().filter(|call| call.body.to_string().contains("could not be opened")).collect();
        assert!(missing.is_empty(), "{way:?}: {missing:#?}");
    }
}
