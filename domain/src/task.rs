//! A task, the thing people make.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::due::Due;
use crate::ids::{ListId, PersonId, SeriesId, TaskId};
use crate::place::Destination;
use crate::recurrence::Rule;
use crate::tenant::TenantId;

/// The longest title, in characters.
pub const TITLE_MAX: usize = 500;
/// The longest description, in characters.
pub const DESCRIPTION_MAX: usize = 8_000;
/// The most tags on one task.
pub const TAGS_MAX: usize = 20;
/// The most people whom one task is for: its reminder calls each of them.
pub const ASSIGNEES_MAX: usize = 50;

/// A task as it stands after its last change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Random, or derived from series and scheduled time for an occurrence.
    pub id: TaskId,
    /// The tenant that it never leaves.
    pub tenant: TenantId,
    /// The list that says who may see it.
    pub list: ListId,
    /// The short number people type; unique in the tenant, never given twice.
    pub number: u64,
    /// One line, at most [`TITLE_MAX`] characters.
    pub title: String,
    /// Any text, at most [`DESCRIPTION_MAX`] characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How urgent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Lower-case words without `#`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Where it stands.
    pub status: Status,
    /// Made by `remind …`: once delivered it is a past reminder, never overdue.
    #[serde(default)]
    pub bare_reminder: bool,
    /// Who made it.
    pub author: PersonId,
    /// Whom it mentions, at most [`ASSIGNEES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<PersonId>,
    /// Where its reminder goes, if that was said; else the list decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Destination>,
    /// Its seat in a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring: Option<Recurring>,
    /// Who closed it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// 1 at first, raised by exactly one with each `TASK_*` event.
    pub version: u64,
}

/// What an occurrence knows of its series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurring {
    /// The series.
    pub series: SeriesId,
    /// 1 for the first occurrence.
    pub nth: u64,
    /// The wall time that the rule gave; it never moves.
    pub scheduled_for: DateTime,
    /// The instant of that.
    pub scheduled_at: Timestamp,
    /// The rule at the time it was made.
    pub rule: Rule,
    /// What the next one is counted from.
    pub repeat_from: RepeatFrom,
    /// The scheduled instant of the first occurrence in a row that was overtaken undone before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_since: Option<Timestamp>,
}

/// What the next occurrence is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatFrom {
    /// The rule's own times.
    #[default]
    Schedule,
    /// The day on which the last one was completed (`every!`).
    Completion,
}

/// Who closed a task, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The person.
    pub by: PersonId,
    /// The instant.
    pub at: Timestamp,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// An occurrence that the next one overtook.
    Missed,
    /// An occurrence that somebody left out on purpose.
    Skipped,
    /// Hidden; can be brought back for 30 days.
    Deleted,
}

impl Status {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
            Self::Deleted => "deleted",
        }
    }
}

/// Urgency; 1 is the highest in every text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Priority {
    /// 1
    Urgent,
    /// 2
    High,
    /// 3
    Medium,
    /// 4
    Low,
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Urgent => 1,
            Priority::High => 2,
            Priority::Medium => 3,
            Priority::Low => 4,
        }
    }
}

/// The number is not 1 to 4.
#[derive(Debug, thiserror::Error)]
#[error("a priority is 1 (urgent), 2 (high), 3 (medium) or 4 (low), not {0}")]
pub struct NotAPriority(u8);

impl TryFrom<u8> for Priority {
    type Error = NotAPriority;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::Urgent),
            2 => Ok(Self::High),
            3 => Ok(Self::Medium),
            4 => Ok(Self::Low),
            _ => Err(NotAPriority(number)),
        }
    }
}

impl Task {
    /// Whether it still wants to be done.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }

    /// Whoever should hear of what happens to it: author, then assignees, each once.
    #[must_use]
    pub fn participants(&self) -> Vec<PersonId> {
        let mut people = vec![self.author];
        people.extend(self.assignees.iter().filter(|person| **person != self.author));
        people
    }
}
