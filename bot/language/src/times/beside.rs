//! An hour between its day and its part of the day.
//!
//! ```text
//! beside = day hour ( "in the" part | "at night" )       (* friday 11 at night, tomorrow 6 in the morning *)
//! ```
//!
//! Elsewhere a bare number is none: `take 2 in the morning`.

use super::clock::{Read, face};
use crate::days::is_day_word;
use crate::tokens::Cursor;
use crate::vocabulary::{cardinal, day_part};

/// Reads the hour; the part of the day behind it is left.
pub(super) fn beside(c: &mut Cursor<'_>) -> Read {
    c.before()?.word().filter(|word| is_day_word(word))?;
    let hour = c.take(|word| cardinal(word).filter(|hour| (1..=12).contains(hour)))?;
    let mut behind = *c;
    match behind.words(&["in", "the"]) {
        Some(()) => behind.take(day_part).map(|_| ())?,
        None => behind.words(&["at", "night"])?,
    }
    face(&hour.to_string(), "00", None)
}
