//! Recurrences by weekdays in the plural: `mondays`, `tuesdays and thursdays`, `weekdays`.
//!
//! ```text
//! plural = plurals | "weekdays" | "workdays" | "weekends"
//! ```
//!
//! They count at either end of the text, and anywhere behind `on` or before a time.

use super::Repeats;
use super::kinds::kind_of_day;
use super::lists::plurals;
use super::pattern::Pattern;
use crate::days::Stance;
use crate::tokens::Cursor;

pub(super) fn plural(c: &mut Cursor<'_>) -> Option<Repeats> {
    let days = plurals(c).or_else(|| c.take(|word| word.ends_with('s').then(|| kind_of_day(word)).flatten()))?;
    Some(Repeats::new(Pattern::weekly(days), Stance::Ends))
}
