//! Reminders as they arrive, and what pressing their buttons does.

use serde_json::json;
use sqlx::Connection as _;

use super::even::even;
use super::kit::{BOTH, Site, choice, shown};

#[tokio::test]
async fn a_reminder_comes_with_buttons_and_says_what_became_of_it_when_pressed() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/remindme", "to stretch in 1 second").await;
        let direct = site.direct("U1").await;
        let reminder = site.message(&direct, "stretch").await;
        assert!(shown(&reminder).contains("Snooze"));
        ana.press(&direct, &reminder.ts, "done", None).await;
        let settled = site.message(&direct, "Done by ana, ").await;
        assert_eq!(settled.ts, reminder.ts, "edited in place");
        assert!(shown(&settled).contains("stretch") && shown(&settled).contains("Undo"), "{}", shown(&settled));
        ana.press(&direct, &settled.ts, "reopen", None).await;
        let open = site.changed(&direct, &settled.ts, |open| choice(&open.blocks, "Done").is_some()).await;
        assert_eq!(even(&open.blocks), even(&reminder.blocks), "{way:?}: it says what is true now");
        ana.press(&direct, &open.ts, "done", None).await;
        site.message(&direct, "Done by ana, ").await;
    }
}

#[tokio::test]
async fn a_channels_reminder_pings_whom_it_names_and_nobody_else() {
    let site = Site::new(BOTH[0]).await;
    let text = "remind @bob and @ana to look at <!channel> <@U3> in 1 second";
    site.person("U1").command("C1", "/task", text).await;
    let said = shown(&site.message("C1", "*look at").await);
    assert!(said.contains("<@U2>"), "{said}");
    assert!(!said.contains("<!channel>") && !said.contains("<@U3>"), "{said}");
}

#[tokio::test]
async fn a_reminder_is_snoozed_by_its_menu_and_comes_again() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    ana.command("C1", "/remindme", "to breathe in 1 second").await;
    let direct = site.direct("U1").await;
    let reminder = site.message(&direct, "breathe").await;
    ana.press(&direct, &reminder.ts, "snooze", Some("snooze 1 1h")).await;
    let snoozed = site.message(&direct, "Reminds again ").await;
    assert!(shown(&snoozed).contains("*breathe*") && choice(&snoozed.blocks, "Done").is_some(), "{snoozed:#?}");
}

#[tokio::test]
async fn what_is_due_while_slack_is_away_comes_once_when_it_is_back() {
    use fakes::kit::{Fault, What};
    let site = Site::new(BOTH[0]).await;
    site.slack.faults().add(Fault::next(1, "chat.postMessage", What::CutAfter));
    let ana = site.person("U1");
    ana.command("C1", "/remindme", "to look up in 1 second").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "look up").await;
    site.tells(&ana, "history 1", "delivered the reminder").await;
    let times = site.posted(&direct).iter().filter(|message| shown(message).contains("look up")).count();
    assert_eq!(times, 1, "the answer was lost, the message was not: it is found before it is sent again");
}

#[tokio::test]
async fn a_reminder_is_put_off_to_a_time_that_is_picked_and_a_past_one_is_said_in_the_dialog() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&site.person("U2"), "C1", "/task", "remind @ana to breathe in 1 second").await;
        let direct = site.direct("U1").await;
        let reminder = site.message(&direct, "breathe").await;
        assert_eq!(choice(&reminder.blocks, "Pick a time …").as_deref(), Some("pick 1"));
        ana.press(&direct, &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog("U1", "Europe/Madrid").await;
        let picked = |day: &str| {
            json!({
                "day": { "day": { "type": "datepicker", "selected_date": day } },
                "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
            })
        };
        let past = site.errors("U1", &form, picked("2020-01-01")).await;
        assert!(past["day"].is_string(), "{way:?}: {past}");
        ana.submit(&form.id, picked("2098-03-04")).await;
        site.dialog("U1", "Snoozed #1").await;
        let settled = site.message(&direct, "Reminds again ").await;
        assert_eq!(settled.ts, reminder.ts, "edited in place");
        assert!(choice(&settled.blocks, "Done").is_some(), "and can still be done: {settled:#?}");
        assert_eq!(even(&settled.blocks[1]), even(&reminder.blocks[1]), "{way:?}: the small print stays");
        assert_eq!(choice(&settled.blocks, "Stop this").as_deref(), Some("stop 1"), "{way:?}: {settled:#?}");
    }
}

#[tokio::test]
async fn a_button_of_a_message_that_is_gone_works_and_says_so_to_whoever_pressed() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        site.slack.faults().add(fakes::kit::Fault::next(1, "chat.update", gone()));
        ana.press("C1", &reminder.ts, "done", None).await;
        let told = site.message("C1", "Done #1: tag the release").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
    }
}

#[tokio::test]
async fn whoever_presses_hears_in_time_that_it_takes_long_and_it_is_done_once() {
    for way in BOTH {
        let site = Site::new(way).await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        // As long as somebody else writes, nothing is done.
        let mut other = site.database().await;
        let held = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
        site.person("U2").press("C1", &reminder.ts, "done", None).await;
        let word = site.message("C1", "That takes too long").await;
        held.rollback().await.expect("the lock is free");
        assert_eq!(word.only_for.as_deref(), Some("U2"), "{way:?}: {word:#?}");
        let settled = site.message("C1", "Done by bob, ").await;
        assert_eq!(settled.ts, reminder.ts, "{way:?}: edited in place");
        let history = site.told(&site.person("U1"), "C1", "/task", "history 1").await;
        assert_eq!(history.matches("bob").count(), 2, "{way:?}: once in the text, once in the blocks: {history}");
    }
}

