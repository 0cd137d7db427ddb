//! The store port: what is committed is there, whole, once, in order.

use std::sync::Arc;

use domain::change::{Change, InboxMark, Put, UndoNote, UndoRecord};
use domain::command::TaskRef;
use domain::event::Stream;
use domain::ids::TaskId;
use domain::list::List;
use domain::message::ConversationId;
use domain::place::Place;
use domain::ports::bus::Outbox;
use domain::ports::store::{CommitError, Store};
use domain::reminder::ReminderState;
use domain::snapshot::{Needs, Snapshot};
use domain::task::{Recurring, RepeatFrom, Task};
use domain::tenant::TenantId;

use crate::kit::samples::{Samples, at, channel, due_at, moved_on, retitled, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            store: every_kind_of_row_comes_back_as_it_was_written,
            a_row_that_exists_cannot_be_made_again,
            a_row_whose_version_moved_is_a_conflict,
            a_conflict_anywhere_writes_nothing_at_all,
            a_receipt_is_kept_once_per_key,
            an_event_is_handled_once_per_consumer,
            an_undo_note_brings_its_tasks_as_they_stand_now,
            a_delivery_brings_every_member,
            a_series_brings_its_current_and_withdrawn_tasks,
            the_last_delivered_reminder_of_a_place_is_known,
            own_tasks_that_follow_a_zone_are_found,
            numbers_are_given_once_however_many_ask,
            eight_writers_on_one_task_lose_no_version,
            explain_tells_the_way_of_a_task,
        );
    };
}
pub(crate) use suite;

fn console() -> TenantId {
    tenant("console")
}

fn needs(tasks: &[TaskId]) -> Needs {
    Needs { tasks: tasks.iter().copied().map(TaskRef::Id).collect(), ..Needs::in_tenant(console()) }
}

async fn load(store: &impl Store, needs: Needs) -> Snapshot {
    store.load(&needs).await.expect("loaded")
}

async fn committed(store: &impl Store, change: Change) {
    store.commit(change).await.expect("committed");
}

async fn conflicts(store: &impl Store, change: Change) {
    let result = store.commit(change).await;
    assert!(matches!(result, Err(CommitError::Conflict(_))), "expected a conflict, got {result:?}");
}

/// A person's list with one task on it.
async fn with_task(store: &impl Store, samples: &Samples) -> (List, Task) {
    let ana = samples.person("ana");
    let list = List::personal(console(), ana.id);
    let task = samples.task(&list, ana.id, 1);
    let change = Change { people: vec![Put::new(ana)], ..samples.making(&list, &task) };
    committed(store, change).await;
    (list, task)
}

pub async fn every_kind_of_row_comes_back_as_it_was_written(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (ana, bob) = (samples.person("ana"), samples.person("bob"));
    let list = List::of_channel(&channel("console", "ops"));
    let mut task = samples.task(&list, ana.id, 7);
    task.title = "Ship “it” — ünïcode, 100 %\nand more".to_owned();
    task.assignees = vec![bob.id];
    task.tags = ["ops".to_owned(), "später".to_owned()].into();
    task.due = Some(due_at(500));
    let series = samples.series(&task, Some(at(900)));
    task.recurring = Some(seat(&series, &task));
    let reminder = samples.reminder(&task, Place::Channel("ops".to_owned()), at(500));
    let mut due = moved_on(&reminder, ReminderState::Due);
    let delivery = samples.delivery(&[&due]);
    due.delivery = Some(delivery.id);
    let receipt = samples.receipt("rest/1");
    let mut change = samples.making(&list, &task);
    change.series = vec![Put::new(series.clone())];
    change.reminders = vec![Put::new(due.clone())];
    change.deliveries = vec![Put::new(delivery.clone())];
    change.people = vec![Put::new(ana.clone()), Put::new(bob.clone())];
    change.receipt = Some(receipt.clone());
    committed(&*store, change).await;

    let snapshot = load(
        &*store,
        Needs {
            tasks: vec![TaskRef::Number(7)],
            deliveries: vec![delivery.id],
            receipt: Some("rest/1".to_owned()),
            ..Needs::in_tenant(console())
        },
    )
    .await;
    let loaded = snapshot.find(&console(), TaskRef::Id(task.id)).expect("the task");
    assert_eq!((&loaded.task, &loaded.list, &loaded.reminders), (&task, &list, &vec![due]));
    assert_eq!(snapshot.series.get(&series.id), Some(&series));
    assert_eq!(snapshot.deliveries.get(&delivery.id), Some(&delivery));
    assert_eq!(snapshot.people.values().collect::<Vec<_>>(), [&ana, &bob]);
    assert_eq!(snapshot.receipt, Some(receipt));
    assert_eq!(store.task(&console(), TaskRef::Number(7)).await.expect("an answer"), Some(task.clone()));
    assert_eq!(store.task(&tenant("slack:T1"), TaskRef::Number(7)).await.expect("an answer"), None);
    assert_eq!(store.lists(&[list.id]).await.expect("an answer"), [list]);
}

