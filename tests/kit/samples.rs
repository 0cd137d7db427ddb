//! Rows as the domain would make them, for tests that speak to the store without the service.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::change::{Change, Put, Receipt};
use domain::due::Due;
use domain::event::{Cause, Event, Stamp};
use domain::ids::{DeliveryId, EventId, PersonId, ReminderId, SeriesId, TaskId};
use domain::list::List;
use domain::outcome::Outcome;
use domain::person::{Person, Settings};
use domain::place::{Channel, Place};
use domain::ports::clock::Ids;
use domain::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use domain::series::{Series, SeriesState, Template};
use domain::task::{RepeatFrom, Status, Task};
use domain::tenant::TenantId;
use domain::zone::Zone;
use jiff::{SignedDuration, Timestamp};

use super::clock::CountingIds;

/// Makes rows with ids and times of their own, each later than the one before.
#[derive(Default)]
pub struct Samples {
    ids: CountingIds,
    seconds: AtomicU64,
}

impl Samples {
    pub fn id(&self) -> uuid::Uuid {
        self.ids.fresh()
    }

    /// A second later each time, beginning in March 2026.
    pub fn now(&self) -> Timestamp {
        let seconds = self.seconds.fetch_add(1, Ordering::Relaxed);
        at(i64::try_from(seconds).expect("few seconds"))
    }

    pub fn person(&self, name: &str) -> Person {
        Person { id: PersonId(self.id()), name: name.to_owned(), settings: Settings::default(), version: 1 }
    }

    pub fn task(&self, list: &List, author: PersonId, number: u64) -> Task {
        let now = self.now();
        Task {
            id: TaskId(self.id()),
            tenant: list.tenant.clone(),
            list: list.id,
            number,
            title: format!("Task {number}"),
            description: String::new(),
            priority: None,
            tags: BTreeSet::new(),
            due: None,
            status: Status::Open,
            bare_reminder: false,
            author,
            assignees: Vec::new(),
            place: None,
            recurring: None,
            closed: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    pub fn reminder(&self, task: &Task, place: Place, at: Timestamp) -> Reminder {
        Reminder {
            id: ReminderId(self.id()),
            task: task.id,
            tenant: task.tenant.clone(),
            place,
            recipients: task.assignees.clone(),
            asked_by: task.author,
            at,
            state: ReminderState::Scheduled,
            delivery: None,
            reason: None,
            trace: None,
            version: 1,
        }
    }

    pub fn delivery(&self, members: &[&Reminder]) -> Delivery {
        let first = members.first().expect("a delivery has members");
        Delivery {
            id: DeliveryId(self.id()),
            tenant: first.tenant.clone(),
            place: first.place.clone(),
            members: members.iter().map(|reminder| reminder.id).collect(),
            state: DeliveryState::Claimed,
            attempts: 0,
            next_attempt_at: first.at,
            unsure_since: None,
            unsure_until: None,
            message_id: None,
            last_error: None,
            notice: None,
            version: 1,
        }
    }

    /// A daily series whose first occurrence is the task.
    pub fn series(&self, task: &Task, next_at: Option<Timestamp>) -> Series {
        Series {
            id: SeriesId(self.id()),
            tenant: task.tenant.clone(),
            list: task.list,
            rule: "FREQ=DAILY".parse().expect("a rule"),
            start: jiff::civil::date(2026, 3, 1).at(9, 0, 0, 0),
            day_only: false,
            zone: Zone::utc(),
            repeat_from: RepeatFrom::Schedule,
            template: Template {
                title: task.title.clone(),
                description: String::new(),
                priority: None,
                tags: BTreeSet::new(),
                assignees: Vec::new(),
                place: None,
                bare_reminder: false,
                author: task.author,
            },
            current: task.id,
            nth: 1,
            current_at: task.created_at,
            next_at,
            withdrawn: None,
            state: SeriesState::Active,
            version: 1,
        }
    }

    pub fn event(&self, before: Option<&Task>, after: &Task, list: &List) -> Event {
        let before = before.map(|task| (task, list));
        self.stamped(after.author, |stamp| stamp.task(before, after, list).expect("something changed"))
    }

    pub fn reminder_event(&self, reminder: &Reminder) -> Event {
        self.stamped(reminder.asked_by, |stamp| stamp.reminder(reminder))
    }

    fn stamped(&self, actor: PersonId, make: impl FnOnce(Stamp<'_>) -> Event) -> Event {
        let cause = Cause { actor, on_behalf_of: None, caused_by: None, trace: None, role: "bot" };
        make(Stamp { id: EventId(self.id()), time: self.now(), cause: &cause })
    }

    /// The change that makes a task.
    pub fn making(&self, list: &List, task: &Task) -> Change {
        Change {
            lists: vec![list.clone()],
            tasks: vec![Put::new(task.clone())],
            events: vec![self.event(None, task, list)],
            ..Change::default()
        }
    }

    /// The change that puts `after` in place of `before`.
    pub fn changing(&self, list: &List, before: &Task, after: &Task) -> Change {
        Change {
            tasks: vec![Put::over(before.version, after.clone())],
            events: vec![self.event(Some(before), after, list)],
            ..Change::default()
        }
    }

    pub fn receipt(&self, key: &str) -> Receipt {
        let (tenant, digest) = (tenant("console"), "digest".to_owned());
        Receipt { tenant, key: key.to_owned(), digest, outcome: Outcome::default(), at: self.now() }
    }
}

/// So many seconds after the first of March 2026.
pub fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-03-01T00:00:00Z".parse().expect("a timestamp");
    start + SignedDuration::from_secs(seconds)
}

/// A due at so many seconds, in UTC.
pub fn due_at(seconds: i64) -> Due {
    Due::instant(at(seconds), Zone::utc())
}

pub fn tenant(name: &str) -> TenantId {
    name.parse().expect("a tenant")
}

pub fn channel(tenant_name: &str, id: &str) -> Channel {
    Channel { tenant: tenant(tenant_name), id: id.to_owned() }
}

/// The task with a new title and the next version.
pub fn retitled(task: &Task, title: &str) -> Task {
    Task { title: title.to_owned(), version: task.version + 1, ..task.clone() }
}

/// The task in another state, with the next version.
pub fn with_status(task: &Task, status: Status) -> Task {
    Task { status, version: task.version + 1, ..task.clone() }
}

/// The reminder in another state, with the next version.
pub fn moved_on(reminder: &Reminder, state: ReminderState) -> Reminder {
    Reminder { state, version: reminder.version + 1, ..reminder.clone() }
}
