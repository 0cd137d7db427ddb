//! The events of the golden samples, made by the code that makes all events.

use std::collections::BTreeMap;

use domain::due::Due;
use domain::event::{Cause, Event, MissedView, Stamp};
use domain::ids::{DeliveryId, EventId, PersonId, ReminderId, SeriesId, TaskId};
use domain::list::List;
use domain::place::{Channel, Place};
use domain::reminder::{Reminder, ReminderState};
use domain::task::{Closed, Priority, Recurring, RepeatFrom, Status, Task};
use domain::tenant::TenantId;
use jiff::Timestamp;
use uuid::Uuid;

const ANA: PersonId = PersonId(Uuid::from_u128(0x0198_6f00_0000_7000_8000_0000_0000_0a0a));
const BEN: PersonId = PersonId(Uuid::from_u128(0x0198_6f00_0000_7000_8000_0000_0000_0be0));
const TASK: TaskId = TaskId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_0000_0001));
const NOTES: TaskId = TaskId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_0000_0005));
const SERIES: SeriesId = SeriesId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_0000_0002));
const REMINDER: ReminderId = ReminderId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_0000_0003));
const DELIVERY: DeliveryId = DeliveryId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_0000_0004));
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// One event of each type, in the order of the contract.
pub(crate) fn events() -> Vec<Event> {
    [task_events(), vec![missed()], reminder_events()].concat()
}

/// One event of each type, by type.
pub(crate) fn by_type() -> BTreeMap<&'static str, Event> {
    events().into_iter().map(|event| (event.kind.as_str(), event)).collect()
}

/// Ana adds a task for Ben to the channel's list; Ben moves it, does it, opens it again, and Ana deletes it.
fn task_events() -> Vec<Event> {
    let list = channel();
    let created = shipping(&list);
    let updated = Task {
        title: "Ship release 2.0".to_owned(),
        due: Some(due("2026-03-06T22:00:00Z")),
        version: 2,
        updated_at: at("2026-03-04T15:05:00Z"),
        ..created.clone()
    };
    let done = closed(&updated, Status::Done, BEN, 3, "2026-03-06T21:40:00Z");
    let open =
        Task { status: Status::Open, closed: None, version: 4, updated_at: at("2026-03-06T21:41:00Z"), ..done.clone() };
    let deleted = closed(&open, Status::Deleted, ANA, 5, "2026-03-06T21:45:00Z");
    let states = [(ANA, created), (BEN, updated), (BEN, done), (BEN, open), (ANA, deleted)];
    let mut before: Option<Task> = None;
    let mut events = Vec::new();
    for (actor, task) in states {
        let event = stamped(by(actor, "bot"), events.len(), task.updated_at, |stamp| {
            stamp.task(before.as_ref().map(|before| (before, &list)), &task, &list)
        });
        events.extend(event);
        before = Some(task);
    }
    events
}

/// Ana opened Monday's stand-up notes again; by Wednesday they are overtaken, and Tuesday's were never made.
fn missed() -> Event {
    let list = List::personal(TenantId::console(), ANA);
    let monday = at("2026-03-02T14:00:00Z");
    let rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE".parse().expect("a rule");
    let task = Task {
        id: NOTES,
        number: 7,
        title: "Write stand-up notes".to_owned(),
        description: String::new(),
        priority: None,
        tags: ["standup".to_owned()].into(),
        due: Some(Due::instant(monday, zone())),
        assignees: Vec::new(),
        recurring: Some(Recurring {
            series: SERIES,
            nth: 4,
            scheduled_for: zone().wall(monday),
            scheduled_at: monday,
            rule,
            repeat_from: RepeatFrom::Schedule,
            undone_since: None,
        }),
        created_at: at("2026-02-25T14:00:00Z"),
        updated_at: at("2026-03-04T13:59:58Z"),
        version: 3,
        ..shipping(&list)
    };
    let when = at("2026-03-04T14:00:00Z");
    let after = Task { status: Status::Missed, version: 4, updated_at: when, ..task.clone() };
    let missed = MissedView { series_id: SERIES, missed: vec![monday, at("2026-03-03T14:00:00Z")], count: 2 };
    let cause = Cause { caused_by: Some(event_id(0xf)), ..for_ana("recurrence") };
    stamped(cause, 5, when, |stamp| stamp.missed(&task, &after, &list, missed))
}