fn seat(series: &domain::series::Series, task: &Task) -> Recurring {
    Recurring {
        series: series.id,
        nth: 1,
        scheduled_for: series.start,
        scheduled_at: task.created_at,
        rule: series.rule.clone(),
        repeat_from: RepeatFrom::Schedule,
        undone_since: None,
    }
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

pub async fn an_undo_note_brings_its_tasks_as_they_stand_now(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let conversation = ConversationId("console/ana".to_owned());
    let edited = retitled(&task, "edited");
    let record = UndoRecord {
        at: at(1),
        tasks: vec![(Some(task.clone()), edited.clone())],
        lists: vec![list.clone()],
        series: Vec::new(),
        snoozed: Vec::new(),
    };
    let note = |change| Some(UndoNote { conversation: conversation.clone(), change });
    let change = Change { undo: note(Some(record.clone())), ..samples.changing(&list, &task, &edited) };
    committed(&*store, change).await;
    let later = retitled(&edited, "edited again");
    committed(&*store, samples.changing(&list, &edited, &later)).await;
    let asked = Needs { undo: Some(conversation.clone()), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked.clone()).await;
    assert_eq!(snapshot.undo, Some(record));
    assert_eq!(snapshot.tasks[&task.id].task, later);
    committed(&*store, Change { undo: note(None), ..Change::default() }).await;
    assert_eq!(load(&*store, asked).await.undo, None);
}

pub async fn a_delivery_brings_every_member(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, task) = with_task(&*store, &samples).await;
    let other = samples.task(&list, task.author, 2);
    let place = Place::Direct(task.author);
    let due = moved_on(&samples.reminder(&task, place.clone(), at(5)), ReminderState::Due);
    let cancelled = moved_on(&samples.reminder(&other, place, at(6)), ReminderState::Cancelled);
    let delivery = samples.delivery(&[&due, &cancelled]);
    let mut change = samples.making(&list, &other);
    change.reminders = vec![Put::new(due.clone()), Put::new(cancelled.clone())];
    change.deliveries = vec![Put::new(delivery.clone())];
    committed(&*store, change).await;
    let asked = Needs { deliveries: vec![delivery.id], ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked).await;
    assert_eq!(snapshot.tasks[&task.id].reminders, [due]);
    assert_eq!(snapshot.tasks[&other.id].reminders, [cancelled]);
    assert!(load(&*store, needs(&[other.id])).await.tasks[&other.id].reminders.is_empty());
}

pub async fn a_series_brings_its_current_and_withdrawn_tasks(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, current) = with_task(&*store, &samples).await;
    let withdrawn = samples.task(&list, current.author, 2);
    let mut series = samples.series(&current, None);
    series.withdrawn = Some(withdrawn.id);
    let mut member = samples.task(&list, current.author, 3);
    member.recurring = Some(seat(&series, &member));
    committed(&*store, samples.making(&list, &withdrawn)).await;
    let change = Change { series: vec![Put::new(series.clone())], ..samples.making(&list, &member) };
    committed(&*store, change).await;
    let asked = Needs { series: vec![series.id], ..Needs::in_tenant(console()) };
    let both = [current.id, withdrawn.id];
    assert_eq!(load(&*store, asked).await.tasks.keys().copied().collect::<Vec<_>>(), both);
    let snapshot = load(&*store, needs(&[member.id])).await;
    assert!(both.iter().all(|id| snapshot.tasks.contains_key(id)) && snapshot.series.contains_key(&series.id));
}

