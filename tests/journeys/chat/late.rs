//! Lines that were said a while before they are heard.

use bot::reply::plain;
use insta::assert_snapshot;
use jiff::SignedDuration;

use super::talk::{Speaker, Talk};

/// What is answered to a line that was said five minutes ago.
async fn said_before(talk: &Talk, who: &Speaker, text: &str) -> String {
    let mut message = talk.message(who, text);
    message.said_at -= SignedDuration::from_mins(5);
    plain(&talk.turns.take(message).await.blocks)
}

#[tokio::test]
async fn a_time_counts_from_when_it_was_said_and_one_that_has_passed_since_comes_at_once() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(said_before(&talk, &ana, "remind me to stretch in 20 minutes").await, @"
    Added #1: stretch
      due Wed 4 Mar 2026 10:15 America/New_York, in 15 minutes
      on your list
      I'll remind you then
      change it with `move 1 to friday 5pm` or `edit 1 …`; `undo` takes it back
    ");
    assert!(talk.world.sends().await.is_empty(), "not yet");
    assert_snapshot!(said_before(&talk, &ana, "remind me to breathe in 1 minute").await, @"
    Added #2: breathe
      due Wed 4 Mar 2026 09:56 America/New_York, 4 minutes ago
      on your list
      I'll remind you now
      change it with `move 2 to friday 5pm` or `edit 2 …`; `undo` takes it back
    ");
    assert_eq!(talk.world.sends().await, [(ana.place.clone(), vec![2])]);
}

#[tokio::test]
async fn a_snooze_that_has_passed_since_it_was_said_comes_at_once() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.says(&ana, "call Bo tomorrow").await;
    assert_snapshot!(said_before(&talk, &ana, "snooze 1 for 2 minutes").await, @"
    Snoozed #1: call Bo until Wed 4 Mar 2026 09:57 America/New_York, 3 minutes ago
      due Thu 5 Mar 2026, tomorrow, as before
      I'll remind you now
      `undo` takes it back
    ");
    assert_eq!(talk.world.sends().await, [(ana.place.clone(), vec![1])]);
}
