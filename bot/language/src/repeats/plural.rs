//! Recurrences by weekdays in the plural: `mondays`, `tuesdays and thursdays`, `weekdays`, `sunday evenings`.
//!
//! ```text
//! plural = ( plurals | "weekdays" | "workdays" | "weekends" ) | ( plurals | weekdays | kind ) parts | parts
//! parts  = "mornings" | "afternoons" | "evenings" | "nights"
//! ```
//!
//! They count at either end of the text, and anywhere behind `on` or before a time; `mornings` and the like alone only
//! beside a time (`mornings at 9`).

use super::Repeats;
use super::kinds::kind_of_day;
use super::lists::{plurals, weekdays};
use super::pattern::{Cycle, Pattern};
use crate::days::Stance;
use crate::tokens::Cursor;
use crate::vocabulary::{DayPart, day_part};

pub(super) fn plural(c: &mut Cursor<'_>) -> Option<Repeats> {
    if let Some(repeats) = c.attempt(with_part) {
        return Some(repeats);
    }
    if let Some(part) = c.take(parts).filter(|part| *part != DayPart::Night) {
        let daily = Repeats::new(Pattern::every(Cycle::Days, 1), Stance::Beside);
        return Some(Repeats { part: Some(part), ..daily });
    }
    let days = plurals(c).or_else(|| c.take(|word| word.ends_with('s').then(|| kind_of_day(word)).flatten()))?;
    Some(Repeats::new(Pattern::weekly(days), Stance::Ends))
}

/// `monday mornings`, `weekday evenings`.
fn with_part(c: &mut Cursor<'_>) -> Option<Repeats> {
    let days = c.take(kind_of_day).or_else(|| weekdays(c))?;
    let part = c.take(parts)?;
    Some(Repeats { part: Some(part), ..Repeats::new(Pattern::weekly(days), Stance::Ends) })
}

fn parts(word: &str) -> Option<DayPart> {
    day_part(word.strip_suffix('s')?)
}
