//! Recurrence: which wall times a rule names, and at which instants they come.
//!
//! A [`Rule`] is an RFC 5545 RRULE value, checked and bounded. A [`Schedule`] is a rule with its
//! start and zone; it answers "what comes next" without walking from the start, and never examines
//! more than a bounded number of candidates. [`in_words`] says a rule in English.
//!
//! From a day up a rule names wall times, which the zone then turns into instants: a time that does
//! not exist takes the offset from before the gap, one that comes twice is the first. Below a day
//! it names elapsed time since the start's instant, and the parts BYHOUR, BYDAY … pick among the
//! wall times at which those instants fall. Only what matches the rule is an occurrence: a start
//! that does not match is none. Seconds are the finest unit; fractions are cut off.
//!
//! No clock and no I/O here: every instant is handed in.

mod budget;
mod builder;
mod calendar;
mod check;
mod days;
mod elapsed;
mod end;
mod error;
mod occurrences;
mod parse;
mod parts;
mod rule;
mod schedule;
mod set;
mod steps;
mod text;
mod words;

pub use budget::TooSparse;
pub use builder::RuleBuilder;
pub use error::RuleError;
pub use occurrences::Occurrences;
pub use parts::{Frequency, NthWeekday, Until};
pub use rule::Rule;
pub use schedule::{Occurrence, Schedule, Start};
pub use words::in_words;
