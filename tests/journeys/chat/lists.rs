//! Lists: grouped, numbered, aligned, and honest about what they leave out.

use std::collections::BTreeSet;

use bot::reply::plain;
use domain::command::AddTask;
use insta::assert_snapshot;

use super::talk::Talk;
use crate::kit::world::{draft, due};

#[tokio::test]
async fn a_list_is_grouped_by_when_things_are_due() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.direct("sam").await;
    talk.world.clock.set("2026-03-03T15:00:00Z");
    talk.says(&ana, "file taxes today 6pm").await;
    talk.says(&ana, "remind me to stretch in 20 minutes").await;
    talk.world.clock.set("2026-03-03T15:20:01Z");
    let still_to_ring = talk.says(&ana, "list").await;
    assert!(still_to_ring.contains("Today\n  #2  10:20  stretch"), "{still_to_ring}");
    talk.world.sends().await;
    talk.world.clock.set("2026-03-04T15:00:00Z");
    let lines = [
        "call Ana today 5pm #home !high",
        "buy bread today",
        "pay rent tomorrow",
        "tidy up",
        "remind me to stand up every weekday 9:30",
        "deploy @sam 2027-01-08 15:00",
    ];
    for line in lines {
        talk.says(&ana, line).await;
    }
    assert_snapshot!(talk.says(&ana, "list").await, @"
    7 open tasks
    Overdue
      #1  Tue 3 Mar 18:00       file taxes
    Today
      #3  17:00                 call Ana    high, #home
      #4  any time              buy bread
    Tomorrow
      #7  09:30                 stand up    every weekday at 09:30
      #5  any time              pay rent
    Later
      #8  Fri 8 Jan 2027 15:00  deploy      for sam
    No date
      #6                        tidy up
    Past reminders
      #2  Tue 3 Mar 10:20       stretch
    ");
}

