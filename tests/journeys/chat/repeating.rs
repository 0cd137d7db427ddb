//! How something repeats is changed without a word on the time of day.

use domain::command::TaskRef;
use domain::tenant::TenantId;
use insta::assert_snapshot;

use super::talk::{Speaker, Talk};

/// Ana in a direct message, on Wednesday 4 March at 10:00, with a task made from this line.
async fn with(line: &str) -> (Talk, Speaker) {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let added = talk.says(&ana, line).await;
    assert!(added.starts_with("Added #1"), "{added}");
    (talk, ana)
}

/// What became of due and recurrence, each on its line.
async fn changed(line: &str, edit: &str) -> String {
    let (talk, ana) = with(line).await;
    let reply = talk.says(&ana, edit).await;
    let told = reply.lines().map(str::trim).filter(|line| line.starts_with("due ") || line.starts_with("repeats "));
    told.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_series_keeps_its_time_of_day() {
    let (talk, ana) = with("water the plants every monday 9am").await;
    assert_snapshot!(talk.says(&ana, "edit 1 every friday").await, @"
    Changed #1: water the plants
      due Mon 9 Mar 09:00 → Fri 6 Mar 2026 09:00 America/New_York, in 2 days
      repeats every Monday at 09:00 → every Friday at 09:00
      for the whole series, from now on
      I'll remind you then
      `undo` takes it back
    ");
    let corrected = talk.says(&ana, "no, every monday").await;
    assert!(corrected.contains("→ every Monday at 09:00\n"), "{corrected}");
    let same = talk.says(&ana, "edit 1 every monday").await;
    assert!(same.contains("is like that already"), "{same}");
}

#[tokio::test]
async fn a_time_that_is_said_is_taken_and_days_stay_days() {
    assert_snapshot!(changed("water the plants every monday 9am", "edit 1 every friday at 18:30").await, @"
    due Mon 9 Mar 09:00 → Fri 6 Mar 2026 18:30 America/New_York, in 2 days
    repeats every Monday at 09:00 → every Friday at 18:30
    ");
    assert_snapshot!(changed("water the plants every monday", "edit 1 every friday").await, @"
    due Mon 9 Mar → Fri 6 Mar 2026, in 2 days
    repeats every Monday → every Friday
    ");
    let day = changed("water the plants every monday 9am", "edit 1 due friday").await;
    assert_eq!(day, "due Mon 9 Mar 09:00 → Fri 6 Mar 2026, in 2 days", "a due says all of it");
}

#[tokio::test]
async fn a_time_that_has_gone_by_today_comes_on_the_next_day_of_the_rule() {
    assert_snapshot!(changed("stretch every monday 9am", "edit 1 every day").await, @"
    due Mon 9 Mar 09:00 → Thu 5 Mar 2026 09:00 America/New_York, tomorrow
    repeats every Monday at 09:00 → every day at 09:00
    ");
    assert_snapshot!(changed("stretch every monday 11am", "edit 1 every day").await, @"
    due Mon 9 Mar 11:00 → Wed 4 Mar 2026 11:00 America/New_York, in 1 hour
    repeats every Monday at 11:00 → every day at 11:00
    ");
    assert_snapshot!(changed("stretch every monday 9am", "edit 1 every wednesday 3 times").await, @"
    due Mon 9 Mar 09:00 → Wed 11 Mar 2026 09:00 America/New_York, in 7 days
    repeats every Monday at 09:00 → every Wednesday at 09:00, 3 times
    ");
}

#[tokio::test]
async fn several_times_a_day_are_all_kept() {
    let weekdays = changed("stretch every day at 9am and 5pm", "edit 1 every weekday").await;
    assert_eq!(weekdays, "repeats every day at 09:00 and 17:00 → every weekday at 09:00 and 17:00");
    assert_snapshot!(changed("stretch every day at 9am and 5pm", "edit 1 every friday").await, @"
    due Wed 4 Mar 17:00 → Fri 6 Mar 2026 09:00 America/New_York, in 2 days
    repeats every day at 09:00 and 17:00 → every Friday at 09:00 and 17:00
    ");
}

#[tokio::test]
async fn what_comes_once_gives_its_time_to_the_series_and_what_comes_by_the_hour_has_none() {
    assert_snapshot!(changed("call Bo friday 3pm", "edit 1 every monday").await, @"
    due Fri 6 Mar 15:00 → Mon 9 Mar 2026 15:00 America/New_York, in 5 days
    repeats none → every Monday at 15:00
    ");
    assert_snapshot!(changed("call Bo", "edit 1 every monday").await, @"
    due Mon 9 Mar 2026, in 5 days
    repeats none → every Monday
    ");
    assert_snapshot!(changed("stretch every 2 hours", "edit 1 every monday").await, @"
    due Wed 4 Mar 12:00 → Mon 9 Mar 2026, in 5 days
    repeats every 2 hours → every Monday
    ");
}

#[tokio::test]
async fn the_time_is_that_of_the_series_and_not_where_one_occurrence_was_moved() {
    let (talk, ana) = with("stretch every monday 9am").await;
    talk.says(&ana, "move 1 to tuesday 4pm").await;
    let edited = talk.says(&ana, "edit 1 every thursday").await;
    assert!(edited.contains("→ Thu 5 Mar 2026 09:00 America/New_York"), "{edited}");
}

#[tokio::test]
async fn the_time_stays_in_the_zone_of_the_series_whoever_says_the_rule() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.in_channel("ana", "ops").await, talk.in_channel("sam", "ops").await);
    talk.says(&sam, "timezone Europe/Madrid").await;
    talk.says(&ana, "rotate keys every monday 9am @sam").await;
    let edited = talk.says(&sam, "edit 1 every friday").await;
    assert!(edited.contains("→ Fri 6 Mar 2026 15:00 Europe/Madrid"), "{edited}");
    let listed = talk.says(&ana, "list").await;
    assert!(listed.contains("every Friday at 09:00"), "{listed}");
}

#[tokio::test]
async fn a_time_that_clocks_leave_out_stays_what_was_meant() {
    let (talk, ana) = with("rotate keys every monday at 2:30am").await;
    let edited = talk.says(&ana, "edit 1 every sunday").await;
    assert!(edited.contains("→ Sun 8 Mar 2026 03:30 America/New_York"), "clocks go forward then: {edited}");
    assert!(edited.contains("→ every Sunday at 02:30\n"), "{edited}");
    talk.says(&ana, "done 1").await;
    let done = talk.world.tasks.store.task(&TenantId::console(), TaskRef::Number(1)).await.expect("an answer");
    talk.world.advance(&done.expect("the task")).await;
    assert!(talk.says(&ana, "list").await.contains("Sun 15 Mar 02:30"));
}
