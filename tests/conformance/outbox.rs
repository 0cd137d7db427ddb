//! The outbox port: events in commit order, cursors that never go back, retention that waits for everybody.

use std::sync::Arc;

use domain::change::Change;
use domain::event::{Event, Stream, Topic};
use domain::ids::TaskId;
use domain::list::List;
use domain::place::Place;
use domain::ports::bus::{Cursor, Most, Outbox, OutboxRow};
use domain::ports::store::Store;
use domain::snapshot::Needs;
use domain::task::Task;
use domain::tenant::TenantId;

use super::store::make_one;
use crate::kit::samples::{Samples, at, tenant};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            outbox: events_are_read_in_the_order_of_their_commits,
            topics_are_read_apart,
            a_cursor_never_goes_back,
            a_cursor_that_is_set_back_begins_at_the_start,
            retention_never_passes_the_slowest_reader,
            deleted_tasks_are_kept_in_mind_until_they_are_back_or_forgotten,
            retention_forgets_old_receipts,
            positions_are_never_given_twice,
            a_reader_misses_nothing_while_many_write,
            the_history_of_a_stream_is_found,
            what_is_read_at_once_ends_with_the_row_that_reaches_the_bytes,
        );
    };
}
pub(crate) use suite;

const READERS: [&str; 2] = ["audit", "sync"];
const BOTH: [Topic; 2] = [Topic::TaskEvents, Topic::Reminders];

async fn read(outbox: &impl Outbox, after: i64, max: usize) -> Vec<OutboxRow> {
    outbox.read(after, &BOTH, max).await.expect("rows")
}

async fn make(store: &impl Store, samples: &Samples, count: u64) -> Vec<Task> {
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let mut tasks = Vec::new();
    for number in 1..=count {
        let task = samples.task(&list, ana, number);
        store.commit(samples.making(&list, &task)).await.expect("committed");
        tasks.push(task);
    }
    tasks
}

pub async fn events_are_read_in_the_order_of_their_commits(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    assert_eq!(store.head().await.expect("a head"), 0);
    let tasks = make(&*store, &samples, 5).await;
    let rows = read(&*store, 0, 10).await;
    let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
    assert_eq!(keys, tasks.iter().map(|task| task.id.to_string()).collect::<Vec<_>>());
    assert!(rows.is_sorted_by(|one, next| one.position < next.position));
    assert_eq!(store.head().await.expect("a head"), rows[4].position);
    assert_eq!(read(&*store, rows[1].position, 2).await, rows[2..4]);
    let event: Event = serde_json::from_str(&rows[0].payload).expect("an event");
    assert_eq!((event.subject, event.data.version), (tasks[0].id, 1));
}

pub async fn topics_are_read_apart(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let tasks = make(&*store, &samples, 1).await;
    let reminder = samples.reminder(&tasks[0], Place::Direct(tasks[0].author), at(9));
    let events = vec![samples.reminder_event(&reminder)];
    store.commit(Change { events, ..Change::default() }).await.expect("committed");
    let of = async |topics: &[Topic]| store.read(0, topics, 10).await.expect("rows");
    assert_eq!(of(&BOTH).await.len(), 2);
    let reminders = of(&[Topic::Reminders]).await;
    assert_eq!((reminders.len(), reminders[0].topic), (1, Topic::Reminders));
    assert_eq!(reminders[0].key, tasks[0].id.to_string());
    assert!(of(&[]).await.is_empty());
}

pub async fn a_cursor_never_goes_back(outbox: Arc<impl Outbox>) {
    let cursor = async |consumer| outbox.cursor(consumer).await.expect("a cursor").position;
    assert_eq!(cursor("audit").await, 0);
    for position in [5, 3, 5] {
        outbox.save_cursor("audit", &Cursor::at(position), 0).await.expect("saved");
    }
    assert_eq!((cursor("audit").await, cursor("sync").await), (5, 0));
}

pub async fn a_cursor_that_is_set_back_begins_at_the_start(store: Arc<impl Store + Outbox>) {
    make(&*store, &Samples::default(), 3).await;
    let head = store.head().await.expect("a head");
    store.rewind("audit").await.expect("nothing to set back");
    for reader in READERS {
        store.save_cursor(reader, &Cursor::at(head), 0).await.expect("saved");
    }
    store.rewind("audit").await.expect("set back");
    let cursor = store.cursor("audit").await.expect("a cursor");
    assert_eq!(cursor, Cursor::default());
    let followed = store.follow(&cursor, &BOTH, Most::from(100)).await.expect("rows");
    assert_eq!(followed.rows, read(&*store, 0, 100).await);
    assert_eq!(store.cursor("sync").await.expect("a cursor").position, head, "others stay where they are");
}

pub async fn retention_never_passes_the_slowest_reader(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    make(&*store, &samples, 6).await;
    let rows = read(&*store, 0, 10).await;
    let late = at(1_000_000);
    assert_eq!(store.prune(late, &READERS).await.expect("pruned"), 0, "nobody has read anything");
    store.save_cursor("audit", &Cursor::at(rows[3].position), 0).await.expect("saved");
    assert_eq!(store.prune(late, &READERS).await.expect("pruned"), 0, "one of them has read nothing");
    store.save_cursor("sync", &Cursor::at(rows[1].position), 0).await.expect("saved");
    assert_eq!(store.prune(at(-1), &READERS).await.expect("pruned"), 0, "all are young");
    assert_eq!(store.prune(late, &READERS).await.expect("pruned"), 2);
    assert_eq!(read(&*store, 0, 10).await, rows[2..]);
    store.save_cursor("sync", &Cursor::at(rows[5].position), 0).await.expect("saved");
    assert_eq!(store.prune(late, &READERS).await.expect("pruned"), 2);
    assert_eq!(read(&*store, 0, 10).await, rows[4..]);
    assert_eq!(store.prune(late, &["sync"]).await.expect("pruned"), 2, "whoever does not read any more is left behind");
    assert_eq!(store.head().await.expect("a head"), 0);
}

