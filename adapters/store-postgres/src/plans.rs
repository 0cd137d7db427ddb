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
use domain::ports::bus::{Cursor, Hole, Outbox};
use domain::ports::inbox::Inbox;
use domain::ports::people::People;
use domain::ports::store::Store;
use domain::query::{Keyset, Order, PastReminders, Sort, TaskQuery};
use domain::snapshot::Needs;
use domain::tenant::{Platform, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::PostgresStore;
use crate::ask::{Ask, within};
use crate::explain::ABOUT;
use crate::lane::Lane;
use crate::rows::column;
use crate::scratch::with_store;

/// The small tables, and what is a step but reads no table.
const SMALL: &[&str] = &[
    "cursors",
    "leases",
    "outbox_floor",
    "canary",
    "counters",
    "dead_letters",
    "acts",
    "parked",
    "hold",
    "installations",
];
/// The one question that may read long: it is asked by operators, and an index would cost every command.
const MAY_READ_LONG: &str = "SELECT format('event %s";

thread_local! {
    /// Steps of plans that read a large table or index whole, with their statement.
    static SCANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static LOOKED_AT: RefCell<usize> = const { RefCell::new(0) };
}

/// Looks at the plan of a statement before it runs.
pub(crate) async fn note(lane: &Lane, ask: &Ask) {
    let explained = match &ask.within {
        Some((scope, question, values)) => within(scope.clone(), format!("EXPLAIN {question}"), values),
        None => Ask { sql: format!("EXPLAIN {}", ask.sql).into(), ..ask.clone() },
    };
    let rows = lane.read(explained).await.unwrap_or_else(|error| panic!("{error:?}: {}", ask.sql));
    let plan: Vec<&str> = rows.iter().map(|row| column(row, 0).expect("a line")).collect();
    if !ask.sql.trim_start().starts_with(MAY_READ_LONG) {
        let question = ask.within.as_ref().map_or(ask.sql.as_ref(), |(_, question, _)| question);
        for step in scans(&plan) {
            SCANS.with_borrow_mut(|scans| scans.push(format!("{step}: {question}\n{}", plan.join("\n"))));
        }
    }
    LOOKED_AT.with_borrow_mut(|count| *count += 1);
}

/// The steps that read a large table without an index, or an index without a condition.
fn scans<'a>(plan: &[&'a str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, step) in plan.iter().enumerate() {
        let begins_step = |line: &str| line.trim_start().starts_with("->");
        let is_step = at == 0 || begins_step(step);
        let mut details = plan[at + 1..].iter().take_while(|line| !begins_step(line));
        let by_index = details.any(|line| line.trim_start().starts_with("Index Cond"));
        // Of its first entry alone, at which the walk ends.
        let first = step.contains("series_by_next") && at > 0 && plan[at - 1].contains("Limit");
        let index = step.contains("Index Scan") || step.contains("Index Only Scan");
        let whole = step.contains("Seq Scan") || (index && !by_index && !first);
        if is_step && whole && !SMALL.iter().any(|name| step.contains(name)) {
            found.push(step.trim());
        }
    }
    found
}

#[test]
fn a_plan_that_reads_all_is_noticed() {
    assert_eq!(scans(&["Seq Scan on tasks t"]).len(), 1);
    assert_eq!(scans(&["Limit", "  ->  Index Scan using a on tasks t", "        Filter: x"]).len(), 1);
    assert!(scans(&["Limit", "  ->  Index Scan using a on tasks t", "        Index Cond: x"]).is_empty());
}

/// With these off, the planner reads a table whole only where there is no other way, small as it is here.
const OFF: [(&str, &str); 3] = [("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off")];

#[tokio::test]
async fn no_question_reads_a_large_table_from_end_to_end() {
    with_store(&OFF, async |store| {
        ask_store(store).await;
        for sight in sights() {
            for query in queries() {
                store.find(&sight, &query).await.expect("a page");
            }
            store.tags(&sight, 5).await.expect("tags");
        }
        ask_agenda(store).await;
        ask_people(store).await;
        ask_audit(store).await;
        ask_bus(store).await;
    })
    .await;
    assert!(LOOKED_AT.take() > 200, "too few questions were asked");
    let scans = SCANS.take();
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

const ID: Uuid = Uuid::from_u128(1);

async fn ask_store(store: &PostgresStore) {
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
    for question in ABOUT {
        store.relay.rows(Ask::new(question).bind(ID)).await.expect("lines");
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

async fn ask_agenda(store: &PostgresStore) {
    let place = Place::Direct(PersonId(ID));
    let reach = [Reach::Platform(Platform::Slack), Reach::Places(TenantId::console(), vec![place])];
    let now = Timestamp::UNIX_EPOCH;
    store.due_reminders(&reach, now, 5).await.expect("reminders");
    store.due_deliveries(&reach, now, 5).await.expect("deliveries");
    store.next_reminder(&reach).await.expect("a time");
    store.due_series(now, 5).await.expect("series");
    store.next_series().await.expect("a time");
}

async fn ask_people(store: &PostgresStore) {
    let person = PersonId(ID);
    store.who_is(&Identity::console("ana")).await.expect("a person");
    store.person(person).await.expect("a person");
    store.identities(person).await.expect("identities");
    store.joined(person).await.expect("channels");
    store.watches(Timestamp::UNIX_EPOCH).await.expect("watches");
    store.watched(1, Timestamp::UNIX_EPOCH, 5).await.expect("looks");
    store.token("hash").await.expect("a token");
    store.tokens(person).await.expect("tokens");
    store.acts(Some(person), 5).await.expect("acts");
}

async fn ask_audit(store: &PostgresStore) {
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

async fn ask_bus(store: &PostgresStore) {
    store.read(0, &[Topic::TaskEvents], 5).await.expect("rows");
    store.head().await.expect("a position");
    let cursor = Cursor { position: 9, holes: vec![Hole { position: 3, marker: 1 }] };
    store.follow(&cursor, &[Topic::TaskEvents], 5.into()).await.expect("rows");
    store.cursor("audit").await.expect("a position");
}
