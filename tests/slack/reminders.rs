//! Reminders as they arrive, and what pressing their buttons does.

use serde_json::json;

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
        let open = site.message(&direct, "Open again #1: stretch").await;
        assert!(!shown(&open).contains("Done by"), "it says what is true now: {}", shown(&open));
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
    site.message(&direct, "Snoozed #1: breathe").await;
}

#[tokio::test]
async fn what_is_due_while_slack_is_away_comes_once_when_it_is_back() {
    use fakes::kit::{Fault, What};
    let site = Site::new(BOTH[0]).await;
    site.slack.faults().add(Fault::next(2, "chat.postMessage", What::CutAfter));
    site.person("U1").command("C1", "/remindme", "to look up in 1 second").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "look up").await;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let times = site.posted(&direct).iter().filter(|message| shown(message).contains("look up")).count();
    assert_eq!(times, 1, "the answer was lost, the message was not: it is found before it is sent again");
}

#[tokio::test]
async fn a_reminder_is_put_off_to_a_time_that_is_picked_and_a_past_one_is_said_in_the_dialog() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/remindme", "to breathe in 1 second").await;
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
        let past = ana.submit(&form.id, picked("2020-01-01")).await;
        assert!(past.answer()["errors"]["day"].is_string(), "{way:?}: {:?}", past.answer());
        ana.submit(&form.id, picked("2098-03-04")).await;
        site.dialog("U1", "Snoozed #1").await;
        let settled = site.message(&direct, "Snoozed #1: breathe").await;
        assert_eq!(settled.ts, reminder.ts, "edited in place");
        assert!(choice(&settled.blocks, "Done").is_some(), "and can still be done: {settled:#?}");
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

fn gone() -> fakes::kit::What {
    fakes::kit::What::Error { error: "message_not_found".to_owned() }
}

#[tokio::test]
async fn of_several_in_one_message_one_is_done_and_the_others_keep_their_buttons() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    let at = fakes::kit::now() as i64 + 3;
    let when = jiff::Timestamp::from_second(at).expect("an instant");
    for what in ["stretch", "breathe"] {
        ana.command("C1", "/remindme", &format!("to {what} at {when}")).await;
    }
    let direct = site.direct("U1").await;
    let both = site.message(&direct, "2 reminders").await;
    ana.press(&direct, &both.ts, "done:1", None).await;
    let one = site.message(&direct, "→ Done by ana, ").await;
    assert_eq!(choice(&one.blocks, "Undo").as_deref(), Some("reopen 1"));
    assert_eq!(choice(&one.blocks, "Done").as_deref(), Some("done 2"));
    ana.press(&direct, &both.ts, "done", None).await;
    let all = site.message(&direct, "\nDone by ana, ").await;
    assert_eq!(choice(&all.blocks, "Undo").as_deref(), Some("reopen 1 2"));
    assert_eq!(choice(&all.blocks, "Done"), None, "nothing is left to be done");
}

#[tokio::test]
async fn a_message_of_several_says_who_did_which_of_them() {
    let site = Site::new(BOTH[0]).await;
    let (ana, bob) = (site.person("U1"), site.person("U2"));
    let at = fakes::kit::now() as i64 + 3;
    let when = jiff::Timestamp::from_second(at).expect("an instant");
    for what in ["stretch", "breathe"] {
        ana.command("C1", "/task", &format!("remind us to {what} at {when}")).await;
    }
    let both = site.message("C1", "2 reminders").await;
    site.told(&bob, "C1", "/task", "done 1").await;
    ana.press("C1", &both.ts, "done", None).await;
    let all = shown(&site.message("C1", "\nDone by ").await);
    let last = all.rsplit("\nDone by ").next().unwrap_or_default().to_owned();
    assert!(last.contains("ana, ") && last.contains("bob, "), "{all}");
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
        site.message(&direct, "You get no more reminders from bob").await;
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
