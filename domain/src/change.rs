//! A change: everything that one command writes, as data, committed whole or not at all.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Event, Stream};
use crate::ids::{PersonId, TaskId};
use crate::list::List;
use crate::message::ConversationId;
use crate::outcome::Outcome;
use crate::person::{Person, Settings};
use crate::reminder::{Delivery, Reminder};
use crate::series::Series;
use crate::task::{Status, Task};
use crate::tenant::TenantId;

/// A row to write, and the version that it must still have.
#[derive(Clone, Debug, PartialEq)]
pub struct Put<T> {
    /// The row after the change.
    pub row: T,
    /// The version it must have now; `None`: it must not exist yet.
    pub was: Option<u64>,
}

impl<T> Put<T> {
    /// A new row.
    pub const fn new(row: T) -> Self {
        Self { row, was: None }
    }

    /// A row in place of the one with this version.
    pub const fn over(was: u64, row: T) -> Self {
        Self { row, was: Some(was) }
    }
}

/// Everything that one command writes. Any version that has moved makes the whole a conflict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Lists that must exist afterwards.
    pub lists: Vec<List>,
    /// Tasks.
    pub tasks: Vec<Put<Task>>,
    /// Series.
    pub series: Vec<Put<Series>>,
    /// Reminders.
    pub reminders: Vec<Put<Reminder>>,
    /// Deliveries.
    pub deliveries: Vec<Put<Delivery>>,
    /// People's settings.
    pub people: Vec<Put<Person>>,
    /// Events for the outbox, in order.
    pub events: Vec<Event>,
    /// The outcome to keep under an idempotency key.
    pub receipt: Option<Receipt>,
    /// The event that this change handles.
    pub inbox: Option<InboxMark>,
    /// What `undo` would take back from now on.
    pub undo: Option<UndoNote>,
    /// Entries for the table of administrative acts.
    pub acts: Vec<Act>,
}

impl Change {
    /// The tenants that it writes in.
    #[must_use]
    pub fn tenants(&self) -> BTreeSet<&str> {
        let mut tenants: BTreeSet<&str> = self.lists.iter().map(|list| list.tenant.as_str()).collect();
        tenants.extend(self.tasks.iter().map(|put| put.row.tenant.as_str()));
        tenants.extend(self.series.iter().map(|put| put.row.tenant.as_str()));
        tenants.extend(self.reminders.iter().map(|put| put.row.tenant.as_str()));
        tenants.extend(self.deliveries.iter().map(|put| put.row.tenant.as_str()));
        tenants.extend(self.receipt.iter().map(|receipt| receipt.tenant.as_str()));
        tenants.extend(self.undo.iter().filter_map(|note| note.conversation.0.split('/').next()));
        tenants
    }
}

/// The outcome of a command, kept for whoever asks again with the same key.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The tenant in which it was asked.
    pub tenant: TenantId,
    /// The scoped key.
    pub key: String,
    /// The digest of what was asked.
    pub digest: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When; kept at least 24 h.
    pub at: Timestamp,
}

/// "This consumer has handled this stream up to this version": a conflict if it had already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxMark {
    /// The consumer's name.
    pub consumer: String,
    /// The stream.
    pub stream: Stream,
    /// The version handled.
    pub version: u64,
}

/// What a conversation's `undo` takes back, or that it has nothing (more) to take back.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoNote {
    /// The conversation.
    pub conversation: ConversationId,
    /// The change; `None` forgets it.
    pub change: Option<UndoRecord>,
}

/// A person's last change in a conversation, good for 24 h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoRecord {
    /// When it was made.
    pub at: Timestamp,
    /// Tasks.
    pub tasks: Vec<Altered>,
    /// The lists that those tasks were in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// Series before (`None`: it made them) and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<(Option<Series>, Series)>,
    /// Reminders that `snooze` put in place of others: what stood before, if anything, and what stands now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snoozed: Vec<(Option<Reminder>, Reminder)>,
    /// Reminders that it cancelled, as they stood before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancelled: Vec<Reminder>,
    /// Settings before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<(Settings, Settings)>,
}

/// What a change did to a task: `[before, after]`, with nothing before a task that it made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Altered {
    /// It made the task. This is written with every new task, and says no more than `undo` asks for.
    Made((), Made),
    /// It changed the task.
    Changed(Box<(Task, Task)>),
}

/// A task that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// The task.
    pub id: TaskId,
    /// Its short number.
    pub number: u64,
    /// What it was made as.
    pub status: Status,
}

impl Altered {
    /// From a task before, if there was one, and after.
    #[must_use]
    pub fn of(before: Option<&Task>, after: &Task) -> Self {
        match before {
            Some(before) => Self::Changed(Box::new((before.clone(), after.clone()))),
            None => Self::Made((), Made { id: after.id, number: after.number, status: after.status }),
        }
    }
}

/// An administrative act, audited in a table of its own: settings, tokens, links, replays, exports, erasures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who acted.
    pub actor: PersonId,
    /// What was done, e.g. `settings.changed`, `token.created`.
    pub action: String,
    /// To what: an id or a name that is no secret.
    pub subject: String,
    /// More of it, as JSON without secrets.
    pub detail: serde_json::Value,
    /// When.
    pub at: Timestamp,
}
