//! What an event must be to enter the audit log, beyond what its types already say.

use domain::event::{Event, EventType, Topic};
use domain::tenant::TenantId;

use crate::incoming::Incoming;

/// Events are smaller than this, in bytes.
const SIZE: usize = 256 * 1_024;

/// Checks an event against its contract.
///
/// # Errors
/// The first rule that it breaks, in words.
pub(super) fn check(incoming: &Incoming) -> Result<(), String> {
    let event = &incoming.event;
    holds(incoming.payload.len() < SIZE, || format!("{} bytes, the limit is {SIZE}", incoming.payload.len()))?;
    holds(incoming.key == event.subject.to_string(), || format!("key {:?} is not the subject", incoming.key))?;
    attributes(event)?;
    // Of a type that this release does not know, the envelope is all that it can judge.
    if event.kind == EventType::Unknown {
        return Ok(());
    }
    let schema = event.kind.schema();
    holds(event.dataschema == schema, || format!("{} of {}", event.kind, event.dataschema))?;
    holds(event.kind.topic() == incoming.topic, || format!("{} on {}", event.kind, incoming.topic.as_str()))?;
    match event.kind.topic() {
        Topic::Reminders => reminder(event),
        Topic::TaskEvents | Topic::TaskUpdates => task(event),
    }
}

fn attributes(event: &Event) -> Result<(), String> {
    let data = &event.data;
    holds(event.specversion == "1.0", || format!("CloudEvents {}", event.specversion))?;
    holds(event.datacontenttype == "application/json", || format!("data as {}", event.datacontenttype))?;
    holds(event.source.starts_with("/taskbot/"), || format!("source {:?}", event.source))?;
    holds(data.version >= 1, || "version 0".to_owned())?;
    holds(data.tenant_id.as_str().parse::<TenantId>().is_ok(), || format!("tenant {:?}", data.tenant_id.as_str()))
}

fn task(event: &Event) -> Result<(), String> {
    let task = event.data.task.as_ref().ok_or("no task in a task's event")?;
    holds(task.id == event.subject, || format!("task {} is not the subject", task.id))?;
    holds(task.tenant_id == event.data.tenant_id, || format!("a task of {}", task.tenant_id))?;
    holds(task.version == event.data.version, || format!("a task of version {}", task.version))?;
    holds(event.kind != EventType::TaskMissed || event.data.occurrence.is_some(), || {
        "no occurrence in TASK_MISSED".to_owned()
    })
}

fn reminder(event: &Event) -> Result<(), String> {
    let reminder = event.data.reminder.as_ref().ok_or("no reminder in a reminder's event")?;
    holds(reminder.task_id == event.subject, || format!("a reminder of {}, not of the subject", reminder.task_id))
}

fn holds(rule: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if rule { Ok(()) } else { Err(broken()) }
}
