//! The JSON that others read: flat, stable, the same in events, audit and (with names for ids) REST.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::due::Due;
use crate::ids::{ListId, PersonId, ReminderId, SeriesId, TaskId};
use crate::list::{List, ListKind};
use crate::place::Place;
use crate::reminder::{Reminder, ReminderState};
use crate::task::{Priority, RepeatFrom, Status, Task};
use crate::tenant::TenantId;

/// A task in the words of `taskbot parse`, and what the store knows besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    /// The task's id.
    pub id: TaskId,
    /// The short number, unique in the tenant.
    pub number: u64,
    /// The tenant.
    pub tenant_id: TenantId,
    /// `personal`, or `#` and the platform's channel id.
    pub list: String,
    /// The list's id.
    pub list_id: ListId,
    /// The title.
    pub title: String,
    /// The description; empty if there is none.
    #[serde(default)]
    pub description: String,
    /// Where it stands.
    pub status: Status,
    /// 1 urgent, 2 high, 3 medium, 4 low.
    pub priority: Option<Priority>,
    /// Lower case, without `#`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// `2026-03-06` for a day, RFC 3339 with the offset of its zone for an instant.
    pub due: Option<String>,
    /// The IANA zone that the due was meant in.
    pub due_zone: Option<String>,
    /// RFC 5545 RRULE value, DTSTART being the first due.
    pub rrule: Option<String>,
    /// `schedule` or `completion`; with `rrule` only.
    pub repeat_from: Option<RepeatFrom>,
    /// The series, of an occurrence.
    pub series_id: Option<SeriesId>,
    /// The immutable scheduled instant, of an occurrence.
    pub scheduled_for: Option<Timestamp>,
    /// The first of `assignees`: a person's id in events, a name in REST.
    pub assignee: Option<String>,
    /// Everybody whom it mentions.
    #[serde(default)]
    pub assignees: Vec<String>,
    /// The person who made it.
    pub author_id: PersonId,
    /// Made by `remind …`.
    #[serde(default)]
    pub bare_reminder: bool,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// 1 at first, plus one with each `TASK_*` event.
    pub version: u64,
}

impl TaskView {
    /// The task for events: people are ids.
    #[must_use]
    pub fn of(task: &Task, list: &List) -> Self {
        Self::with_names(task, list, PersonId::to_string)
    }

    /// The task with people called as the caller says.
    #[must_use]
    pub fn with_names(task: &Task, list: &List, name: impl Fn(&PersonId) -> String) -> Self {
        let recurring = task.recurring.as_ref();
        let assignees: Vec<String> = task.assignees.iter().map(name).collect();
        Self {
            id: task.id,
            number: task.number,
            tenant_id: task.tenant.clone(),
            list: list_name(list),
            list_id: task.list,
            title: task.title.clone(),
            description: task.description.clone(),
            status: task.status,
            priority: task.priority,
            tags: task.tags.iter().cloned().collect(),
            due: task.due.as_ref().map(due_text),
            due_zone: task.due.as_ref().map(|due| due.zone.to_string()),
            rrule: recurring.map(|seat| seat.rule.to_string()),
            repeat_from: recurring.map(|seat| seat.repeat_from),
            series_id: recurring.map(|seat| seat.series),
            scheduled_for: recurring.map(|seat| seat.scheduled_at),
            assignee: assignees.first().cloned(),
            assignees,
            author_id: task.author,
            bare_reminder: task.bare_reminder,
            closed_at: task.closed.as_ref().map(|closed| closed.at),
            created_at: task.created_at,
            updated_at: task.updated_at,
            version: task.version,
        }
    }
}

/// `personal`, or `#` and the platform's channel id.
#[must_use]
pub fn list_name(list: &List) -> String {
    match &list.kind {
        ListKind::Personal(_) => "personal".to_owned(),
        ListKind::Channel(id) => format!("#{id}"),
    }
}

/// `2026-03-06` for a day, RFC 3339 with the offset of its zone for an instant.
#[must_use]
pub fn due_text(due: &Due) -> String {
    match due.time {
        None => due.date.to_string(),
        Some(_) => {
            let offset = due.zone.rules().to_offset(due.at);
            due.at.display_with_offset(offset).to_string()
        }
    }
}

/// A reminder as others read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderView {
    /// The reminder's id.
    #[serde(rename = "reminder_id")]
    pub id: ReminderId,
    /// The task that it reminds of.
    pub task_id: TaskId,
    /// When it is to go out.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ReminderState,
    /// Where it goes.
    pub place: Place,
    /// Whom it mentions there.
    #[serde(default)]
    pub recipients: Vec<PersonId>,
    /// Who asked for it.
    pub asked_by: PersonId,
    /// How late it went out, in milliseconds; with `REMINDER_DELIVERED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_ms: Option<i64>,
    /// Why it was cancelled or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ReminderView {
    /// The reminder as it stands; `posted_at` when it was just delivered.
    #[must_use]
    pub fn of(reminder: &Reminder, posted_at: Option<Timestamp>) -> Self {
        Self {
            id: reminder.id,
            task_id: reminder.task,
            at: reminder.at,
            state: reminder.state,
            place: reminder.place.clone(),
            recipients: reminder.recipients.clone(),
            asked_by: reminder.asked_by,
            late_ms: posted_at.map(|posted| posted.as_millisecond() - reminder.at.as_millisecond()),
            reason: reminder.reason.clone(),
        }
    }
}

/// The times of a series that were not done and will not come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedView {
    /// The series.
    pub series_id: SeriesId,
    /// The scheduled instants; the overtaken occurrence's own first, if it was still open. At most 100 are named.
    pub missed: Vec<Timestamp>,
    /// How many there were in all.
    pub count: u64,
}
