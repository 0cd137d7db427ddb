//! Help, settings, history, and lines that could not be read.

use bot::reply::plain;
use consumers::{Parts, Role, start};
use domain::ports::audit::AuditQuery;
use insta::assert_snapshot;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;

use super::talk::Talk;

#[tokio::test]
async fn help_is_short_and_has_a_page_for_each_command() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let overview = talk.says(&ana, "help").await;
    assert!(overview.lines().count() < 20, "{overview}");
    assert_snapshot!(talk.says(&ana, "help snooze").await, @"
    Puts the next reminder off. The due stays where it is; `move` changes that.
      `snooze 3 20m`                 20 minutes from now
      `snooze 3 until tomorrow 9am`  until then
      `snooze 2h`                    the last reminder that came here
      `snooze`                       the last reminder, by an hour
    ");
    assert!(talk.says(&ana, "help skip").await.starts_with("Leaves out this one"));
    assert_eq!(talk.says(&ana, "list").await.lines().next(), Some("There are no open tasks."));
}

#[tokio::test]
async fn settings_are_shown_and_changed_and_tell_what_moved_along() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.says(&ana, "pay rent tomorrow").await;
    assert_snapshot!(talk.says(&ana, "timezone Europe/Madrid").await, @"
    Saved. Your settings now:
      time zone                        Europe/Madrid, where it is Wed 16:00 now  `timezone Europe/Madrid`
      a day without a time reminds at  09:00                                     `set default time 8:30`
      day and month                    4/5 is April 5                            `set date order dmy`
      a week begins on                 Monday                                    `set week start sunday`
      hours                            “at 5” is 17:00, “at 9” is 09:00          `set clock 24h`
    These follow your zone and moved with it:
      #1: pay rent, due Thu 5 Mar 2026, tomorrow
    ");
    talk.says(&ana, "set default time 8:30").await;
    talk.says(&ana, "set date order to day first").await;
    assert_snapshot!(talk.says(&ana, "settings").await, @"
    Your settings
      time zone                        Europe/Madrid, where it is Wed 16:00 now  `timezone Europe/Madrid`
      a day without a time reminds at  08:30                                     `set default time 8:30`
      day and month                    4/5 is 4 May                              `set date order dmy`
      a week begins on                 Monday                                    `set week start sunday`
      hours                            “at 5” is 17:00, “at 9” is 09:00          `set clock 24h`
    ");
    let read = talk.says(&ana, "party on 4/5").await;
    assert!(read.contains("due Mon 4 May 2026, in 2 months"), "{read}");
}

#[tokio::test]
async fn without_a_zone_only_relative_times_are_taken() {
    let talk = Talk::begins().await;
    let eve = talk.without_zone("eve").await;
    assert_snapshot!(talk.says(&eve, "call Bo tomorrow 5pm").await, @"
    I do not know your time zone yet, so I cannot tell when that is.
      Say it once, e.g. `timezone Europe/Madrid`, then type that again; `in 20 minutes` works without it.
    ");
    assert!(talk.says(&eve, "stretch in 20 minutes").await.starts_with("Added #1: stretch"));
    assert!(talk.says(&eve, "buy milk").await.starts_with("Added #2: buy milk"));
    talk.says(&eve, "timezone Europe/Madrid").await;
    let read = talk.says(&eve, "call Bo tomorrow 5pm").await;
    assert!(read.contains("due Thu 5 Mar 2026 17:00 Europe/Madrid, tomorrow"), "{read}");
}

#[tokio::test]
async fn a_line_that_breaks_says_where_and_what_would_work() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "pay rent on 31 feb").await, @"
    I understood that you want a new task, but not “on 31 feb”.
      That day is in no calendar; I understand `friday`, `march 12`, `4/15` or `2026-12-24`.
    ");
    assert_snapshot!(talk.says(&ana, "done").await, @"
    I understood that something is done, but you did not say which task.
      Say which task by its number, for example `done 3`.
    ");
    let reply = talk.reply(&ana, "timezone Mars/Base").await;
    let expected =
        bot::reply::Verdict::Refused { code: domain::refusal::Code::NotUnderstood, misread: Some("invalid_timezone") };
    assert_eq!(reply.verdict, expected);
}

#[tokio::test]
async fn web_says_where_the_api_is_and_how_to_sign_in() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "web").await, @"
    The HTTP API is at http://127.0.0.1:8080
      sign in with a token: `taskbot token create --user ana` prints one
    ");
}

