//! Reminders: out once, never early, and whatever the platform answers is written down.

use std::sync::Arc;
use std::time::Duration;

use consumers::{Claimer, Deliverer};
use domain::access::Principal;
use domain::command::{AddTask, Command};
use domain::event::EventType;
use domain::place::Place;
use domain::ports::chat::{Chat, PostError};
use domain::task::Task;

use super::{Bench, eventually};
use crate::kit::world::{by_id, draft, due};

const BEFORE: &str = "2026-03-05T13:59:59Z";
const DUE: &str = "2026-03-05T14:00:00Z";

/// A task that is due at nine in New York.
async fn at_nine(bench: &Bench, who: &Principal, title: &str) -> Task {
    bench.world.add(who, AddTask { due: Some(due("2026-03-05T09:00")), ..draft(who, title) }).await
}

async fn in_channel(bench: &Bench, who: &Principal, title: &str, channel: &str) -> Task {
    let list = bench.world.join(who, channel).await;
    bench.world.add(who, AddTask { list, due: Some(due("2026-03-05T09:00")), ..draft(who, title) }).await
}

async fn count(bench: &Bench, kind: EventType) -> usize {
    bench.audited_kinds().await.into_iter().filter(|one| *one == kind).count()
}

/// When the next reminder or delivery wants attention.
async fn next(bench: &Bench) -> String {
    let reach = [Chat::reach(bench.chat.as_ref())];
    let next = bench.parts.tasks.agenda.next_reminder(&reach).await.expect("an answer");
    next.map(|at| at.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn reminder_is_posted_once_and_recorded() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    at_nine(&bench, &ana, "stretch").await;
    let running = bench.start();
    bench.set(BEFORE);
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert!(bench.chat.posts().is_empty(), "never early");
    bench.set(DUE);
    eventually("it is recorded", || async { count(&bench, EventType::ReminderDelivered).await == 1 }).await;
    bench.set("2026-03-05T18:00:00Z");
    bench.end(running).await;
    let posts = bench.chat.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].place, Place::Direct(ana.person));
    assert_eq!(bench.chat.titles(), ["stretch"]);
    let history =
        [EventType::TaskCreated, EventType::ReminderScheduled, EventType::ReminderDue, EventType::ReminderDelivered];
    assert_eq!(bench.audited_kinds().await, history);
}

#[tokio::test]
async fn nothing_is_claimed_by_a_clock_that_cannot_be_believed() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    at_nine(&bench, &ana, "stretch").await;
    bench.world.clock.trust(false);
    let running = bench.start();
    bench.set(DUE);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(bench.chat.posts().is_empty(), "late is better than early");
    bench.world.clock.trust(true);
    eventually("it is recorded", || async { count(&bench, EventType::ReminderDelivered).await == 1 }).await;
    bench.end(running).await;
}

#[tokio::test]
async fn several_due_for_one_place_are_one_message() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    for title in ["stretch", "drink", "breathe"] {
        at_nine(&bench, &ana, title).await;
    }
    let running = bench.start();
    bench.set(DUE);
    eventually("all are recorded", || async { count(&bench, EventType::ReminderDelivered).await == 3 }).await;
    bench.end(running).await;
    assert_eq!(bench.chat.posts().len(), 1);
    assert_eq!(bench.chat.titles(), ["stretch", "drink", "breathe"]);
}

#[tokio::test]
async fn refused_post_ends_as_failed_and_the_author_sees_why() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    in_channel(&bench, &ana, "ship release", "ops").await;
    bench.chat.answer(PostError::Refused { reason: "the bot is not in #ops".to_owned() });
    let running = bench.start();
    bench.set(DUE);
    eventually("the author is told", || async { count(&bench, EventType::ReminderDelivered).await == 1 }).await;
    bench.end(running).await;
    assert_eq!(count(&bench, EventType::ReminderFailed).await, 1);
    let posts = bench.chat.posts();
    let places: Vec<&Place> = posts.iter().map(|posting| &posting.place).collect();
    assert_eq!(places, [&Place::Channel("ops".to_owned()), &Place::Direct(ana.person)]);
    let note = posts[1].items[0].note.as_deref().unwrap_or_default();
    assert!(note.contains("the bot is not in #ops"), "{note}");
}

#[tokio::test]
async fn what_is_more_than_one_message_takes_comes_in_several() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    for title in ["stretch", "drink", "breathe"] {
        at_nine(&bench, &ana, title).await;
    }
    bench.chat.answer(PostError::TooLong { reason: "it says more than one message takes".to_owned() });
    let running = bench.start();
    bench.set(DUE);
    eventually("all are recorded", || async { count(&bench, EventType::ReminderDelivered).await == 3 }).await;
    bench.end(running).await;
    assert_eq!(count(&bench, EventType::ReminderFailed).await, 0);
    assert_eq!(bench.chat.titles().split_off(3), ["stretch", "drink", "breathe"], "after all of them, each once");
    let deliveries: Vec<_> = bench.chat.posts().iter().map(|posting| posting.delivery).collect();
    assert!(deliveries.len() == 3 && deliveries[1] != deliveries[2], "{deliveries:?}");
}

