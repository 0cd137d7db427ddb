//! Questions about tasks: filter, search, sort, page.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{ListId, PersonId, TaskId};
use crate::task::{Priority, Status};

/// Which tasks, in which order, how many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskQuery {
    /// Folded words that all must stand in title, description or tags; the last one is a prefix.
    pub words: Vec<String>,
    /// Any of these; empty means every one but deleted.
    pub status: Vec<Status>,
    /// Any of these; empty means all.
    pub priorities: Vec<Priority>,
    /// All of these.
    pub tags: Vec<String>,
    /// Assigned to this person.
    pub assignee: Option<PersonId>,
    /// On the person's own list, made by them or assigned to them.
    pub concerning: Option<PersonId>,
    /// In this list only.
    pub list: Option<ListId>,
    /// Due on this local day or later.
    pub due_from: Option<Date>,
    /// Due on this local day or earlier.
    pub due_to: Option<Date>,
    /// Due (for a day: over) before this instant.
    pub due_before: Option<Timestamp>,
    /// Due (for a day: over) after this instant.
    pub due_after: Option<Timestamp>,
    /// Only tasks without a due.
    pub no_due: bool,
    /// What to do with past reminders.
    pub past_reminders: PastReminders,
    /// What to sort by.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// How many, 1 to 200.
    pub limit: u32,
    /// Where to go on: the last row of the page before.
    pub after: Option<Keyset>,
}

/// What to do with bare reminders, made for one time, that came out and wait for nothing but a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastReminders {
    /// They are tasks like others.
    #[default]
    Included,
    /// Leave them out.
    LeftOut,
    /// Only them.
    Only,
}

/// What tasks are sorted by; ties by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// When they were made.
    #[default]
    Created,
    /// When they are due; those without a due last.
    Due,
    /// How urgent; those without a priority last.
    Priority,
    /// Their short number.
    Number,
}

/// Which way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Smallest first.
    #[default]
    Asc,
    /// Largest first.
    Desc,
}

/// The sort value and id of the last row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyset {
    /// The sort column as an integer: microseconds, priority or number; [`Keyset::NONE`] where there is none.
    pub value: i64,
    /// The task.
    pub id: TaskId,
}

impl Keyset {
    /// The sort value of a task that has none: it sorts after all others in ascending order.
    pub const NONE: i64 = i64::MAX;
}

/// A page of rows, and whether more follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, K = Keyset> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<K>,
}

impl TaskQuery {
    /// The sort value of a task under this query, as stored in the index column.
    #[must_use]
    pub fn sort_value(&self, task: &crate::task::Task) -> i64 {
        match self.sort {
            Sort::Created => task.created_at.as_microsecond(),
            Sort::Due => task.due.as_ref().map_or(Keyset::NONE, |due| due.deadline().as_microsecond()),
            Sort::Priority => task.priority.map_or(Keyset::NONE, |p| i64::from(u8::from(p))),
            Sort::Number => i64::try_from(task.number).unwrap_or(Keyset::NONE),
        }
    }
}
