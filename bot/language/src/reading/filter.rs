//! Which tasks to show.

use jiff::civil::Date;

use super::Person;

/// Which states are shown. Without one, open tasks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Completed tasks.
    Done,
    /// Occurrences that the next one overtook.
    Missed,
    /// Occurrences that somebody left out on purpose.
    Skipped,
    /// Reminders that came and were not ticked.
    Past,
    /// Deleted tasks, as long as they can be brought back.
    Deleted,
    /// Tasks in any state.
    All,
}

impl StatusFilter {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
            Self::Past => "past",
            Self::Deleted => "deleted",
            Self::All => "all",
        }
    }
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The due, earliest first.
    Due,
    /// The priority, most urgent first.
    Priority,
    /// The creation, newest first.
    Created,
}

impl Sort {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Priority => "priority",
            Self::Created => "created",
        }
    }
}

/// Whose tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The speaker's.
    Me,
    /// Somebody's.
    Person(Person),
}

/// Only what was said; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// `done`, `missed`, `skipped`, `deleted` or `all`; open otherwise.
    pub status: Option<StatusFilter>,
    /// Only what is late.
    pub overdue: bool,
    /// Any of these priorities, 1 to 4.
    pub priority: Vec<u8>,
    /// All of these tags.
    pub tags: Vec<String>,
    /// Whose.
    pub assignee: Option<Whom>,
    /// Due on this day or later.
    pub due_from: Option<Date>,
    /// Due on this day or earlier.
    pub due_to: Option<Date>,
    /// Only what has no due.
    pub no_due: bool,
    /// Words to find.
    pub text: Option<String>,
    /// The order.
    pub sort: Option<Sort>,
    /// At most so many.
    pub limit: Option<u32>,
}
