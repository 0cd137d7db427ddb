//! Every change is whole: what rows become, their versions and their events are one commit. And every no is of use.

use std::collections::BTreeSet;

use domain::change::{Change, Put};
use domain::command::{AddTask, Command, MoveTo, TaskEdit};
use domain::event::{EventType, Stream};
use domain::refusal::Refusal;
use domain::task::Task;

use crate::kit::noting::Noting;
use crate::kit::world::{World, by_id, draft, due, repeat};

/// Each row is written once and goes on from the version that was seen; each task and reminder has one event of that
/// version in the same change, and there are no others.
pub(super) fn assert_whole(change: &Change, context: &str) {
    let mut written: Vec<(Stream, u64)> = Vec::new();
    for put in &change.tasks {
        assert_eq!(put.row.version, put.was.unwrap_or_default() + 1, "{context}: {put:?}");
        written.push((Stream::Task(put.row.id), put.row.version));
    }
    for put in &change.reminders {
        assert_eq!(put.row.version, put.was.unwrap_or_default() + 1, "{context}: {put:?}");
        written.push((Stream::Reminder(put.row.id), put.row.version));
    }
    let told: Vec<(Stream, u64)> = change.events.iter().map(|event| (event.stream(), event.data.version)).collect();
    let sorted = |all: &[(Stream, u64)]| all.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!((sorted(&told), told.len()), (sorted(&written), written.len()), "{context}");
    assert!(streams(&written).len() == written.len(), "{context}: each row once: {written:?}");
    for event in change.events.iter().filter(|event| event.data.task.is_some()) {
        let view = event.data.task.as_ref().expect("a task");
        let row = &change.tasks.iter().find(|put| put.row.id == view.id).expect("its row").row;
        let says = (view.version, view.title.as_str(), view.status, view.number);
        assert_eq!(says, (row.version, row.title.as_str(), row.status, row.number), "{context}");
    }
    once(change.series.iter().map(|put| (put.row.id, put.row.version, put.was)), context);
    once(change.deliveries.iter().map(|put| (put.row.id, put.row.version, put.was)), context);
    one_tenant(change, context);
}

fn streams(written: &[(Stream, u64)]) -> BTreeSet<Stream> {
    written.iter().map(|(stream, _)| *stream).collect()
}

fn once<Id: Ord + Copy + std::fmt::Debug>(rows: impl Iterator<Item = (Id, u64, Option<u64>)>, context: &str) {
    let mut seen = BTreeSet::new();
    for (id, version, was) in rows {
        assert!(seen.insert(id), "{context}: {id:?} is written twice");
        assert_eq!(version, was.unwrap_or_default() + 1, "{context}: {id:?}");
    }
}

fn one_tenant(change: &Change, context: &str) {
    let of = |put: &Put<Task>| put.row.tenant.clone();
    let mut tenants: BTreeSet<_> = change.tasks.iter().map(of).collect();
    tenants.extend(change.events.iter().map(|event| event.data.tenant_id.clone()));
    tenants.extend(change.reminders.iter().map(|put| put.row.tenant.clone()));
    assert!(tenants.len() <= 1, "{context}: {tenants:?}");
}

/// A sentence that says why, and a step that can be taken; what can be typed stands between back-ticks.
pub(super) fn assert_helpful(refusal: &Refusal, context: &str) {
    let plain = refusal.plain_step.iter();
    for text in [&refusal.sentence, &refusal.next_step].into_iter().chain(plain) {
        let begins = text.chars().next().is_some_and(|first| first.is_uppercase() || matches!(first, '#' | '`' | '“'));
        assert!(begins && text.ends_with(['.', '?', '!']), "{context}: {text:?} is no sentence");
        assert!(text.matches('`').count().is_multiple_of(2), "{context}: {text:?}");
        assert!(!text.contains("Some(") && !text.contains("None") && !text.contains("  "), "{context}: {text:?}");
    }
    assert!(refusal.plain_step.as_ref().is_none_or(|step| !step.contains('`')), "{context}: {refusal:?}");
}

