//! What came of a command: facts for the reply, in no platform's words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Changes;
use crate::ids::PersonId;
use crate::list::List;
use crate::series::Series;
use crate::task::Task;

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// One entry per task that was spoken of, in the order typed.
    pub effects: Vec<Effect>,
    /// Own settings after a change of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<crate::person::Settings>,
    /// Whom the speaker's block list was changed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

/// A change of the speaker's block list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Whose reminders it is about.
    pub person: PersonId,
    /// They are blocked now.
    pub blocked: bool,
    /// It was so before.
    pub already: bool,
}

/// What happened to one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// What was done.
    pub deed: Deed,
    /// The task afterwards.
    pub task: Task,
    /// Its list.
    pub list: List,
    /// Field by field, from and to.
    #[serde(default, skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
    /// When it will next remind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminds_at: Option<Timestamp>,
    /// The series, of a recurring task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// The series was ended by this.
    #[serde(default)]
    pub series_ends: bool,
}

/// What was done to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Made.
    Added,
    /// Fields changed.
    Edited,
    /// Done.
    Completed,
    /// It was done before; nothing changed.
    AlreadyDone {
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// Open again.
    Reopened,
    /// It was open; nothing changed.
    AlreadyOpen,
    /// Hidden, with its series if it has one.
    Deleted,
    /// Its due moved.
    Moved,
    /// Its next reminder moved.
    Snoozed,
    /// Left out.
    Skipped,
    /// Taken over.
    Claimed,
    /// The speaker is reminded of it no more.
    Stopped,
    /// In another list.
    MovedToList,
    /// The last change was taken back.
    Undone,
    /// Nothing changed, because it already was as wanted.
    Unchanged,
    /// A reminder of it is on its way and cannot be stopped any more.
    GoingOut,
}
