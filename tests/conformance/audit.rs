//! The audit port: complete, in order, once, and append-only.

use std::sync::Arc;

use domain::event::{Event, EventType, Stream};
use domain::ids::{EventId, PersonId};
use domain::list::List;
use domain::place::Place;
use domain::ports::audit::{AuditEntry, AuditLog, AuditQuery};
use domain::reminder::ReminderState;
use domain::task::{Status, Task};

use crate::kit::samples::{Samples, at, moved_on, retitled, tenant, with_status};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            audit: an_event_appended_twice_is_one_row,
            a_version_of_a_stream_is_one_row,
            the_last_version_of_each_stream_is_known,
            events_that_the_log_does_not_hold_are_named,
            a_page_filters_by_person_task_type_and_time,
            audit_pages_joined_are_the_whole,
            an_event_of_an_unknown_type_is_kept_and_no_page_shows_it,
        );
    };
}
pub(crate) use suite;

/// A task's short life: made by Ana, edited, done; with a reminder.
struct Story {
    samples: Samples,
    ana: PersonId,
    bob: PersonId,
    task: Task,
    events: Vec<Event>,
}

impl Story {
    fn new() -> Self {
        let samples = Samples::default();
        let (ana, bob) = (samples.person("ana").id, samples.person("bob").id);
        let list = List::personal(tenant("console"), ana);
        let task = Task { assignees: vec![bob], ..samples.task(&list, ana, 1) };
        let edited = Task { assignees: Vec::new(), ..retitled(&task, "edited") };
        let done = with_status(&edited, Status::Done);
        let reminder = samples.reminder(&task, Place::Direct(ana), at(9));
        let events = vec![
            samples.event(None, &task, &list),
            samples.reminder_event(&reminder),
            samples.event(Some(&task), &edited, &list),
            samples.event(Some(&edited), &done, &list),
            samples.reminder_event(&moved_on(&reminder, ReminderState::Cancelled)),
        ];
        Self { samples, ana, bob, task, events }
    }

    async fn tell(&self, log: &impl AuditLog) {
        log.append(&entries(&self.events)).await.expect("appended");
    }
}

pub fn entries(events: &[Event]) -> Vec<AuditEntry> {
    let entry = |event: &Event| AuditEntry {
        event: event.clone().into(),
        kind: event.kind.to_string(),
        bytes: serde_json::to_string(event).expect("an event serializes").into(),
    };
    events.iter().map(entry).collect()
}

async fn page(log: &impl AuditLog, query: &AuditQuery) -> Vec<Event> {
    let page = log.page(query).await.expect("a page");
    page.items.into_iter().map(|(_, event)| event).collect()
}

fn oldest_first() -> AuditQuery {
    AuditQuery { oldest_first: true, limit: 200, ..AuditQuery::default() }
}

pub async fn an_event_appended_twice_is_one_row(log: Arc<impl AuditLog>) {
    let story = Story::new();
    log.append(&entries(&story.events[..2])).await.expect("appended");
    story.tell(&*log).await;
    let doubled = [entries(&story.events), entries(&story.events)].concat();
    log.append(&doubled).await.expect("appended");
    log.append(&[]).await.expect("appended");
    assert_eq!(page(&*log, &oldest_first()).await, story.events);
}

pub async fn a_version_of_a_stream_is_one_row(log: Arc<impl AuditLog>) {
    let story = Story::new();
    story.tell(&*log).await;
    let forged = Event { id: EventId(story.samples.id()), ..story.events[2].clone() };
    log.append(&entries(&[forged])).await.expect("appended");
    assert_eq!(page(&*log, &oldest_first()).await, story.events);
}

pub async fn the_last_version_of_each_stream_is_known(log: Arc<impl AuditLog>) {
    let story = Story::new();
    story.tell(&*log).await;
    let (task, reminder) = (story.events[0].stream(), story.events[1].stream());
    let unknown = Stream::Task(domain::ids::TaskId(story.samples.id()));
    let versions = log.last_versions(&[task, reminder, unknown]).await.expect("versions");
    assert_eq!(versions, [(task, 3), (reminder, 2)].into());
}

pub async fn events_that_the_log_does_not_hold_are_named(log: Arc<impl AuditLog>) {
    let story = Story::new();
    story.tell(&*log).await;
    let stranger = EventId(story.samples.id());
    let asked: Vec<EventId> = story.events.iter().map(|event| event.id).chain([stranger]).collect();
    assert_eq!(log.missing(&asked).await.expect("an answer"), [stranger].into());
    assert_eq!(log.missing(&[]).await.expect("an answer"), [].into());
}

