//! Recurrence: completed or overtaken, the next occurrence is made once.

use std::sync::Arc;

use consumers::Role;
use domain::access::Principal;
use domain::command::{AddTask, Command};
use domain::event::EventType;
use domain::query::TaskQuery;
use domain::task::{Status, Task};

use super::{Bench, eventually};
use crate::kit::world::{by_id, draft, due, repeat};

async fn daily(bench: &Bench, who: &Principal) -> Task {
    let due = Some(due("2026-03-05T09:00"));
    bench.world.add(who, AddTask { due, repeat: Some(repeat("FREQ=DAILY")), ..draft(who, "water the plants") }).await
}

async fn with_status(bench: &Bench, who: &Principal, status: Status) -> Vec<Task> {
    let query = TaskQuery { status: vec![status], limit: 100, ..TaskQuery::default() };
    let page = bench.world.tasks.find(who, &query).await.expect("a page");
    page.items.into_iter().map(|listed| listed.task).collect()
}

async fn created(bench: &Bench) -> usize {
    bench.incoming().await.iter().filter(|one| one.event.kind == EventType::TaskCreated).count()
}

#[tokio::test]
async fn completing_a_recurring_task_makes_the_next_once() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    let first = daily(&bench, &ana).await;
    let running = bench.start();
    bench.world.run(&ana, Command::Done(by_id(&first))).await;
    eventually("there is a next one", || async { created(&bench).await == 2 }).await;
    let events = bench.task_events().await;
    let completed = events.iter().find(|one| one.event.kind == EventType::TaskCompleted).expect("completed");
    let recurrence = bench.handler(Role::Recurrence);
    recurrence.handle(std::slice::from_ref(completed)).await.expect("a repetition is handled");
    bench.end(running).await;
    assert_eq!(created(&bench).await, 2);
    let open = with_status(&bench, &ana, Status::Open).await;
    assert_eq!(open.iter().map(|task| task.due.clone()).collect::<Vec<_>>(), [Some(due("2026-03-06T09:00"))]);
    let next = bench.audited().await.into_iter().rfind(|event| event.kind == EventType::TaskCreated).expect("audited");
    assert_eq!(next.data.caused_by, Some(completed.event.id), "it says which event led to it");
}

#[tokio::test]
async fn a_stop_in_order_leaves_nothing_behind() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    let first = daily(&bench, &ana).await;
    let running = bench.start();
    bench.world.run(&ana, Command::Done(by_id(&first))).await;
    running.stop(std::time::Duration::from_secs(10)).await;
    assert_eq!(created(&bench).await, 2, "the next one was still made");
    assert_eq!(bench.audited().await.len(), bench.records().await.len(), "and audited");
}

#[tokio::test]
async fn a_replay_without_its_receipt_is_handled_too() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    let first = daily(&bench, &ana).await;
    bench.world.run(&ana, Command::Done(by_id(&first))).await;
    let completed = bench.task_events().await.pop().expect("completed");
    let recurrence = bench.handler(Role::Recurrence);
    recurrence.handle(std::slice::from_ref(&completed)).await.expect("handled");
    let mut again = completed.clone();
    // Another id has no receipt, but the same place in the stream: its inbox mark is taken.
    Arc::make_mut(&mut again.event).id = domain::ids::EventId(uuid::Uuid::from_u128(7));
    recurrence.handle(&[again]).await.expect("handled again");
    assert_eq!(created(&bench).await, 2);
}

#[tokio::test]
async fn an_occurrence_that_nobody_ticks_is_overtaken_by_the_next() {
    let bench = Bench::new().await;
    let ana = bench.ana().await;
    let first = daily(&bench, &ana).await;
    let running = bench.start();
    bench.set("2026-03-06T14:00:00Z");
    eventually("the next one has come", || async { created(&bench).await == 2 }).await;
    assert_eq!(bench.world.task(&ana, &first).await.status, Status::Missed);
    bench.set("2026-03-07T14:00:00Z");
    eventually("and the one after it", || async { created(&bench).await == 3 }).await;
    bench.end(running).await;
    assert_eq!(with_status(&bench, &ana, Status::Open).await.len(), 1);
    assert_eq!(with_status(&bench, &ana, Status::Missed).await.len(), 2);
}
