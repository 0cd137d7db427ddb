//! When something is due, and how it repeats.

use domain::recurrence::Rule;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// When something is due. A day without a time is never an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A day in the speaker's zone.
    Day(Date),
    /// An instant, to the second.
    At(Timestamp),
}

/// What the next occurrence is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RepeatFrom {
    /// The rule's own times.
    #[default]
    Schedule,
    /// The day on which the last one was completed (`every!`).
    Completion,
}

/// How something repeats. Its due is the first occurrence and the rule's DTSTART.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The rule, in the speaker's zone.
    pub rule: Rule,
    /// The wall time that was said for the first occurrence, in the speaker's zone. Where clocks leave it out, the
    /// due is another, but the rule still means this one.
    pub start: Option<DateTime>,
    /// What the next one is counted from.
    pub from: RepeatFrom,
}
