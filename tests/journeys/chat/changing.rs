//! Changing tasks: what was done, from what to what, how to take it back.

use insta::assert_snapshot;

use super::talk::{Speaker, Talk};

/// Ana in a direct message, with tasks made from these lines.
async fn with(lines: &[&str]) -> (Talk, Speaker) {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    for line in lines {
        talk.says(&ana, line).await;
    }
    (talk, ana)
}

#[tokio::test]
async fn a_task_is_done_once_and_the_second_time_says_by_whom() {
    let (talk, ana) = with(&["buy milk"]).await;
    assert_snapshot!(talk.says(&ana, "done 1").await, @"
    Done #1: buy milk
      `undo` or `reopen 1` opens it again
    ");
    talk.world.clock.set("2026-03-04T16:30:00Z");
    assert_snapshot!(talk.says(&ana, "done 1").await, @"
    #1: buy milk was already done by ana at 10:00
      `reopen 1` opens it again
    ");
    talk.world.clock.set("2026-03-06T16:30:00Z");
    let later = talk.says(&ana, "done 1").await;
    assert!(later.starts_with("#1: buy milk was already done by ana on Wed 4 Mar at 10:00"), "{later}");
}

#[tokio::test]
async fn a_task_is_opened_again() {
    let (talk, ana) = with(&["stretch in 2 hours", "done 1"]).await;
    assert_snapshot!(talk.says(&ana, "reopen 1").await, @"
    Open again #1: stretch
      due Wed 4 Mar 2026 12:00 America/New_York, in 2 hours
      I'll remind you then
      `undo` takes it back
    ");
    assert_snapshot!(talk.says(&ana, "reopen 1").await, @"#1: stretch is open already; nothing changed");
}

#[tokio::test]
async fn several_tasks_are_one_change() {
    let (talk, ana) = with(&["a", "b", "c"]).await;
    assert_snapshot!(talk.says(&ana, "done 1, 3").await, @"
    Done #1: a
    Done #3: c
      `undo` takes all of it back
    ");
    assert_snapshot!(talk.says(&ana, "undo").await, @"
    Undone, open: #1: a
    Undone, open: #3: c
    ");
}

#[tokio::test]
async fn it_is_what_was_spoken_of_last() {
    let (talk, ana) = with(&["call Bo friday 5pm", "buy milk", "rename 1 to call Bo and Cy"]).await;
    assert_snapshot!(talk.says(&ana, "move it to saturday").await, @"
    Moved #1: call Bo and Cy
      due Fri 6 Mar 17:00 → Sat 7 Mar 2026, in 3 days
      I'll remind you on Sat 7 Mar 2026 09:00 America/New_York, in 3 days
      `undo` takes it back
    ");
}

#[tokio::test]
async fn the_second_one_is_counted_in_the_list_that_was_shown() {
    let (talk, ana) = with(&["c on friday", "a today", "b tomorrow", "list"]).await;
    let second = talk.says(&ana, "done the second one").await;
    assert!(second.starts_with("Done #3: b"), "{second}");
    talk.says(&ana, "list").await;
    let which = talk.says(&ana, "done it").await;
    assert!(which.starts_with("Which one? That could be any of 2 tasks."), "{which}");
}

#[tokio::test]
async fn it_means_nothing_before_anything_was_said() {
    let (talk, ana) = with(&[]).await;
    let reply = talk.says(&ana, "done it").await;
    assert!(reply.starts_with("I understood that something is done, but you did not say which task."), "{reply}");
}

#[tokio::test]
async fn a_snooze_moves_the_reminder_and_leaves_the_due() {
    let (talk, ana) = with(&["call Bo today 11am"]).await;
    assert_snapshot!(talk.says(&ana, "snooze 1 2h").await, @"
    Snoozed #1: call Bo until Wed 4 Mar 2026 12:00 America/New_York, in 2 hours
      due Wed 4 Mar 2026 11:00 America/New_York, in 1 hour, as before
      `undo` takes it back
    ");
    let nothing = talk.says(&ana, "snooze 20m").await;
    assert!(nothing.starts_with("No reminder has come here yet"), "{nothing}");
}

#[tokio::test]
async fn an_edit_says_from_what_to_what() {
    let (talk, ana) = with(&["call Bo #home p2"]).await;
    assert_snapshot!(talk.says(&ana, "edit 1 p1 #work due friday 3pm").await, @"
    Changed #1: call Bo
      due Fri 6 Mar 2026 15:00 America/New_York, in 2 days
      priority high → urgent
      tags #home → #home, #work
      I'll remind you then
      `undo` takes it back
    ");
    assert_snapshot!(talk.says(&ana, "edit 1 every monday 9am").await, @"
    Changed #1: call Bo
      due Fri 6 Mar 15:00 → Mon 9 Mar 2026 09:00 America/New_York, in 5 days
      repeats none → every Monday at 09:00
      for the whole series, from now on
      I'll remind you then
      `undo` takes it back
    ");
    assert_snapshot!(talk.says(&ana, "edit 1 p1").await, @"#1: call Bo is like that already; nothing changed");
    let nothing = talk.says(&ana, "edit 1").await;
    assert!(nothing.starts_with("You did not say what to change."), "{nothing}");
}

#[tokio::test]
async fn a_task_is_assigned_and_unassigned() {
    let (talk, ana) = with(&["call Bo"]).await;
    talk.direct("sam").await;
    assert_snapshot!(talk.says(&ana, "assign 1 to @sam").await, @"
    Changed #1: call Bo
      for none → sam
      `undo` takes it back
    ");
    let refused = talk.says(&ana, "assign 1 to @bob").await;
    assert!(refused.starts_with("I know no @bob here."), "{refused}");
    let cleared = talk.says(&ana, "unassign 1").await;
    assert!(cleared.contains("  for sam → none\n"), "{cleared}");
}

#[tokio::test]
async fn deleting_a_series_says_that_all_of_it_is_gone() {
    let (talk, ana) = with(&["water the plants every friday 9am", "buy milk"]).await;
    assert_snapshot!(talk.says(&ana, "delete 1").await, @"
    Deleted #1: water the plants
      the whole series is gone: `undo`, or only this one: `undo`, then `skip 1`
    ");
    assert_snapshot!(talk.says(&ana, "undo").await, @"
    Undone, open: #1: water the plants
      status deleted → open
      I'll remind you then
    ");
    assert_snapshot!(talk.says(&ana, "skip 1").await, @"
    Skipped #1: water the plants
      next on Fri 13 Mar 2026 09:00 America/New_York, in 9 days (every Friday at 09:00)
      `undo` takes it back
    ");
    assert_snapshot!(talk.says(&ana, "delete 2").await, @"
    Deleted #2: buy milk
      `undo` takes it back
    ");
}

#[tokio::test]
async fn completing_a_recurring_task_says_when_it_comes_again() {
    let (talk, ana) = with(&["stand-up every weekday 9:30"]).await;
    assert_snapshot!(talk.says(&ana, "done 1").await, @"
    Done #1: stand-up
      next on Fri 6 Mar 2026 09:30 America/New_York, in 2 days (every weekday at 09:30)
      `undo` or `reopen 1` opens it again
    ");
}

#[tokio::test]
async fn only_a_recurring_task_can_be_skipped() {
    let (talk, ana) = with(&["buy milk"]).await;
    assert_snapshot!(talk.says(&ana, "skip 1").await, @"
    #1 does not repeat, so there is nothing to skip.
      Type `done 1` or `delete 1`.
    ");
    let title = talk.says(&ana, "skip the meeting").await;
    assert!(title.starts_with("Added #2: skip the meeting"), "{title}");
}

#[tokio::test]
async fn adding_is_undone_once() {
    let (talk, ana) = with(&["buy milk"]).await;
    assert_snapshot!(talk.says(&ana, "undo").await, @"Undone, gone again: #1: buy milk");
    let again = talk.says(&ana, "undo").await;
    assert!(again.starts_with("Only your last change here can be taken back"), "{again}");
}

#[tokio::test]
async fn a_task_moves_to_a_channel_and_back() {
    let (talk, ana) = with(&["buy milk"]).await;
    talk.in_channel("ana", "ops").await;
    let shared = talk.reply(&ana, "move it to #ops").await;
    assert!(bot::reply::plain(&shared.blocks).starts_with("Moved #1: buy milk to #ops"));
    assert_eq!(Talk::shown(&shared).as_deref(), Some("#ops: ana moved here #1: buy milk"));
    let back = talk.reply(&ana, "move 1 to my list").await;
    assert!(bot::reply::plain(&back.blocks).starts_with("Moved #1: buy milk to your list"));
    assert!(back.private);
    let nowhere = talk.says(&ana, "move 1 to #nowhere").await;
    assert!(nowhere.starts_with("I know no channel #nowhere that you are in."), "{nowhere}");
}

#[tokio::test]
async fn a_member_of_the_channel_takes_a_task_over() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let sam = talk.in_channel("sam", "ops").await;
    talk.says(&ana, "add ship release tomorrow 9am").await;
    let renamed = talk.says(&sam, "rename 1 to sink release").await;
    assert!(renamed.starts_with("Only the author, the assignees and moderators may change"), "{renamed}");
    let claimed = talk.reply(&sam, "claim 1").await;
    assert_snapshot!(bot::reply::plain(&claimed.blocks), @"
    Yours now #1: ship release
      due Thu 5 Mar 2026 09:00 America/New_York, tomorrow
      I'll remind you in #ops then
      `undo` takes it back
    ");
    assert_eq!(Talk::shown(&claimed).as_deref(), Some("#ops: sam took over #1: ship release"));
}

#[tokio::test]
async fn a_rule_is_told_with_the_time_that_goes_with_it_before_and_after_and_back_again() {
    let (talk, ana) = with(&["water the plants every monday 9am"]).await;
    let edited = talk.says(&ana, "edit 1 every tuesday 10am").await;
    assert!(edited.contains("\n  repeats every Monday at 09:00 → every Tuesday at 10:00\n"), "{edited}");
    assert_snapshot!(talk.says(&ana, "undo").await, @"
    Undone, open: #1: water the plants
      due Tue 10 Mar 10:00 → Mon 9 Mar 2026 09:00 America/New_York, in 5 days
      repeats every Tuesday at 10:00 → every Monday at 09:00
      I'll remind you then
    ");
    let days = talk.says(&ana, "edit 1 every friday").await;
    assert!(days.contains("\n  repeats every Monday at 09:00 → every Friday at 09:00\n"), "{days}");
    let back = talk.says(&ana, "undo").await;
    assert!(back.contains("\n  repeats every Friday at 09:00 → every Monday at 09:00\n"), "{back}");
    let cleared = talk.says(&ana, "edit 1 no repeat").await;
    assert!(cleared.contains("\n  repeats every Monday at 09:00 → none\n"), "{cleared}");
}
