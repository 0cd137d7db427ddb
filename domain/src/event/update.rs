//! From a `TASK_*` event to the record of `task-updates`: the latest state of one task.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::kind::{EventType, SCHEMA_MAJOR};
use crate::ids::EventId;

/// A record of `task-updates`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskUpdate {
    /// Its JSON.
    pub record: String,
    /// Whether the task is deleted.
    pub deleted: bool,
}

/// What a relay must know of an event to pass it on, cut out of its JSON without reading the rest.
#[derive(Debug)]
pub struct Passing<'a> {
    envelope: Envelope<'a>,
}

impl<'a> Passing<'a> {
    /// Looks into the JSON of an event.
    ///
    /// # Errors
    /// When it is no event.
    pub fn of(payload: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(payload).map(|envelope| Self { envelope })
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> Option<EventId> {
        text(self.envelope.id).parse().ok()
    }

    /// When it happened.
    #[must_use]
    pub fn time(&self) -> Option<jiff::Timestamp> {
        text(self.envelope.time).parse().ok()
    }

    /// The trace that it belongs to.
    #[must_use]
    pub fn traceparent(&self) -> Option<&'a str> {
        self.envelope.traceparent.map(text)
    }

    /// Whether it opens a task again, which may have been deleted.
    #[must_use]
    pub fn reopens(&self) -> bool {
        text(self.envelope.r#type) == EventType::TaskReopened.as_str()
    }

    /// The record of `task-updates` that follows from a `TASK_*` event: the same envelope, and of the data only what
    /// stays true until the next one.
    ///
    /// # Errors
    /// When the event carries no task.
    pub fn task_update(&self) -> Result<TaskUpdate, serde_json::Error> {
        let data: Data<'_> = serde_json::from_str(self.envelope.data.get())?;
        let task: Task<'_> = serde_json::from_str(data.task.get())?;
        let (tenant_id, version, deleted) = (data.tenant_id, data.version, task.status == "deleted");
        let schema = serde_json::value::to_raw_value(&format!("urn:taskbot:task-update-event:{SCHEMA_MAJOR}"))?;
        let data = serde_json::value::to_raw_value(&State { tenant_id, version, deleted, task: data.task })?;
        let record = serde_json::to_string(&Envelope { dataschema: &schema, data: &data, ..self.envelope })?;
        Ok(TaskUpdate { record, deleted })
    }
}

/// A JSON string without its quotes; what these fields hold needs no escapes.
fn text(raw: &RawValue) -> &str {
    raw.get().trim_matches('"')
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: &'a RawValue,
    id: &'a RawValue,
    source: &'a RawValue,
    r#type: &'a RawValue,
    subject: &'a RawValue,
    time: &'a RawValue,
    datacontenttype: &'a RawValue,
    dataschema: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a RawValue>,
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    tenant_id: &'a RawValue,
    version: u64,
    task: &'a RawValue,
}

#[derive(Deserialize)]
struct Task<'a> {
    #[serde(borrow)]
    status: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct State<'a> {
    tenant_id: &'a RawValue,
    version: u64,
    deleted: bool,
    task: &'a RawValue,
}
