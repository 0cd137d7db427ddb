//! A task as REST tells it.

use std::collections::BTreeMap;

use domain::event::TaskView;
use domain::ids::{ListId, PersonId, SeriesId, TaskId};
use domain::service::Listed;
use domain::task::{Priority, RepeatFrom, Status};
use domain::tenant::TenantId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{RepeatWord, StatusWord};

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Task {
    /// The task's id.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: TaskId,
    /// The short number that people type; unique in the tenant.
    number: u64,
    /// The tenant.
    #[schema(value_type = String, example = "console")]
    tenant_id: TenantId,
    /// `personal`, or `#` and the platform's channel id.
    list: String,
    /// The list's id.
    #[schema(value_type = String, format = "uuid")]
    list_id: ListId,
    /// One line.
    title: String,
    /// Empty if there is none.
    description: String,
    /// Where it stands.
    #[schema(inline, value_type = StatusWord)]
    status: Status,
    /// 1 urgent, 2 high, 3 medium, 4 low.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 4)]
    priority: Option<Priority>,
    /// Lower case, without `#`.
    tags: Vec<String>,
    /// `2026-03-06` for a day, RFC 3339 with the offset of its zone for an instant.
    due: Option<String>,
    /// The IANA zone that the due was meant in.
    due_zone: Option<String>,
    /// RFC 5545 RRULE value.
    rrule: Option<String>,
    /// With `rrule` only.
    #[schema(inline, value_type = Option<RepeatWord>)]
    repeat_from: Option<RepeatFrom>,
    /// The series, of an occurrence.
    #[schema(value_type = Option<String>, format = "uuid")]
    series_id: Option<SeriesId>,
    /// The scheduled instant of an occurrence; it never moves.
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_for: Option<Timestamp>,
    /// The name of the first of `assignees`.
    assignee: Option<String>,
    /// The names of all whom it is for.
    assignees: Vec<String>,
    /// The id of the person who made it.
    #[schema(value_type = String, format = "uuid")]
    author_id: PersonId,
    /// Made by `remind …`.
    bare_reminder: bool,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// 1 at first, plus one with each change; also the entity tag.
    pub(crate) version: u64,
    /// When it will next remind; left out if it will not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) reminds_at: Option<Timestamp>,
}

impl Task {
    /// The task with people's names in place of their ids, where they are known.
    pub(crate) fn of(listed: &Listed, names: &BTreeMap<PersonId, String>) -> Self {
        let name = |id: &PersonId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
        Self::from(TaskView::with_names(&listed.task, &listed.list, name))
    }
}

impl From<TaskView> for Task {
    fn from(view: TaskView) -> Self {
        Self {
            id: view.id,
            number: view.number,
            tenant_id: view.tenant_id,
            list: view.list,
            list_id: view.list_id,
            title: view.title,
            description: view.description,
            status: view.status,
            priority: view.priority,
            tags: view.tags,
            due: view.due,
            due_zone: view.due_zone,
            rrule: view.rrule,
            repeat_from: view.repeat_from,
            series_id: view.series_id,
            scheduled_for: view.scheduled_for,
            assignee: view.assignee,
            assignees: view.assignees,
            author_id: view.author_id,
            bare_reminder: view.bare_reminder,
            closed_at: view.closed_at,
            created_at: view.created_at,
            updated_at: view.updated_at,
            version: view.version,
            reminds_at: None,
        }
    }
}