#[tokio::test]
async fn the_history_tells_who_did_what_when() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    for line in ["call Ana friday 5pm", "edit 1 p1 due saturday", "done 1"] {
        talk.says(&ana, line).await;
        talk.world.clock.forward(SignedDuration::from_mins(5));
    }
    audited(&talk, 7).await;
    assert_snapshot!(talk.says(&ana, "history 1").await, @"
    History of #1: call Ana
      Wed 4 Mar 10:00  ana  added it: “call Ana”, due Fri 6 Mar 17:00
      Wed 4 Mar 10:00  ana  set a reminder for Fri 6 Mar 17:00
      Wed 4 Mar 10:05  ana  changed due Fri 6 Mar 17:00 → Sat 7 Mar; priority none → urgent
      Wed 4 Mar 10:05  ana  took back the reminder for Fri 6 Mar 17:00 (moved)
      Wed 4 Mar 10:05  ana  set a reminder for Sat 7 Mar 09:00
      Wed 4 Mar 10:10  ana  completed it
      Wed 4 Mar 10:10  ana  took back the reminder for Sat 7 Mar 09:00 (the task was done)
    ");
    let latest = talk.says(&ana, "history").await;
    assert!(latest.starts_with("What happened last, latest first"), "{latest}");
    assert!(talk.says(&ana, "history 9").await.starts_with("There is no task #9 here."));
}

#[tokio::test]
async fn a_history_longer_than_is_read_at_once_begins_with_the_latest_and_is_turned_to_the_first() {
    let talk = Talk::unhurried().await;
    let ana = talk.direct("ana").await;
    talk.says(&ana, "call Ana").await;
    for nth in 1..=260 {
        talk.turns.take_in_turn(talk.message(&ana, &format!("edit 1 title errand {nth:03}"))).await;
    }
    audited(&talk, 261).await;
    let first = talk.slowly(&ana, "history 1").await;
    assert!(first.contains("160+ earlier events are left out") && first.ends_with("→ “errand 260”"), "{first}");
    let sixth = talk.slowly(&ana, "history 1, page 6").await;
    assert!(sixth.contains("21 earlier events are left out") && sixth.ends_with("→ “errand 060”"), "{sixth}");
    let last = talk.reply(&ana, "history 1, page 7").await;
    assert_eq!(last.pages.and_then(|pages| pages.next), None);
    let last = plain(&last.blocks);
    assert!(last.contains("added it: “call Ana”") && last.ends_with("→ “errand 020”"), "{last}");
}

/// How many events the audit log holds.
async fn written(talk: &Talk) -> usize {
    let mut query = AuditQuery { limit: 200, ..AuditQuery::default() };
    let mut events = 0;
    loop {
        let page = talk.world.tasks.audit.page(&query).await.expect("a page");
        events += page.items.len();
        query.after = page.next;
        if page.next.is_none() {
            return events;
        }
    }
}

/// Lets the audit consumer catch up.
async fn audited(talk: &Talk, events: usize) {
    let parts = Parts {
        tasks: talk.world.tasks.clone(),
        bus: Arc::new(talk.world.bus()),
        outbox: talk.world.store.clone(),
        inbox: talk.world.store.clone(),
        sealer: talk.world.sealer(),
        leases: Arc::new(embedded::FileLeases::default()),
        chats: Vec::new(),
        broker: consumers::Broker::default(),
    };
    let running = start(&parts, &[Role::Audit]);
    for _ in 0..3_000 {
        if written(talk).await >= events {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop(Duration::from_secs(5)).await;
}