pub async fn a_page_filters_by_person_task_type_and_time(log: Arc<impl AuditLog>) {
    let story = Story::new();
    story.tell(&*log).await;
    let events = &story.events;
    let pick = |picked: &[usize]| picked.iter().map(|at| events[*at].clone()).collect::<Vec<_>>();
    let completed = vec![EventType::TaskCompleted, EventType::TaskCreated];
    let cases = [
        (AuditQuery { person: Some(story.ana), ..oldest_first() }, pick(&[0, 1, 2, 3, 4])),
        (AuditQuery { person: Some(story.bob), ..oldest_first() }, pick(&[0, 1, 2, 4])),
        (AuditQuery { person: Some(PersonId::SYSTEM), ..oldest_first() }, pick(&[])),
        (AuditQuery { task: Some(story.task.id), ..oldest_first() }, pick(&[0, 1, 2, 3, 4])),
        (
            AuditQuery { tenants: Some(vec![tenant("slack:T1"), tenant("console")]), ..oldest_first() },
            pick(&[0, 1, 2, 3, 4]),
        ),
        (AuditQuery { tenants: Some(vec![tenant("slack:T1")]), person: Some(story.ana), ..oldest_first() }, pick(&[])),
        (AuditQuery { tenants: Some(Vec::new()), task: Some(story.task.id), ..oldest_first() }, pick(&[])),
        (AuditQuery { types: completed, ..oldest_first() }, pick(&[0, 3])),
        (AuditQuery { from: Some(events[1].time), to: Some(events[3].time), ..oldest_first() }, pick(&[1, 2])),
        (AuditQuery { person: Some(story.ana), limit: 2, ..AuditQuery::default() }, pick(&[4, 3])),
    ];
    for (query, expected) in cases {
        assert_eq!(page(&*log, &query).await, expected, "{query:?}");
    }
}

pub async fn audit_pages_joined_are_the_whole(log: Arc<impl AuditLog>) {
    let story = Story::new();
    story.tell(&*log).await;
    for oldest_first in [true, false] {
        let mut query = AuditQuery { person: Some(story.ana), oldest_first, limit: 2, ..AuditQuery::default() };
        let mut all = Vec::new();
        loop {
            let page = log.page(&query).await.expect("a page");
            all.extend(page.items.into_iter().map(|(_, event)| event));
            match page.next {
                None => break,
                next => query.after = next,
            }
        }
        if !oldest_first {
            all.reverse();
        }
        assert_eq!(all, story.events);
    }
}

/// For adapters whose tables can be reached behind the port: `sql` runs a statement as the program would.
pub async fn refuses_to_be_rewritten(log: &impl AuditLog, sql: impl AsyncFn(&'static str) -> Result<u64, String>) {
    let story = Story::new();
    story.tell(log).await;
    let refused = [
        "UPDATE audit_log SET actor = 'somebody else'",
        "DELETE FROM audit_log",
        "UPDATE audit_content SET payload = '{}'",
        "UPDATE audit_people SET row = row + 1",
        "DELETE FROM audit_people",
    ];
    for statement in refused {
        assert!(sql(statement).await.is_err(), "{statement}");
    }
    assert_eq!(page(log, &oldest_first()).await, story.events);
    // Erasure takes content away and nothing else, and no repetition brings it back.
    let erased = sql("DELETE FROM audit_content WHERE row IN (SELECT row FROM audit_log WHERE version = 1)").await;
    assert_eq!(erased, Ok(2));
    story.tell(log).await;
    assert_eq!(page(log, &oldest_first()).await, story.events[2..]);
    let versions = log.last_versions(&[story.events[0].stream()]).await.expect("versions");
    assert_eq!(versions.values().copied().collect::<Vec<_>>(), [3]);
}

/// The entries of a story whose edit is of a type that a newer release added.
pub fn with_an_unknown_type(story_events: &[Event]) -> Vec<AuditEntry> {
    let mut all = entries(story_events);
    let edit = all.iter_mut().find(|entry| entry.event.kind == EventType::TaskUpdated).expect("an edit");
    edit.bytes = edit.bytes.replace("TASK_UPDATED", "TASK_PAINTED").into();
    edit.event = serde_json::from_str(&edit.bytes).expect("an event of any type");
    "TASK_PAINTED".clone_into(&mut edit.kind);
    all
}

pub async fn an_event_of_an_unknown_type_is_kept_and_no_page_shows_it(log: Arc<impl AuditLog>) {
    let story = Story::new();
    let entries = with_an_unknown_type(&story.events);
    for _ in 0..2 {
        log.append(&entries).await.expect("appended");
    }
    let stream = Stream::Task(story.task.id);
    let alone: Vec<AuditEntry> = entries.iter().filter(|entry| entry.kind == "TASK_PAINTED").cloned().collect();
    assert_eq!(alone[0].event.stream(), stream, "it counts in its task's stream");
    assert_eq!(log.last_versions(&[stream]).await.expect("an answer")[&stream], 3, "there is no hole");
    let all = AuditQuery { limit: 200, oldest_first: true, ..AuditQuery::default() };
    for query in [
        all.clone(),
        AuditQuery { person: Some(story.ana), ..all.clone() },
        AuditQuery { task: Some(story.task.id), ..all.clone() },
        AuditQuery { types: EventType::ALL.to_vec(), ..all.clone() },
    ] {
        let kinds: Vec<EventType> = page(log.as_ref(), &query).await.iter().map(|event| event.kind).collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        assert!(!kinds.contains(&EventType::Unknown), "{kinds:?}");
    }
    let first = log.page(&AuditQuery { limit: 3, ..all.clone() }).await.expect("a page");
    assert_eq!((first.items.len(), first.next.is_some()), (3, true), "pages are as full as ever");
}

/// What was just told of a newer release, for adapters to look at in their own way.
pub async fn keeps_an_unknown_type(log: &impl AuditLog) {
    log.append(&with_an_unknown_type(&Story::new().events)).await.expect("appended");
}