/// What the one change that was committed last tells, in order.
fn told(noting: &Noting) -> Vec<EventType> {
    let [change] = &noting.taken()[..] else { panic!("one change") };
    assert_whole(change, "it");
    change.events.iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn a_due_is_told_to_whoever_reads_reminders_in_the_commit_that_sets_moves_or_clears_it() {
    use EventType::{ReminderCancelled as Cancelled, ReminderScheduled as Scheduled, TaskCreated, TaskUpdated};
    let mut world = World::new().await;
    let noting = Noting::before(&mut world);
    let ana = world.person("ana").await;
    world.add(&ana, draft(&ana, "no due")).await;
    assert_eq!(told(&noting), [TaskCreated]);
    let friday = Some(due("2026-03-06T09:00"));
    let task = world.add(&ana, AddTask { due: friday, ..draft(&ana, "a due") }).await;
    assert_eq!(told(&noting), [TaskCreated, Scheduled]);
    let to = MoveTo::Due(due("2026-03-07T09:00"));
    world.run(&ana, Command::Move { tasks: by_id(&task), to }).await;
    assert_eq!(told(&noting), [TaskUpdated, Cancelled, Scheduled]);
    let cleared = Box::new(TaskEdit { due: Some(None), ..TaskEdit::default() });
    world.run(&ana, Command::Edit { tasks: by_id(&task), edit: cleared, expected: None }).await;
    assert_eq!(told(&noting), [TaskUpdated, Cancelled]);
    let renamed = Box::new(TaskEdit { title: Some("another".to_owned()), ..TaskEdit::default() });
    world.run(&ana, Command::Edit { tasks: by_id(&task), edit: renamed, expected: None }).await;
    assert_eq!(told(&noting), [TaskUpdated], "what is no due tells nobody of reminders");
}

#[tokio::test]
async fn completing_tells_of_the_end_of_its_reminder_and_the_next_one_of_its_beginning() {
    use EventType::{ReminderCancelled as Cancelled, ReminderScheduled as Scheduled, TaskCompleted, TaskCreated};
    let mut world = World::new().await;
    let noting = Noting::before(&mut world);
    let ana = world.person("ana").await;
    let daily = AddTask { due: Some(due("2026-03-05T09:00")), repeat: Some(repeat("FREQ=DAILY")), ..draft(&ana, "up") };
    let task = world.add(&ana, daily).await;
    assert_eq!(told(&noting), [TaskCreated, Scheduled]);
    world.run(&ana, Command::Done(by_id(&task))).await;
    assert_eq!(told(&noting), [TaskCompleted, Cancelled]);
    world.advance(&task).await;
    assert_eq!(told(&noting), [TaskCreated, Scheduled]);
    world.advance(&task).await;
    assert!(noting.taken().is_empty(), "a series that is up to date writes nothing");
}

#[tokio::test]
async fn what_changes_nothing_writes_and_tells_nothing() {
    let mut world = World::new().await;
    let noting = Noting::before(&mut world);
    let ana = world.person("ana").await;
    let task = world.add(&ana, AddTask { due: Some(due("2026-03-06T09:00")), ..draft(&ana, "call Bo") }).await;
    let done = world.add(&ana, draft(&ana, "done")).await;
    world.run(&ana, Command::Done(by_id(&done))).await;
    noting.taken();
    let same =
        Box::new(TaskEdit { title: Some("call Bo".to_owned()), due: Some(task.due.clone()), ..TaskEdit::default() });
    let to = MoveTo::Due(due("2026-03-06T09:00"));
    for command in [
        Command::Edit { tasks: by_id(&task), edit: same, expected: Some(1) },
        Command::Move { tasks: by_id(&task), to },
        Command::Reopen(by_id(&task)),
        Command::Done(by_id(&done)),
    ] {
        let name = command.name();
        world.run(&ana, command).await;
        assert_eq!(noting.taken(), [], "{name}");
    }
}
