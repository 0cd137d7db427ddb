//! The store port: what is committed is there, whole, once, in order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::change::{Change, InboxMark, Put};
use domain::command::TaskRef;
use domain::event::Stream;
use domain::ids::TaskId;
use domain::list::List;
use domain::place::Place;
use domain::ports::bus::{Cursor, Outbox};
use domain::ports::store::{CommitError, Store};
use domain::snapshot::{Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use tokio::time::{Instant, sleep};

use crate::kit::program::PATIENCE;
use crate::kit::samples::{Samples, at, retitled, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            store: a_row_that_exists_cannot_be_made_again,
            a_row_whose_version_moved_is_a_conflict,
            a_conflict_anywhere_writes_nothing_at_all,
            a_receipt_is_kept_once_per_key,
            an_event_is_handled_once_per_consumer,
            numbers_are_given_once_however_many_ask,
            eight_writers_on_one_task_lose_no_version,
            explain_tells_the_way_of_a_task,
        );
    };
}
pub(crate) use suite;

pub(super) fn console() -> TenantId {
    tenant("console")
}

pub(super) fn needs(tasks: &[TaskId]) -> Needs {
    Needs { tasks: tasks.iter().copied().map(TaskRef::Id).collect(), ..Needs::in_tenant(console()) }
}

/// Loads, again where a busy machine has no connection in time.
pub(crate) async fn load(store: &impl Store, needs: Needs) -> Snapshot {
    let until = Instant::now() + PATIENCE;
    loop {
        match store.load(&needs).await {
            Err(error) if error.is_transient() && Instant::now() < until => sleep(Duration::from_millis(50)).await,
            loaded => return loaded.expect("loaded"),
        }
    }
}

pub(super) async fn committed(store: &impl Store, change: Change) {
    store.commit(change).await.expect("committed");
}

async fn conflicts(store: &impl Store, change: Change) {
    let result = store.commit(change).await;
    assert!(matches!(result, Err(CommitError::Conflict(_))), "expected a conflict, got {result:?}");
}

/// A person's list with one task on it.
pub(super) async fn with_task(store: &impl Store, samples: &Samples) -> (List, Task) {
    let ana = samples.person("ana");
    let list = List::personal(console(), ana.id);
    let task = samples.task(&list, ana.id, 1);
    let change = Change { people: vec![Put::new(ana)], ..samples.making(&list, &task) };
    committed(store, change).await;
    (list, task)
}

pub async fn a_row_that_exists_cannot_be_made_again(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let again = Change { tasks: vec![Put::new(task.clone())], ..Change::default() };
    conflicts(&*store, again).await;
    let same_number = Task { id: TaskId(samples.id()), ..task.clone() };
    conflicts(&*store, samples.making(&list, &same_number)).await;
    let reminder = samples.reminder(&task, Place::Direct(task.author), at(9));
    let change = Change { reminders: vec![Put::new(reminder)], ..Change::default() };
    committed(&*store, change.clone()).await;
    conflicts(&*store, change).await;
}

pub async fn a_row_whose_version_moved_is_a_conflict(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let second = retitled(&task, "second");
    committed(&*store, samples.changing(&list, &task, &second)).await;
    conflicts(&*store, samples.changing(&list, &task, &retitled(&task, "too late"))).await;
    let unknown = Task { id: TaskId(samples.id()), ..second.clone() };
    conflicts(&*store, Change { tasks: vec![Put::over(1, unknown)], ..Change::default() }).await;
    assert_eq!(store.task(&console(), TaskRef::Id(task.id)).await.expect("an answer"), Some(second));
}

pub async fn a_conflict_anywhere_writes_nothing_at_all(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let head = store.head().await.expect("a head");
    let fresh = samples.task(&list, task.author, 2);
    let reminder = samples.reminder(&fresh, Place::Direct(task.author), at(9));
    let mut change = samples.making(&list, &fresh);
    change.receipt = Some(samples.receipt("key"));
    change.reminders = vec![Put::over(3, reminder)];
    conflicts(&*store, change).await;
    let snapshot = load(&*store, Needs { receipt: Some("key".to_owned()), ..needs(&[fresh.id]) }).await;
    assert!(snapshot.tasks.is_empty() && snapshot.receipt.is_none());
    assert_eq!(store.head().await.expect("a head"), head);
}

pub async fn a_receipt_is_kept_once_per_key(store: Arc<impl Store>) {
    let samples = Samples::default();
    let receipt = samples.receipt("slack/E1");
    let change = Change { receipt: Some(receipt.clone()), ..Change::default() };
    committed(&*store, change.clone()).await;
    conflicts(&*store, change).await;
    let needs = Needs { receipt: Some("slack/E1".to_owned()), ..Needs::in_tenant(console()) };
    assert_eq!(load(&*store, needs).await.receipt, Some(receipt));
}

