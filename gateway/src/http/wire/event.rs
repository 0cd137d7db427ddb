//! An audit item.

use domain::event::{Changes, Event, EventType, MissedView, ReminderView, TaskView};
use domain::ids::{EventId, PersonId};
use domain::tenant::TenantId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditItem {
    /// The event's id.
    #[schema(value_type = String, format = "uuid")]
    event_id: EventId,
    /// `TASK_CREATED`, `REMINDER_DELIVERED` …
    #[schema(value_type = String, example = "TASK_CREATED")]
    event_type: EventType,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// The id of the person who did it.
    #[schema(value_type = String, format = "uuid")]
    user_id: PersonId,
    /// For whom Taskbot acted by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    on_behalf_of: Option<PersonId>,
    /// The task's version for `TASK_*`, the reminder's for `REMINDER_*`.
    version: u64,
    /// The tenant.
    #[schema(value_type = String)]
    tenant_id: TenantId,
    /// The task after it; people are ids here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::task::Task>)]
    task: Option<TaskView>,
    /// The reminder after it, with `REMINDER_*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    reminder: Option<ReminderView>,
    /// The times that passed undone, with `TASK_MISSED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    occurrence: Option<MissedView>,
    /// Field by field, `[from, to]`.
    #[schema(value_type = Object)]
    changes: Changes,
    /// The event that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    caused_by: Option<EventId>,
    /// The trace that it belongs to.
    trace_id: Option<String>,
}

impl From<Event> for AuditItem {
    fn from(event: Event) -> Self {
        Self {
            event_id: event.id,
            event_type: event.kind,
            time: event.time,
            user_id: event.data.user_id,
            on_behalf_of: event.data.on_behalf_of,
            version: event.data.version,
            tenant_id: event.data.tenant_id,
            task: event.data.task,
            reminder: event.data.reminder,
            occurrence: event.data.occurrence,
            changes: event.data.changes,
            caused_by: event.data.caused_by,
            trace_id: event.traceparent.map(|trace| trace.trace_id().to_owned()),
        }
    }
}