#[tokio::test]
async fn past_reminders_that_a_list_has_no_room_for_are_listed_by_a_line_of_their_own() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    for nth in 1..=7 {
        talk.says(&ana, &format!("remind me to stretch {nth} in {nth} minutes")).await;
    }
    talk.world.clock.set("2026-03-04T15:10:00Z");
    talk.world.sends().await;
    assert_snapshot!(talk.says(&ana, "list").await, @"
    No open tasks
    Past reminders (the latest 5)
      #7  Wed 4 Mar 10:07  stretch 7
      #6  Wed 4 Mar 10:06  stretch 6
      #5  Wed 4 Mar 10:05  stretch 5
      #4  Wed 4 Mar 10:04  stretch 4
      #3  Wed 4 Mar 10:03  stretch 3
      `list past` shows all of them
    ");
    assert_snapshot!(talk.says(&ana, "list past limit 6").await, @"
    7 past reminders
      #7  Wed 4 Mar 10:07  stretch 7
      #6  Wed 4 Mar 10:06  stretch 6
      #5  Wed 4 Mar 10:05  stretch 5
      #4  Wed 4 Mar 10:04  stretch 4
      #3  Wed 4 Mar 10:03  stretch 3
      #2  Wed 4 Mar 10:02  stretch 2
      1 more; `list past limit 7` shows more, `list today`, `list #tag` or `find word` narrows it down
    ");
    assert_snapshot!(talk.says(&ana, "list past limit 6, page 2").await, @"
    7 past reminders
      #1  Wed 4 Mar 10:01  stretch 1
      page 2 of 2
    ");
    for nth in 1..=2 {
        talk.says(&ana, &format!("done {nth}")).await;
    }
    let list = talk.says(&ana, "list").await;
    assert!(list.contains("\nPast reminders\n") && !list.contains("list past"), "{list}");
}

#[tokio::test]
async fn an_empty_list_says_what_to_type() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    assert_snapshot!(talk.says(&ana, "list").await, @"
    There are no open tasks.
      add one: `call Ana tomorrow 5pm`, or `help`
    ");
    assert_snapshot!(talk.says(&ana, "list #home").await, @"
    I found no open tasks.
      `list` shows all that is open
    ");
    assert!(talk.says(&ana, "list done").await.starts_with("I found no done tasks."));
    assert!(talk.says(&ana, "list overdue").await.starts_with("I found no overdue tasks."));
}

#[tokio::test]
async fn a_channel_lists_its_own_tasks_and_a_direct_message_what_concerns_its_person() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    let ana_in_ops = talk.in_channel("ana", "ops").await;
    let sam = talk.in_channel("sam", "ops").await;
    talk.says(&ana, "buy milk").await;
    talk.says(&ana_in_ops, "add ship release").await;
    talk.says(&sam, "add fix build @ana").await;
    talk.says(&sam, "add sweep floor").await;
    assert_snapshot!(talk.says(&ana_in_ops, "list").await, @"
    3 open tasks on #ops
    No date
      #2    ship release
      #3    fix build     for you
      #4    sweep floor
    ");
    assert_snapshot!(talk.says(&ana, "list").await, @"
    3 open tasks
    No date
      #1    buy milk
      #2    ship release  on #ops
      #3    fix build     for you, on #ops
    ");
    assert!(talk.says(&ana, "find sweep").await.contains("sweep floor  on #ops"));
}

#[tokio::test]
async fn a_long_list_says_how_much_is_left_out() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    for task in 1..=35 {
        let message = talk.message(&ana, &format!("errand {task}"));
        talk.turns.take_in_turn(message).await;
    }
    let list = talk.slowly(&ana, "list").await;
    assert!(list.starts_with("35 open tasks\n"), "{list}");
    assert!(
        list.ends_with(
            "\n  5 more; `list limit 35` shows more, `list today`, `list #tag` or `find word` narrows it down"
        ),
        "{list}"
    );
    assert_eq!(talk.slowly(&ana, "list limit 35").await.lines().count(), 37);
    let top = talk.slowly(&ana, "list top 3").await;
    assert!(top.starts_with("35 open tasks\n") && top.contains("\n  32 more; `list limit 35` shows more"), "{top}");
    let second = talk.slowly(&ana, "list limit 20, page 2").await;
    assert!(second.ends_with("\n  page 2 of 2") && second.matches("errand").count() == 15, "{second}");
}

#[tokio::test]
async fn a_list_of_more_than_are_counted_is_turned_to_its_end() {
    let talk = Talk::unhurried().await;
    let ana = talk.direct("ana").await;
    let (channel, me) = (talk.world.join(&ana.principal, "ops").await, talk.in_channel("ana", "ops").await);
    for task in 1..=250_u32 {
        let due = (task % 3 == 0).then(|| due("2026-03-04T09:00"));
        let errand = draft(&ana.principal, &format!("errand {task:03}"));
        talk.world.add(&ana.principal, AddTask { list: channel.clone(), due, ..errand }).await;
    }
    let mut seen = BTreeSet::new();
    for page in 1..=9 {
        let reply = talk.turns.take_in_turn(talk.message(&me, &format!("list, page {page}"))).await;
        let shown = plain(&reply.blocks);
        let next = reply.pages.and_then(|pages| pages.next);
        assert_eq!(next.is_some(), page < 9, "page {page}: {shown}");
        assert!(
            page == 1 || shown.ends_with(&format!("page {page} of {}", if page < 7 { "7+" } else { "9" })),
            "{shown}"
        );
        seen.extend(shown.split("errand ").skip(1).map(|row| row[..3].to_owned()));
        assert!(shown.contains(if page < 7 { "200+ open tasks" } else { "250 open tasks" }), "{shown}");
    }
    assert_eq!(seen.len(), 250, "each on its page");
}

#[tokio::test]
async fn done_tasks_say_by_whom_and_when() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.says(&ana, "buy milk").await;
    talk.says(&ana, "done 1").await;
    assert_snapshot!(talk.says(&ana, "list done").await, @"
    1 done task
      #1    buy milk  done by ana at 10:00
    ");
}
