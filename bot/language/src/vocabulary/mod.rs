//! The words that mean something, with their short forms and common misspellings.
//!
//! To add a spelling, add it to its line here; nothing else needs to know.

mod calendar;
mod numbers;
mod units;

pub(crate) use calendar::{DayPart, day_part, month, weekday, weekdays_plural};
pub(crate) use numbers::{amount, cardinal, digits, ordinal_digits, ordinal_word, tens};
pub(crate) use units::{Unit, letter, unit};
