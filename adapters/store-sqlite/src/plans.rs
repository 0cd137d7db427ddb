//! No question reads a large table from end to end: each plan is looked at, with every port asked in many ways.

use std::cell::RefCell;

use domain::access::{Principal, Sight};
use domain::command::TaskRef;
use domain::event::Topic;
use domain::ids::{EventId, ListId, PersonId, ReminderId, SeriesId, TaskId};
use domain::person::Identity;
use domain::place::Place;
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::audit::{AuditLog, AuditQuery};
use domain::ports::bus::Outbox;
use domain::ports::inbox::Inbox;
use domain::ports::people::People;
use domain::ports::store::Store;
use domain::query::{Keyset, Order, PastReminders, Sort, TaskQuery};
use domain::snapshot::Needs;
use domain::tenant::{Platform, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::ask::Ask;
use crate::explain::{ABOUT_STREAMS, ABOUT_TASK, STREAMS};
use crate::readers::Readers;
use crate::rows::text;
use crate::{Options, SqliteStore};

/// The large tables, and the names they go by in statements.
const LARGE: &[&str] = &[
    "tasks",
    "t",
    "c",
    "task_people",
    "task_words",
    "w",
    "task_tags",
    "g",
    "lists",
    "l",
    "reminders",
    "r",
    "last",
    "deliveries",
    "d",
    "series",
    "outbox",
    "o",
    "receipts",
    "undo",
    "inbox",
    "people",
    "p",
    "identities",
    "i",
    "memberships",
    "tokens",
    "audit_log",
    "a",
    "audit_content",
    "audit_people",
];

thread_local! {
    /// Steps of plans that read a large table whole, with their statement.
    static SCANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static LOOKED_AT: RefCell<usize> = const { RefCell::new(0) };
}

/// Looks at the plan of a statement before it runs.
pub(crate) async fn note(readers: &Readers, ask: &Ask) {
    let sql = &ask.sql;
    let plan = readers.fetch(ask.explained(), |_| true).await.expect("a plan");
    for row in &plan {
        let step = text(row, 3).expect("a step");
        if scans(step) {
            SCANS.with_borrow_mut(|scans| scans.push(format!("{step}: {sql}")));
        }
    }
    LOOKED_AT.with_borrow_mut(|count| *count += 1);
}

fn scans(step: &str) -> bool {
    let mut words = step.split(' ');
    words.next() == Some("SCAN")
        && words.next().is_some_and(|name| LARGE.contains(&name))
        && !step.contains("VIRTUAL TABLE")
}

#[tokio::test]
async fn no_question_reads_a_large_table_from_end_to_end() {
    let store = SqliteStore::open("sqlite::memory:", Options::default()).await.expect("a store");
    ask_store(&store).await;
    for sight in sights() {
        for query in queries() {
            store.find(&sight, &query).await.expect("a page");
        }
        store.tags(&sight, 5).await.expect("tags");
    }
    ask_agenda(&store).await;
    ask_people(&store).await;
    ask_audit(&store).await;
    ask_bus(&store).await;
    assert!(LOOKED_AT.take() > 200, "too few questions were asked");
    let scans = SCANS.take();
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

const ID: Uuid = Uuid::from_u128(1);

async fn ask_store(store: &SqliteStore) {
    let mut needs = Needs::in_tenant(TenantId::console());
    needs.tasks = vec![TaskRef::Id(TaskId(ID)), TaskRef::Number(1)];
    needs.series = vec![SeriesId(ID)];
    store.load(&needs).await.expect("a snapshot");
    for task in needs.tasks {
        store.task(&needs.tenant, task).await.expect("an answer");
    }
    store.lists(&[ListId(ID)]).await.expect("lists");
    store.scheduled(&[TaskId(ID), TaskId(Uuid::nil())]).await.expect("reminders");
    store.explain(ID).await.expect("lines");
    for question in ABOUT_TASK.into_iter().chain(ABOUT_STREAMS).chain([STREAMS]) {
        store.readers.rows(Ask::new(question).bind("[]".to_owned())).await.expect("lines");
    }
}

fn sights() -> [Sight; 2] {
    let tenants = [TenantId::console()];
    [PersonId::SYSTEM, PersonId(ID)]
        .map(|person| Sight::new(Principal { person, tenants: tenants.clone().into(), operator: false }, &[]))
}

/// Each filter that leads another way, in each order.
fn queries() -> Vec<TaskQuery> {
    let plain = TaskQuery { limit: 10, ..TaskQuery::default() };
    let ways = [
        plain.clone(),
        TaskQuery { words: vec!["two".to_owned(), "wo".to_owned()], ..plain.clone() },
        TaskQuery { words: vec!["wo".to_owned()], ..plain.clone() },
        TaskQuery { tags: vec!["ops".to_owned()], ..plain.clone() },
        TaskQuery { assignee: Some(PersonId(ID)), past_reminders: PastReminders::LeftOut, ..plain.clone() },
        TaskQuery { concerning: Some(PersonId(ID)), ..plain.clone() },
        TaskQuery { list: Some(ListId(ID)), due_before: Some(Timestamp::UNIX_EPOCH), ..plain.clone() },
    ];
    let mut queries = Vec::new();
    for way in ways {
        for sort in [Sort::Created, Sort::Due, Sort::Priority, Sort::Number] {
            for order in [Order::Asc, Order::Desc] {
                let after = Some(Keyset { value: 1, id: TaskId(ID) });
                queries.push(TaskQuery { sort, order, ..way.clone() });
                queries.push(TaskQuery { sort, order, after, ..way.clone() });
            }
        }
    }
    queries
}

async fn ask_agenda(store: &SqliteStore) {
    let place = Place::Direct(PersonId(ID));
    let reach = [Reach::Platform(Platform::Slack), Reach::Places(TenantId::console(), vec![place])];
    let now = Timestamp::UNIX_EPOCH;
    store.due_reminders(&reach, now, 5).await.expect("reminders");
    store.due_deliveries(&reach, now, 5).await.expect("deliveries");
    store.next_reminder(&reach).await.expect("a time");
    store.due_series(now, 5).await.expect("series");
    store.next_series().await.expect("a time");
}

async fn ask_people(store: &SqliteStore) {
    let person = PersonId(ID);
    store.who_is(&Identity::console("ana")).await.expect("a person");
    store.person(person).await.expect("a person");
    store.identities(person).await.expect("identities");
    store.joined(person).await.expect("channels");
    store.watches(Timestamp::UNIX_EPOCH).await.expect("watches");
    store.watched(1, Timestamp::UNIX_EPOCH, 5).await.expect("looks");
    store.token("hash").await.expect("a token");
    store.holder("hash").await.expect("a holder");
    store.tokens(person).await.expect("tokens");
    store.acts(Some(person), 5).await.expect("acts");
}

async fn ask_audit(store: &SqliteStore) {
    let plain = AuditQuery { limit: 5, ..AuditQuery::default() };
    for oldest_first in [true, false] {
        for (person, task) in [(None, None), (Some(PersonId(ID)), None), (None, Some(TaskId(ID)))] {
            store.page(&AuditQuery { person, task, oldest_first, ..plain.clone() }).await.expect("a page");
        }
    }
    let stream = domain::event::Stream::Reminder(ReminderId(ID));
    store.last_versions(&[stream]).await.expect("versions");
    store.missing(&[EventId(ID)]).await.expect("events");
    store.parked("audit", &[stream]).await.expect("records");
    store.waiting("audit", Timestamp::UNIX_EPOCH).await.expect("streams");
    store.dead_letters(Some("audit"), 0, 5).await.expect("letters");
}

async fn ask_bus(store: &SqliteStore) {
    store.read(0, &[Topic::TaskEvents], 5).await.expect("rows");
    store.head().await.expect("a position");
    store.cursor("audit").await.expect("a position");
}