pub async fn an_event_is_handled_once_per_consumer(store: Arc<impl Store>) {
    let samples = Samples::default();
    let stream = Stream::Task(TaskId(samples.id()));
    let mark = |consumer: &str, version| Change {
        inbox: Some(InboxMark { consumer: consumer.to_owned(), stream, version }),
        ..Change::default()
    };
    committed(&*store, mark("recurrence", 1)).await;
    conflicts(&*store, mark("recurrence", 1)).await;
    committed(&*store, mark("recurrence", 3)).await;
    conflicts(&*store, mark("recurrence", 2)).await;
    committed(&*store, mark("sync", 1)).await;
}

pub async fn numbers_are_given_once_however_many_ask(store: Arc<impl Store + 'static>) {
    let samples = Arc::new(Samples::default());
    let ana = samples.person("ana");
    let list = List::personal(console(), ana.id);
    let writers = (0..8).map(|_| {
        let (store, samples, list) = (store.clone(), samples.clone(), list.clone());
        tokio::spawn(async move {
            let mut given = Vec::new();
            for _ in 0..20 {
                given.push(make_one(&*store, &samples, &list, ana.id).await);
            }
            given
        })
    });
    let mut given = BTreeSet::new();
    for writer in writers.collect::<Vec<_>>() {
        given.extend(writer.await.expect("a writer"));
    }
    assert_eq!(given.len(), 160, "each once");
    let wanted = Needs { numbers: 2, ..Needs::in_tenant(console()) };
    let next = load(&*store, wanted).await.numbers;
    assert!(next[1] == next[0] + 1 && next.iter().all(|number| !given.contains(number)), "{next:?} of {given:?}");
    let foreign = Needs { numbers: 1, ..Needs::in_tenant(tenant("slack:T1")) };
    assert_eq!(load(&*store, foreign).await.numbers, [1]);
}

/// Makes a task as the service does: again, if the number was taken meanwhile.
pub async fn make_one(store: &impl Store, samples: &Samples, list: &List, author: domain::ids::PersonId) -> u64 {
    loop {
        let wanted = Needs { numbers: 1, ..Needs::in_tenant(list.tenant.clone()) };
        let number = load(store, wanted).await.numbers[0];
        let task = samples.task(list, author, number);
        match store.commit(samples.making(list, &task)).await {
            Ok(()) => return number,
            Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Port(error) | CommitError::Unknown(error)) => panic!("{error}"),
        }
    }
}

pub async fn eight_writers_on_one_task_lose_no_version(store: Arc<impl Store + Outbox + 'static>) {
    let samples = Arc::new(Samples::default());
    let (list, task) = with_task(&*store, &samples).await;
    let writers = (0..8).map(|writer| {
        let (store, samples, list, id) = (store.clone(), samples.clone(), list.clone(), task.id);
        tokio::spawn(async move {
            for round in 0..10 {
                retitle(&*store, &samples, &list, id, &format!("{writer}/{round}")).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
    let topics = [domain::event::Topic::TaskEvents];
    let rows = store.read(0, &topics, 1_000).await.expect("the outbox");
    let versions: Vec<u64> = rows
        .iter()
        .map(|row| serde_json::from_str::<domain::event::Event>(&row.payload).expect("an event").data.version)
        .collect();
    assert_eq!(versions, (1..=81).collect::<Vec<_>>());
}

async fn retitle(store: &impl Store, samples: &Samples, list: &List, id: TaskId, title: &str) {
    loop {
        let before = load(store, needs(&[id])).await.tasks[&id].task.clone();
        let after = retitled(&before, title);
        match store.commit(samples.changing(list, &before, &after)).await {
            Ok(()) => return,
            Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Port(error) | CommitError::Unknown(error)) => panic!("{error}"),
        }
    }
}

pub async fn explain_tells_the_way_of_a_task(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let (_, task) = with_task(&*store, &samples).await;
    let reminder = samples.reminder(&task, Place::Direct(task.author), at(9));
    let events = vec![samples.reminder_event(&reminder)];
    committed(&*store, Change { reminders: vec![Put::new(reminder.clone())], events, ..Change::default() }).await;
    store.save_cursor("audit", &Cursor::at(1), 0).await.expect("saved");
    for id in [task.id.0, reminder.id.0] {
        let lines = store.explain(id).await.expect("an explanation").join("\n");
        let expected =
            ["#1 “Task 1”", "open", "REMINDER_SCHEDULED", "passed by audit", "not yet by audit", "scheduled"];
        assert!(expected.iter().all(|part| lines.contains(part)), "{lines}");
    }
    assert!(store.explain(samples.id()).await.expect("an explanation").is_empty());
}
