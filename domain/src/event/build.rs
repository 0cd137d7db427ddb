//! Making events: one place decides which type a change of state is.

use jiff::Timestamp;

use super::{Changes, Event, EventData, EventType, MissedView, ReminderView, TaskView, changes_between};
use crate::ids::{EventId, PersonId, TaskId};
use crate::list::List;
use crate::reminder::{Reminder, ReminderState};
use crate::task::{Status, Task};
use crate::tenant::TenantId;
use crate::trace::TraceParent;

/// Why something happens: who, for whom, after which event, in which trace, by which role.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The person who acts.
    pub actor: PersonId,
    /// For whom the product acts, when it acts by itself.
    pub on_behalf_of: Option<PersonId>,
    /// The event that led to this.
    pub caused_by: Option<EventId>,
    /// The trace it belongs to.
    pub trace: Option<TraceParent>,
    /// The role of the process: `bot`, `gateway`, `recurrence`, `reminders`.
    pub role: &'static str,
}

/// What every new event is stamped with.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    /// The event's id.
    pub id: EventId,
    /// When it happened.
    pub time: Timestamp,
    /// Why.
    pub cause: &'a Cause,
}

impl Stamp<'_> {
    /// The event of a task's change of state; `None` if nothing changed.
    #[must_use]
    pub fn task(&self, before: Option<(&Task, &List)>, after: &Task, list: &List) -> Option<Event> {
        let old = before.map(|(task, list)| TaskView::of(task, list));
        let before = before.map(|(task, _)| task);
        let new = TaskView::of(after, list);
        let changes = changes_between(old.as_ref(), &new);
        if before.is_some() && changes.is_empty() {
            return None;
        }
        let mut participants = after.participants();
        participants.extend(before.into_iter().flat_map(Task::participants));
        let mut event = self.event(kind_of(before, after), &after.tenant, after.id, after.version, participants);
        event.data.task = Some(new);
        event.data.changes = changes;
        Some(event)
    }

    /// The event that says which times of a series passed undone, after the task's change (if it changed).
    #[must_use]
    pub fn missed(&self, before: &Task, after: &Task, list: &List, missed: MissedView) -> Event {
        let view = TaskView::of(after, list);
        let changes = changes_between(Some(&TaskView::of(before, list)), &view);
        let mut event = self.event(EventType::TaskMissed, &after.tenant, after.id, after.version, after.participants());
        event.data.task = Some(view);
        event.data.changes = changes;
        event.data.occurrence = Some(missed);
        event
    }

    /// The event of a reminder's state.
    #[must_use]
    pub fn reminder(&self, reminder: &Reminder) -> Event {
        let kind = match reminder.state {
            ReminderState::Scheduled => EventType::ReminderScheduled,
            ReminderState::Due => EventType::ReminderDue,
            ReminderState::Delivered => EventType::ReminderDelivered,
            ReminderState::Cancelled => EventType::ReminderCancelled,
            ReminderState::Failed => EventType::ReminderFailed,
        };
        let mut participants = vec![reminder.asked_by];
        participants.extend(&reminder.recipients);
        let mut event = self.event(kind, &reminder.tenant, reminder.task, reminder.version, participants);
        let posted = (reminder.state == ReminderState::Delivered).then_some(self.time);
        event.data.reminder = Some(ReminderView::of(reminder, posted));
        event
    }

    fn event(
        &self,
        kind: EventType,
        tenant: &TenantId,
        subject: TaskId,
        version: u64,
        mut participants: Vec<PersonId>,
    ) -> Event {
        participants.sort_unstable();
        participants.dedup();
        Event {
            specversion: "1.0".to_owned(),
            id: self.id,
            source: format!("/taskbot/{}", self.cause.role),
            kind,
            subject,
            time: self.time,
            datacontenttype: "application/json".to_owned(),
            dataschema: kind.schema(),
            traceparent: self.cause.trace.clone(),
            data: EventData {
                tenant_id: tenant.clone(),
                user_id: self.cause.actor,
                on_behalf_of: self.cause.on_behalf_of,
                version,
                caused_by: self.cause.caused_by,
                task: None,
                reminder: None,
                occurrence: None,
                changes: Changes::new(),
                participants,
            },
        }
    }
}

/// Which type of event a change of state is.
fn kind_of(before: Option<&Task>, after: &Task) -> EventType {
    let Some(before) = before else { return EventType::TaskCreated };
    match (before.status, after.status) {
        (old, new) if old == new => EventType::TaskUpdated,
        (_, Status::Done) => EventType::TaskCompleted,
        (_, Status::Deleted) => EventType::TaskDeleted,
        (_, Status::Open) => EventType::TaskReopened,
        (_, Status::Missed) => EventType::TaskMissed,
        (_, Status::Skipped) => EventType::TaskUpdated,
    }
}
