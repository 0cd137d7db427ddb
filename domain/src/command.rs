//! Commands: what a person or a clock wants.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{DateTime, Time};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::Principal;
use crate::change::InboxMark;
use crate::due::Due;
use crate::ids::{EventId, PersonId, SeriesId, TaskId};
use crate::list::List;
use crate::message::ConversationId;
use crate::person::WeekStart;
use crate::place::{Destination, Place};
use crate::recurrence::Rule;
use crate::task::{Priority, RepeatFrom};
use crate::tenant::TenantId;
use crate::trace::TraceParent;
use crate::zone::Zone;

/// A command and everything that is known of who gives it, where and why.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// In which tenant.
    pub tenant: TenantId,
    /// Where it was typed: where "here" is.
    pub place: Place,
    /// The conversation that `undo` and "the last reminder" belong to.
    pub conversation: ConversationId,
    /// What makes a repetition known: the platform's event id or an `Idempotency-Key`, with a digest of the rest.
    pub key: Option<IdempotencyKey>,
    /// When it was said, if that may be a while ago: a time after that was meant, even if it has passed by now.
    pub said_at: Option<Timestamp>,
    /// The trace it belongs to.
    pub trace: Option<TraceParent>,
    /// The role of the process.
    pub role: &'static str,
    /// The event that led to the command, and the mark that says it was handled.
    pub cause: Option<(EventId, Option<InboxMark>)>,
    /// What is wanted.
    pub command: Command,
}

/// A key under which the outcome of a command is kept for at least 24 h, in the command's own commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// Scoped by door and person, e.g. `rest/<person>/<key>` or `slack/<event id>`.
    pub key: String,
    /// A digest of what was asked; the same key with another digest is refused.
    pub digest: String,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub enum Command {
    /// Make a task.
    Add(Box<AddTask>),
    /// Change fields; of a recurring task, of the series from now on.
    Edit {
        /// Which.
        tasks: Vec<TaskRef>,
        /// What changes.
        edit: Box<TaskEdit>,
        /// REST's `If-Match`.
        expected: Option<u64>,
    },
    /// Complete.
    Done(Vec<TaskRef>),
    /// Open again.
    Reopen(Vec<TaskRef>),
    /// Hide; of a recurring task, the whole series.
    Delete {
        /// Which.
        tasks: Vec<TaskRef>,
        /// REST's `If-Match`.
        expected: Option<u64>,
    },
    /// Change the due of this one.
    Move {
        /// Which.
        tasks: Vec<TaskRef>,
        /// Where to.
        to: MoveTo,
    },
    /// Put off the next reminder; the due stays.
    Snooze {
        /// Which; empty means the last reminder that came in this place.
        tasks: Vec<TaskRef>,
        /// Until when.
        until: Timestamp,
    },
    /// Leave this occurrence out.
    Skip(Vec<TaskRef>),
    /// Take it over.
    Claim(Vec<TaskRef>),
    /// Be reminded of it no more, although somebody else asked for it.
    Stop(Vec<TaskRef>),
    /// Be reminded of nothing more that this person asks for: of what they made so far, and of what comes.
    StopAll {
        /// Who.
        from: PersonId,
        /// Their tasks that name the speaker; those of others are left alone.
        tasks: Vec<TaskRef>,
    },
    /// Take this person's reminders again.
    Allow(PersonId),
    /// Move to another list.
    MoveToList {
        /// Which.
        tasks: Vec<TaskRef>,
        /// Where to.
        list: List,
    },
    /// Take back the speaker's own last change in this conversation.
    Undo,
    /// Change one's own settings.
    Settings(SettingsEdit),
    /// What the platform says of the speaker by now: of whom it said nothing when they were met, or who has another name.
    Recognise {
        /// What to call them.
        name: String,
        /// The zone of their profile.
        zone: Option<Zone>,
    },
    /// Bring a series up to date: make the next occurrence if the present one is closed or overtaken.
    Advance(SeriesId),
}