/// Ana's own reminder is scheduled, then cancelled; Ben's comes due and is delivered, or finds no way to its thread.
fn reminder_events() -> Vec<Event> {
    let scheduled = reminder();
    let cancelled = Reminder {
        state: ReminderState::Cancelled,
        reason: Some("the task was done".to_owned()),
        version: 2,
        ..scheduled.clone()
    };
    let due = Reminder {
        place: Place::Channel("ops".to_owned()),
        recipients: vec![BEN],
        state: ReminderState::Due,
        delivery: Some(DELIVERY),
        version: 2,
        ..scheduled.clone()
    };
    let delivered = Reminder { state: ReminderState::Delivered, version: 3, ..due.clone() };
    let thread = Place::Thread { channel: "C024BE91L".to_owned(), thread: "1772632800.000100".to_owned() };
    let failed = Reminder {
        state: ReminderState::Failed,
        tenant: "slack:T024BE7LD".parse().expect("a tenant"),
        place: thread,
        reason: Some("refused: the channel is archived".to_owned()),
        version: 3,
        ..due.clone()
    };
    let clock = || for_ana("reminders");
    let caused = Cause { caused_by: Some(event_id(0xf)), ..for_ana("recurrence") };
    [
        (caused, "2026-03-04T15:00:00Z", scheduled),
        (by(ANA, "bot"), "2026-03-06T13:00:00Z", cancelled),
        (clock(), "2026-03-06T14:00:00.015Z", due),
        (clock(), "2026-03-06T14:00:00.230Z", delivered),
        (clock(), "2026-03-06T14:00:01.100Z", failed),
    ]
    .into_iter()
    .enumerate()
    .map(|(nth, (cause, when, reminder))| stamped(cause, 6 + nth, at(when), |stamp| stamp.reminder(&reminder)))
    .collect()
}

fn stamped<T>(cause: Cause, nth: usize, time: Timestamp, make: impl FnOnce(Stamp<'_>) -> T) -> T {
    make(Stamp { id: event_id(nth), time, cause: &cause })
}

fn event_id(nth: usize) -> EventId {
    EventId(Uuid::from_u128(0x019c_b9a2_3c00_7000_8000_0000_000e_0000 + nth as u128))
}

fn by(actor: PersonId, role: &'static str) -> Cause {
    Cause { actor, on_behalf_of: None, caused_by: None, trace: TRACE.parse().ok(), role }
}

fn for_ana(role: &'static str) -> Cause {
    Cause { on_behalf_of: Some(ANA), ..by(PersonId::SYSTEM, role) }
}

fn shipping(list: &List) -> Task {
    Task {
        id: TASK,
        tenant: list.tenant.clone(),
        list: list.id,
        number: 3,
        title: "Ship release".to_owned(),
        description: "Changelog first, then the tag.".to_owned(),
        priority: Some(Priority::High),
        tags: ["ops", "release"].map(str::to_owned).into(),
        due: Some(due("2026-03-06T14:00:00Z")),
        status: Status::Open,
        bare_reminder: false,
        author: ANA,
        assignees: vec![BEN],
        place: None,
        recurring: None,
        closed: None,
        created_at: at("2026-03-04T15:00:00Z"),
        updated_at: at("2026-03-04T15:00:00Z"),
        version: 1,
    }
}

fn reminder() -> Reminder {
    Reminder {
        id: REMINDER,
        task: TASK,
        tenant: TenantId::console(),
        place: Place::Direct(ANA),
        recipients: vec![ANA],
        asked_by: ANA,
        at: at("2026-03-06T14:00:00Z"),
        state: ReminderState::Scheduled,
        delivery: None,
        reason: None,
        trace: TRACE.parse().ok(),
        version: 1,
    }
}

fn closed(task: &Task, status: Status, by: PersonId, version: u64, when: &str) -> Task {
    Task { status, closed: Some(Closed { by, at: at(when) }), version, updated_at: at(when), ..task.clone() }
}

fn channel() -> List {
    List::of_channel(&Channel { tenant: TenantId::console(), id: "ops".to_owned() })
}

fn due(instant: &str) -> Due {
    Due::instant(at(instant), zone())
}

fn zone() -> domain::zone::Zone {
    "America/New_York".parse().expect("a zone")
}

fn at(instant: &str) -> Timestamp {
    instant.parse().expect("an instant")
}
