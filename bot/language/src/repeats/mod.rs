//! Recurrences.
//!
//! ```text
//! repeats = [ "repeat" ] ( every | adverb | plural | of_each )        (* "repeat" only behind something *)
//! ```
//!
//! One file per alternative; [`pattern`](mod@pattern) says what days a recurrence names, `rule` makes
//! an RRULE of it.

mod adverb;
mod amount;
mod dates;
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

/// Reads a recurrence. `day_first` says that `4/5` is 4 May.
pub(crate) fn repeats(c: &mut Cursor<'_>, day_first: bool) -> Option<Repeats> {
    c.attempt(|c| repeating(c, day_first)).or_else(|| plainly(c, day_first))
}

/// `repeat every week` behind what is to be repeated.
fn repeating(c: &mut Cursor<'_>, day_first: bool) -> Option<Repeats> {
    c.before()?;
    c.one_of(&["repeat", "repeats", "repeating", "recurring"])?;
    let _ = c.mark(':');
    plainly(c, day_first)
}

fn plainly(c: &mut Cursor<'_>, day_first: bool) -> Option<Repeats> {
    c.attempt(|c| every::every(c, day_first))
        .or_else(|| c.attempt(of_each::of_each))
        .or_else(|| c.attempt(adverb::adverb))
        .or_else(|| c.attempt(plural::plural))
}
