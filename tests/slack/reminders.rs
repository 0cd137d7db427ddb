//! Reminders as they arrive, and what pressing their buttons does.

use super::kit::{BOTH, Site, shown};

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
        let settled = site.message(&direct, "Done #1: stretch").await;
        assert_eq!(settled.ts, reminder.ts, "edited in place");
        ana.press(&direct, &settled.ts, "reopen", None).await;
        site.message(&direct, "Open again #1: stretch").await;
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
