//! Recurrences.
//!
//! ```text
//! repeats = every | adverb | plural | of_each
//! ```
//!
//! One file per alternative; [`pattern`](mod@pattern) says what days a recurrence names, `rule` makes
//! an RRULE of it.

mod adverb;
mod amount;
mod every;
mod kinds;
mod lists;
mod of_each;
mod on;
mod pattern;
mod plural;
mod rule;

use crate::days::Stance;
use crate::misread::ErrorCode;
use crate::times::Clock;
use crate::tokens::Cursor;
use crate::vocabulary::DayPart;

pub(crate) use pattern::{Cycle, Days, Pattern};
pub(crate) use rule::{Ending, rule};

/// A recurrence as it was said.
#[derive(Clone, Debug)]
pub(crate) struct Repeats {
    /// Which days or hours; an error if it never comes.
    pub(crate) pattern: Result<Pattern, ErrorCode>,
    /// Whether the next one is counted from the completion of the last (`every!`).
    pub(crate) completion: bool,
    /// A part of the day said with it: `every morning`.
    pub(crate) part: Option<DayPart>,
    /// A time said with it: `every noon`.
    pub(crate) clock: Option<Clock>,
    /// Where it counts.
    pub(crate) stance: Stance,
    /// Whether it is an adverb such as `weekly`, which counts also just before a time or day.
    pub(crate) adverb: bool,
}

impl Repeats {
    fn new(pattern: Pattern, stance: Stance) -> Self {
        Self::of(Ok(pattern), stance)
    }

    fn of(pattern: Result<Pattern, ErrorCode>, stance: Stance) -> Self {
        Self { pattern, completion: false, part: None, clock: None, stance, adverb: false }
    }
}

/// Reads a recurrence.
pub(crate) fn repeats(c: &mut Cursor<'_>) -> Option<Repeats> {
    c.attempt(every::every)
        .or_else(|| c.attempt(of_each::of_each))
        .or_else(|| c.attempt(adverb::adverb))
        .or_else(|| c.attempt(plural::plural))
}