pub async fn the_last_delivered_reminder_of_a_place_is_known(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, first) = with_task(&*store, &samples).await;
    let second = samples.task(&list, first.author, 2);
    committed(&*store, samples.making(&list, &second)).await;
    let place = Place::Channel("ops".to_owned());
    // The second was meant earlier, but came later.
    for (task, meant) in [(&first, 50), (&second, 10)] {
        let reminder = moved_on(&samples.reminder(task, place.clone(), at(meant)), ReminderState::Delivered);
        let events = vec![samples.reminder_event(&reminder)];
        committed(&*store, Change { reminders: vec![Put::new(reminder)], events, ..Change::default() }).await;
    }
    let asked = |place: &Place| Needs { last_reminder_at: Some(place.clone()), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked(&place)).await;
    assert_eq!(snapshot.last_reminder, Some(second.id));
    assert_eq!(snapshot.tasks[&second.id].reminders.len(), 1);
    assert_eq!(load(&*store, asked(&Place::Channel("dev".to_owned()))).await.last_reminder, None);
}

pub async fn own_tasks_that_follow_a_zone_are_found(store: Arc<impl Store>) {
    let samples = Samples::default();
    let (list, timed) = with_task(&*store, &samples).await;
    let day = Task {
        due: Some(domain::due::Due::day(jiff::civil::date(2026, 5, 1), domain::zone::Zone::utc())),
        ..samples.task(&list, timed.author, 2)
    };
    let timed_due = Task { due: Some(due_at(5)), ..samples.task(&list, timed.author, 3) };
    let series = samples.series(&timed_due, None);
    let mut seated = samples.task(&list, timed.author, 4);
    seated.recurring = Some(seat(&series, &seated));
    let shared = List::of_channel(&channel("console", "ops"));
    let elsewhere = Task { due: day.due.clone(), ..samples.task(&shared, timed.author, 5) };
    for (list, task) in [(&list, &day), (&list, &timed_due), (&list, &seated), (&shared, &elsewhere)] {
        committed(&*store, samples.making(list, task)).await;
    }
    committed(&*store, Change { series: vec![Put::new(series.clone())], ..Change::default() }).await;
    let asked = Needs { following_zone_of: Some(timed.author), ..Needs::in_tenant(console()) };
    let snapshot = load(&*store, asked).await;
    let found: Vec<_> = snapshot.tasks.keys().copied().filter(|id| *id != series.current).collect();
    assert_eq!(found, [day.id, seated.id]);
    assert!(snapshot.series.contains_key(&series.id));
}

pub async fn numbers_are_given_once_however_many_ask(store: Arc<impl Store + 'static>) {
    let samples = Arc::new(Samples::default());
    let ana = samples.person("ana");
    let list = List::personal(console(), ana.id);
    let writers = (0..8).map(|_| {
        let (store, samples, list) = (store.clone(), samples.clone(), list.clone());
        tokio::spawn(async move {
            for _ in 0..20 {
                make_one(&*store, &samples, &list, ana.id).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
    let wanted = Needs { numbers: 2, ..Needs::in_tenant(console()) };
    let next = load(&*store, wanted).await.numbers;
    assert!(next[0] > 160 && next[1] == next[0] + 1, "{next:?}");
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
            Err(CommitError::Port(error)) => panic!("{error}"),
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
            Err(CommitError::Port(error)) => panic!("{error}"),
        }
    }
}

pub async fn explain_tells_the_way_of_a_task(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let (_, task) = with_task(&*store, &samples).await;
    let reminder = samples.reminder(&task, Place::Direct(task.author), at(9));
    let events = vec![samples.reminder_event(&reminder)];
    committed(&*store, Change { reminders: vec![Put::new(reminder.clone())], events, ..Change::default() }).await;
    store.save_cursor("audit", 1).await.expect("saved");
    for id in [task.id.0, reminder.id.0] {
        let lines = store.explain(id).await.expect("an explanation").join("\n");
        let expected =
            ["#1 “Task 1”", "open", "REMINDER_SCHEDULED", "passed by audit", "not yet by audit", "scheduled"];
        assert!(expected.iter().all(|part| lines.contains(part)), "{lines}");
    }
    assert!(store.explain(samples.id()).await.expect("an explanation").is_empty());
}
