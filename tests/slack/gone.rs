//! Messages of reminders whose tasks were deleted or closed meanwhile.

use serde_json::{Value, json};

use super::kit::{BOTH, Site, choice, shown};

/// What the dialog holds in which a time is picked.
fn a_day() -> Value {
    json!({
        "day": { "day": { "type": "datepicker", "selected_date": "2098-03-04" } },
        "time": { "time": { "type": "timepicker", "selected_time": "14:30" } },
    })
}

#[tokio::test]
async fn a_press_on_a_task_that_was_deleted_is_told_and_shows_in_the_message_that_it_is_gone() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        site.told(&ana, "C1", "/task", "delete 1").await;
        bob.press("C1", &reminder.ts, "done", None).await;
        let told = site.message("C1", "There is no task #1").await;
        assert_eq!(told.only_for.as_deref(), Some("U2"), "{way:?}");
        let gone = site.changed("C1", &reminder.ts, |one| shown(one).contains("Deleted by ana, ")).await;
        assert_eq!(choice(&gone.blocks, "Done"), None, "{way:?}");
        assert_eq!(choice(&gone.blocks, "Undo").as_deref(), Some("reopen 1"), "{way:?}");
    }
}

#[tokio::test]
async fn a_time_that_is_picked_for_a_task_that_is_gone_leaves_the_message_without_it() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        bob.press("C1", &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog("U2", "datepicker").await;
        site.told(&ana, "C1", "/task", "delete 1").await;
        let wrong = site.errors("U2", &form, a_day()).await;
        assert!(wrong["day"].to_string().contains("There is no task #1"), "{way:?}: {wrong}");
        site.changed("C1", &reminder.ts, |one| shown(one).contains("Deleted by ana, ")).await;
    }
}

#[tokio::test]
async fn what_is_pressed_of_a_task_that_was_done_elsewhere_is_told_and_shows_in_the_message_that_it_is_done() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        site.told(&ana, "C1", "/task", "done 1").await;
        bob.press("C1", &reminder.ts, "snooze", Some("snooze 1 1h")).await;
        let told = site.message("C1", "#1 is done").await;
        assert_eq!(told.only_for.as_deref(), Some("U2"), "{way:?}");
        let done = site.changed("C1", &reminder.ts, |one| shown(one).contains("Done by ana, ")).await;
        assert_eq!(choice(&done.blocks, "Undo").as_deref(), Some("reopen 1"), "{way:?}");
        assert!(!done.blocks.to_string().contains("snooze 1"), "{way:?}: {done:#?}");
    }
}

#[tokio::test]
async fn a_time_that_is_picked_for_a_task_that_was_done_meanwhile_shows_in_the_message_that_it_is_done() {
    for way in BOTH {
        let site = Site::new(way).await;
        let (ana, bob) = (site.person("U1"), site.person("U2"));
        site.told(&ana, "C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        bob.press("C1", &reminder.ts, "snooze", Some("pick 1")).await;
        let form = site.dialog("U2", "datepicker").await;
        site.told(&ana, "C1", "/task", "done 1").await;
        let wrong = site.errors("U2", &form, a_day()).await;
        assert!(wrong["day"].to_string().contains("#1 is done"), "{way:?}: {wrong}");
        site.changed("C1", &reminder.ts, |one| shown(one).contains("Done by ana, ")).await;
    }
}

#[tokio::test]
async fn of_several_one_that_is_gone_says_so_and_the_others_can_be_done() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    for what in ["stretch", "breathe"] {
        site.told(&ana, "C1", "/remindme", &format!("to {what} tomorrow at 9am")).await;
    }
    site.told(&ana, "C1", "/remindme", "move 1 2 to in 2 seconds").await;
    let direct = site.direct("U1").await;
    let both = site.message(&direct, "2 reminders").await;
    site.told(&ana, "C1", "/task", "delete 1").await;
    ana.press(&direct, &both.ts, "done", None).await;
    let one = site.changed(&direct, &both.ts, |one| shown(one).contains("→ Deleted by ana, ")).await;
    site.message(&direct, "There is no task #1").await;
    assert_eq!(choice(&one.blocks, "All done").as_deref(), Some("done 2"));
    ana.press(&direct, &both.ts, "done", None).await;
    site.changed(&direct, &both.ts, |one| shown(one).contains("→ Done by ana, ")).await;
}