fn gone() -> fakes::kit::What {
    fakes::kit::What::Error { error: "message_not_found".to_owned() }
}

#[tokio::test]
async fn a_button_works_after_the_program_was_started_again() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        assert!(site.server.program.terminate().await.success());
        site.anew(way, "TASKBOT_LIMITS__CHAT_BURST", "999").await;
        site.person("U2").press("C1", &reminder.ts, "done", None).await;
        let settled = site.message("C1", "Done by bob, ").await;
        assert_eq!(settled.ts, reminder.ts, "{way:?}: edited in place");
    }
}

#[tokio::test]
async fn what_is_pressed_in_a_message_that_is_deleted_meanwhile_is_done_and_told() {
    use fakes::kit::{Fault, What};
    for way in BOTH {
        let site = Site::new(way).await;
        site.told(&site.person("U1"), "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        // Of somebody who never spoke to the bot, Slack is asked for the name: time enough to delete the message.
        site.slack.faults().add(Fault::always("users.info", What::Delay { ms: 1_400 }).field("user", "U2"));
        site.person("U2").press("C1", &reminder.ts, "done", None).await;
        site.slack.change(|world| {
            let room = world.teams.get_mut("T1").and_then(|team| team.channels.get_mut("C1")).expect("the channel");
            room.messages.retain(|message| message.ts != reminder.ts);
        });
        let told = site.message("C1", "Done #1: tag the release").await;
        assert_eq!(told.only_for.as_deref(), Some("U2"), "{way:?}: {told:#?}");
    }
}

#[tokio::test]
async fn whoever_takes_no_more_of_a_channels_reminder_changes_it_for_nobody_else() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&bob, "C1", "/task", "remind us to tag the release @ana in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        for (action, told) in
            [("stop", "You are reminded no more of #1"), ("stop_all", "You get no more reminders from bob")]
        {
            ana.press("C1", &reminder.ts, action, None).await;
            let told = site.message("C1", told).await;
            assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
        }
        let still = site.message("C1", "*tag the release*").await;
        assert_eq!(still.blocks, reminder.blocks, "{way:?}");
    }
}

#[tokio::test]
async fn whoever_is_reminded_by_somebody_else_stops_this_or_all_of_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&bob, "C1", "/task", "remind @ana to deploy every day at 9am").await;
        site.told(&bob, "C1", "/task", "remind @ana to call back in 1 second").await;
        let direct = site.direct("U1").await;
        let reminder = site.message(&direct, "call back").await;
        assert!(shown(&reminder).contains("asked by bob"), "{}", shown(&reminder));
        assert_eq!(choice(&reminder.blocks, "Stop this").as_deref(), Some("stop 2"));
        assert_eq!(choice(&reminder.blocks, "Stop all from bob").as_deref(), Some("stop all from <@U2>"));
        ana.press(&direct, &reminder.ts, "stop_all", None).await;
        let told = site.message(&direct, "You get no more reminders from bob").await;
        assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?}: {told:#?}");
        let stopped = site.message(&direct, "You are reminded of it no more").await;
        assert_eq!((stopped.ts, choice(&stopped.blocks, "Done")), (reminder.ts, None), "{way:?}");
        let told = site.direct("U2").await;
        site.message(&told, "ana takes no more reminders from you").await;
        let refused = site.told(&bob, "C1", "/task", "remind @ana to answer tomorrow").await;
        assert!(refused.contains("ana takes no reminders from you"), "{way:?}: {refused}");
        let allowed = site.told(&ana, "C1", "/task", "allow @bob").await;
        assert!(allowed.contains("You take reminders again from bob"), "{allowed}");
        let added = site.told(&bob, "C1", "/task", "remind @ana to answer tomorrow").await;
        assert!(added.contains("Added"), "{added}");
    }
}

/// How Slack says that a message cannot be changed.
const UNCHANGEABLE: [&str; 5] =
    ["cant_update_message", "edit_window_closed", "message_not_found", "is_inactive", "channel_not_found"];

#[tokio::test]
async fn a_press_in_a_message_that_cannot_be_changed_is_done_once_and_told_to_whoever_pressed() {
    use fakes::kit::{Fault, What};
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for (nth, word) in UNCHANGEABLE.iter().enumerate() {
            let number = nth + 1;
            let line = format!("remind us to look at item {number} in 1 second");
            site.told(&ana, "C1", "/task", &line).await;
            let reminder = site.message("C1", &format!("*look at item {number}*")).await;
            site.slack.faults().add(Fault::next(1, "chat.update", What::Error { error: (*word).to_owned() }));
            let turn = ana.press("C1", &reminder.ts, "done", None).await;
            let told = site.message("C1", &format!("Done #{number}: look at item {number}")).await;
            assert_eq!(told.only_for.as_deref(), Some("U1"), "{way:?} {word}: {told:#?}");
            assert!(turn.again(2).await.iter().all(|sent| sent.problem.is_none()), "{way:?} {word}");
        }
        assert_eq!(site.slack.faults().left(), [], "{way:?}: each was met");
        let done = site.told(&ana, "C1", "/task", "list done").await;
        assert!(done.contains(&format!("{} done tasks", UNCHANGEABLE.len())), "{way:?}: {done}");
        let told = |number: usize| format!("Done #{number}: look at item {number}");
        for number in 1..=UNCHANGEABLE.len() {
            let times = site.posted("C1").iter().filter(|one| one.text.contains(&told(number))).count();
            assert_eq!(times, 1, "{way:?}: #{number} is told once, however often Slack tells of the press");
        }
    }
}