pub async fn deleted_tasks_are_kept_in_mind_until_they_are_back_or_forgotten(outbox: Arc<impl Outbox>) {
    let key = |number: u128| uuid::Uuid::from_u128(number).to_string();
    let note = async |tasks: &[(u128, Option<i64>)]| {
        let tasks = tasks.iter().map(|(number, since)| (key(*number), since.map(at))).collect();
        outbox.note_deleted(&tasks).await.expect("noted");
    };
    let deleted = async |before, max| outbox.deleted(at(before), max).await.expect("deleted tasks");
    note(&[(1, Some(30)), (2, Some(10)), (3, Some(20)), (4, None)]).await;
    assert_eq!(deleted(30, 10).await, [key(2), key(3)], "the longest deleted first, and none of that very moment");
    assert_eq!(deleted(31, 2).await, [key(2), key(3)]);
    note(&[(2, None), (3, Some(40))]).await;
    assert_eq!(deleted(41, 10).await, [key(1), key(3)]);
    note(&[(1, None), (3, None)]).await;
    assert!(deleted(100, 10).await.is_empty());
}

pub async fn retention_forgets_old_receipts(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let receipts = [samples.receipt("old"), samples.receipt("young")];
    for receipt in &receipts {
        let change = Change { receipt: Some(receipt.clone()), ..Change::default() };
        store.commit(change).await.expect("committed");
    }
    assert_eq!(store.prune(receipts[1].at, &READERS).await.expect("pruned"), 0, "no event was pruned");
    for (key, kept) in [("old", None), ("young", Some(&receipts[1]))] {
        let needs = Needs { receipt: Some(key.to_owned()), ..Needs::in_tenant(tenant("console")) };
        assert_eq!(store.load(&needs).await.expect("loaded").receipt.as_ref(), kept);
    }
}

pub async fn positions_are_never_given_twice(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    make(&*store, &samples, 3).await;
    let head = store.head().await.expect("a head");
    store.save_cursor("audit", &Cursor::at(head), 0).await.expect("saved");
    assert_eq!(store.prune(at(1_000_000), &["audit"]).await.expect("pruned"), 3);
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let task = samples.task(&list, ana, 4);
    store.commit(samples.making(&list, &task)).await.expect("committed");
    assert_eq!(read(&*store, head, 10).await.len(), 1);
}

pub async fn a_reader_misses_nothing_while_many_write(store: Arc<impl Store + Outbox + 'static>) {
    let samples = Arc::new(Samples::default());
    let writers = (0..4).map(|_| {
        let (store, samples) = (store.clone(), samples.clone());
        tokio::spawn(async move {
            let ana = samples.person("ana").id;
            let list = List::personal(TenantId::console(), ana);
            for _ in 0..25 {
                make_one(&*store, &samples, &list, ana).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let (mut seen, mut cursor) = (Vec::new(), Cursor::default());
    while seen.len() < 100 {
        let followed = store.follow(&cursor, &BOTH, 7.into()).await.expect("rows");
        seen.extend(followed.rows);
        cursor = followed.cursor;
    }
    for writer in writers {
        writer.await.expect("a writer");
    }
    assert!(store.follow(&cursor, &BOTH, 7.into()).await.expect("rows").rows.is_empty(), "each comes once");
    seen.sort_by_key(|row| row.position);
    assert_eq!(seen, read(&*store, 0, 1_000).await);
}

pub async fn what_is_read_at_once_ends_with_the_row_that_reaches_the_bytes(store: Arc<impl Store + Outbox>) {
    make(&*store, &Samples::default(), 6).await;
    let rows = read(&*store, 0, 10).await;
    let two = rows[0].payload.len() + rows[1].payload.len();
    let mut cursor = Cursor::default();
    for (bytes, expected) in [(two, &rows[..2]), (rows[2].payload.len() + 1, &rows[2..4]), (1, &rows[4..5])] {
        let most = Most { rows: 10, bytes };
        let followed = store.follow(&cursor, &BOTH, most).await.expect("rows");
        assert_eq!(followed.rows, expected, "{bytes} bytes");
        assert_eq!(followed.cursor, Cursor::at(expected[expected.len() - 1].position));
        cursor = followed.cursor;
    }
    let followed = store.follow(&cursor, &BOTH, Most { rows: 10, bytes: usize::MAX }).await.expect("rows");
    assert_eq!(followed.rows, rows[5..]);
}

pub async fn the_history_of_a_stream_is_found(store: Arc<impl Store + Outbox>) {
    let samples = Samples::default();
    let tasks = make(&*store, &samples, 3).await;
    let reminder = samples.reminder(&tasks[1], Place::Direct(tasks[1].author), at(9));
    let events = vec![samples.reminder_event(&reminder)];
    store.commit(Change { events, ..Change::default() }).await.expect("committed");
    let rows = read(&*store, 0, 10).await;
    let key = tasks[1].id.to_string();
    for (stream, expected) in [(Stream::Task(tasks[1].id), &rows[1..2]), (Stream::Reminder(reminder.id), &rows[3..])] {
        assert_eq!(store.history(stream, &key).await.expect("rows"), expected, "{stream}");
    }
    let other = samples.id();
    assert_eq!(store.history(Stream::Task(TaskId(other)), &other.to_string()).await.expect("rows"), []);
}
