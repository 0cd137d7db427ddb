//! Changes to tasks and settings.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Span, Timestamp};

use super::{Ids, Person, Repeat, When};

/// A field that `edit 3 no …` clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The due.
    Due,
    /// The priority.
    Priority,
    /// The recurrence.
    Repeat,
    /// The assignees.
    Assignee,
}

impl Field {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Priority => "priority",
            Self::Repeat => "rrule",
            Self::Assignee => "assignee",
        }
    }
}

/// Fields to change; what is empty stays as it is. With nothing but ids, the person wants to edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// Which tasks.
    pub ids: Ids,
    /// The new title, as typed.
    pub title: Option<String>,
    /// The new due.
    pub when: Option<When>,
    /// The new recurrence.
    pub repeat: Option<Repeat>,
    /// The new priority, 1 to 4.
    pub priority: Option<u8>,
    /// Tags to add.
    pub tags: Vec<String>,
    /// Tags to take away.
    pub remove_tags: Vec<String>,
    /// People to assign.
    pub people: Vec<Person>,
    /// Assign it to the speaker.
    pub to_me: bool,
    /// Fields to clear.
    pub clear: Vec<Field>,
}

impl Edit {
    /// An edit of these tasks that changes nothing yet.
    pub fn of(ids: Ids) -> Self {
        Self {
            ids,
            title: None,
            when: None,
            repeat: None,
            priority: None,
            tags: Vec::new(),
            remove_tags: Vec::new(),
            people: Vec::new(),
            to_me: false,
            clear: Vec::new(),
        }
    }
}

/// Where a due moves.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// To this day or instant.
    To(When),
    /// To this day, at the task's own time: `no, friday`.
    Day(Date),
    /// To this time on the task's own day, or to this instant if it has none: `no, 5pm`.
    Time(Timestamp),
    /// By this much from the task's own due; `Display` of a span is its ISO 8601 duration.
    By(Span),
}

impl Target {
    /// Where it goes if this was said; a time alone leaves it its day.
    pub(crate) fn said(when: When, only_time: bool) -> Self {
        match when {
            When::At(at) if only_time => Self::Time(at),
            when => Self::To(when),
        }
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::To(one), Self::To(two)) => one == two,
            (Self::Day(one), Self::Day(two)) => one == two,
            (Self::Time(one), Self::Time(two)) => one == two,
            (Self::By(one), Self::By(two)) => one.fieldwise() == two.fieldwise(),
            _ => false,
        }
    }
}

/// A due to change.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Which tasks.
    pub ids: Ids,
    /// Where to.
    pub target: Target,
    /// Whether it corrects what was just understood: `no, friday`.
    pub corrects: bool,
}

/// A reminder to put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snooze {
    /// Which tasks; none means the last reminder.
    pub ids: Ids,
    /// Until when.
    pub until: Timestamp,
}

/// Settings to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The zone's IANA name.
    pub timezone: Option<String>,
    /// The time at which a day without a time reminds.
    pub default_time: Option<Time>,
    /// Whether `4/5` is 4 May.
    pub day_first: Option<bool>,
    /// The day on which a week begins.
    pub week_start: Option<Weekday>,
    /// Whether `at 5` is 05:00.
    pub hours_24: Option<bool>,
}