#[tokio::test]
async fn a_look_that_the_platform_puts_off_is_no_attempt() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    at_nine(&bench, &ana, "stretch").await;
    bench.chat.answer(PostError::Unknown { reason: "the connection broke".to_owned() });
    let put_off = || PostError::Unsettled { after: Some(Duration::from_secs(60)), reason: "not now".to_owned() };
    (0..3).for_each(|_| bench.chat.answer(put_off()));
    let running = bench.start();
    bench.set(DUE);
    for (now, then) in [("14:00:11", "14:01:11"), ("14:01:11", "14:02:11"), ("14:02:11", "14:03:11")] {
        let at = |time: &str| format!("2026-03-05T{time}Z");
        eventually("it waits", || async { next(&bench).await == at(now) }).await;
        bench.set(&at(now));
        eventually("it waits as long as it was asked to", || async { next(&bench).await == at(then) }).await;
    }
    bench.set("2026-03-05T14:03:11Z");
    eventually("it is recorded", || async { count(&bench, EventType::ReminderDelivered).await == 1 }).await;
    bench.end(running).await;
    let attempts: Vec<u32> = bench.chat.posts().iter().map(|posting| posting.attempt).collect();
    assert_eq!(attempts, [1, 2, 2, 2, 2]);
}

#[tokio::test]
async fn unanswered_post_is_tried_again() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    at_nine(&bench, &ana, "stretch").await;
    bench.chat.answer(PostError::Unknown { reason: "the connection broke".to_owned() });
    bench.chat.answer(PostError::Later { after: Some(Duration::from_secs(90)), reason: "slow down".to_owned() });
    let running = bench.start();
    bench.set(DUE);
    eventually("it was tried", || async { next(&bench).await == "2026-03-05T14:00:11Z" }).await;
    bench.set("2026-03-05T14:00:30Z");
    eventually("it was tried again", || async { next(&bench).await == "2026-03-05T14:02:00Z" }).await;
    bench.set("2026-03-05T14:01:59Z");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.chat.posts().len(), 2, "the platform's wait is respected");
    bench.set("2026-03-05T14:02:01Z");
    eventually("it is recorded", || async { count(&bench, EventType::ReminderDelivered).await == 1 }).await;
    bench.end(running).await;
    let posts = bench.chat.posts();
    assert_eq!(posts.iter().map(|posting| posting.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(posts.iter().all(|posting| posting.delivery == posts[0].delivery), "one key for all attempts");
    assert_eq!(count(&bench, EventType::ReminderDue).await, 1);
}

#[tokio::test]
async fn a_place_that_hangs_holds_up_no_other() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    in_channel(&bench, &ana, "stuck", "abyss").await;
    in_channel(&bench, &ana, "moves", "ops").await;
    bench.chat.hang("abyss");
    let running = bench.start();
    bench.set(DUE);
    eventually("the other is posted", || async { bench.chat.titles() == ["moves"] }).await;
    running.stop(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_reminder_cancelled_after_the_claim_never_arrives() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    let task = at_nine(&bench, &ana, "stretch").await;
    bench.set(DUE);
    let claimer = Claimer::new(bench.parts.tasks.clone(), bench.parts.chats.clone());
    assert_eq!(claimer.round().await.expect("claimed"), 1);
    bench.world.run(&ana, Command::Done(by_id(&task))).await;
    let deliverer = Arc::new(Deliverer::new(&bench.parts));
    deliverer.round().await.expect("a round");
    assert!(bench.chat.posts().is_empty());
    let kinds: Vec<EventType> = bench.incoming().await.iter().map(|one| one.event.kind).collect();
    assert!(kinds.contains(&EventType::ReminderCancelled) && !kinds.contains(&EventType::ReminderDelivered));
}

#[tokio::test]
async fn an_attempt_that_died_is_taken_up_after_its_lease() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    at_nine(&bench, &ana, "stretch").await;
    bench.set(DUE);
    Claimer::new(bench.parts.tasks.clone(), bench.parts.chats.clone()).round().await.expect("claimed");
    let reach = [Chat::reach(bench.chat.as_ref())];
    let due = bench.parts.tasks.agenda.due_deliveries(&reach, DUE.parse().expect("a time"), 10).await.expect("due");
    let (tenant, delivery) = due[0].clone();
    bench.world.deliveries.begin(&tenant, delivery).await.expect("begun").expect("an attempt");
    let deliverer = Arc::new(Deliverer::new(&bench.parts));
    assert_eq!(deliverer.round().await.expect("a round"), 0, "somebody else is at it");
    bench.set("2026-03-05T14:01:01Z");
    assert_eq!(deliverer.round().await.expect("a round"), 1);
    assert_eq!(bench.chat.posts()[0].attempt, 2);
}