/// How a task is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TaskRef {
    /// The short number, in the request's tenant.
    Number(u64),
    /// The id.
    Id(TaskId),
}

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "#{number}"),
            Self::Id(_) => f.write_str("with this id"),
        }
    }
}

/// A task to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct AddTask {
    /// The list that holds it.
    pub list: List,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The priority.
    pub priority: Option<Priority>,
    /// The tags.
    pub tags: BTreeSet<String>,
    /// When it is due; with `repeat`, the first occurrence.
    pub due: Option<Due>,
    /// How it repeats; needs a due.
    pub repeat: Option<Repeat>,
    /// Whom it mentions.
    pub assignees: Vec<PersonId>,
    /// Where its reminder goes, if that was said.
    pub place: Option<Destination>,
    /// Typed as `remind …`.
    pub bare_reminder: bool,
}

/// How a task repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// The rule; its DTSTART is the due, or `start`.
    pub rule: Rule,
    /// The wall time that was meant by the due, in its zone, where clocks may have left it out. One that does not
    /// come at the due's instant says nothing.
    pub start: Option<DateTime>,
    /// What the next one is counted from.
    pub from: RepeatFrom,
}

/// Fields to change: `None` leaves a field alone, `Some(None)` clears it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskEdit {
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The priority.
    pub priority: Option<Option<Priority>>,
    /// All tags anew.
    pub tags: Option<BTreeSet<String>>,
    /// Tags to add.
    pub add_tags: BTreeSet<String>,
    /// Tags to take away.
    pub remove_tags: BTreeSet<String>,
    /// The due.
    pub due: Option<Option<Due>>,
    /// The recurrence.
    pub repeat: Option<Option<Repeat>>,
    /// The assignees.
    pub assignees: Option<Vec<PersonId>>,
    /// A recurrence that comes with a day alone is at the time of day that there was.
    pub keeps_time: bool,
}

/// Where a due moves.
#[derive(Clone, Debug)]
pub enum MoveTo {
    /// To this day or time.
    Due(Due),
    /// By this much from where it is.
    By(Span),
    /// To this day, at the time that it has, if it has one.
    Day(Due),
    /// To this time on the day that it has; to all of this due if it has none, or that time has gone by.
    Time(Due),
}

/// Own settings to change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsEdit {
    /// The zone.
    pub zone: Option<Zone>,
    /// The time at which a day without a time reminds.
    pub default_time: Option<Time>,
    /// Whether `4/5` is 4 May.
    pub day_first: Option<bool>,
    /// On which day a week begins.
    pub week_start: Option<WeekStart>,
    /// Whether `at 5` is 05:00.
    pub hours_24: Option<bool>,
    /// The zone is what the platform's profile says, not the person.
    pub zone_of_profile: bool,
}

impl Command {
    /// Whether somebody says by it when or where a task is to remind.
    pub(crate) const fn chooses_time_or_place(&self) -> bool {
        matches!(
            self,
            Self::Add(_) | Self::Edit { .. } | Self::Move { .. } | Self::Snooze { .. } | Self::MoveToList { .. }
        )
    }

    /// The word for logs and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Edit { .. } => "edit",
            Self::Done(_) => "done",
            Self::Reopen(_) => "reopen",
            Self::Delete { .. } => "delete",
            Self::Move { .. } => "move",
            Self::Snooze { .. } => "snooze",
            Self::Skip(_) => "skip",
            Self::Claim(_) => "claim",
            Self::Stop(_) => "stop",
            Self::StopAll { .. } => "stop_all",
            Self::Allow(_) => "allow",
            Self::MoveToList { .. } => "move_to_list",
            Self::Undo => "undo",
            Self::Settings(_) => "settings",
            Self::Recognise { .. } => "recognise",
            Self::Advance(_) => "advance",
        }
    }
}
