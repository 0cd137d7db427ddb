//! Events: what happened, as CloudEvents 1.0. The contracts in `contracts/` describe them to others.

mod build;
mod changes;
mod kind;
mod update;
mod view;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use build::{Cause, Stamp};
pub use changes::{Changes, changes_between};
pub use kind::{EventType, SCHEMA_MAJOR, Stream, Topic};
pub use update::{Passing, TaskUpdate};
pub use view::{MissedView, ReminderView, TaskView, due_text, list_name};

use crate::ids::{EventId, PersonId, TaskId};
use crate::tenant::TenantId;
use crate::trace::TraceParent;

/// One event, in the JSON form in which it stands in the outbox, on the bus and in the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Always `1.0`.
    pub specversion: String,
    /// The event's id.
    pub id: EventId,
    /// `/taskbot/<role>`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// The task; also the key on the bus.
    pub subject: TaskId,
    /// When it happened.
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Name and major version of the contract of `data`.
    pub dataschema: String,
    /// The trace that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<TraceParent>,
    /// What happened to what, and who did it.
    pub data: EventData,
}

/// What happened to what, and who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventData {
    /// The tenant of the task.
    pub tenant_id: TenantId,
    /// The person who did it; [`PersonId::SYSTEM`] for what a clock made happen.
    pub user_id: PersonId,
    /// For whom the product acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The version in the event's stream: the task's for `TASK_*`, the reminder's for `REMINDER_*`.
    pub version: u64,
    /// The event that led to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<EventId>,
    /// The task after the change; with every `TASK_*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskView>,
    /// The reminder after the change; with every `REMINDER_*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<ReminderView>,
    /// The times that got no task or whose task was overtaken; with `TASK_MISSED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<MissedView>,
    /// Field by field, from and to.
    #[serde(default, skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
    /// Whoever made, owns or was assigned the task, before or after the change.
    pub participants: Vec<PersonId>,
}

impl Event {
    /// The stream in which the event's version counts.
    ///
    /// Events of a type that this release does not know count by the reminder that they speak of, else by task.
    #[must_use]
    pub fn stream(&self) -> Stream {
        let of_reminder = self.kind.topic() == Topic::Reminders || self.kind == EventType::Unknown;
        match &self.data.reminder {
            Some(reminder) if of_reminder => Stream::Reminder(reminder.id),
            _ => Stream::Task(self.subject),
        }
    }
}
