//! Several weekdays in a word, and all but some.
//!
//! ```text
//! kind   = "weekday" | "workday" | "weekend"
//! except = ( "except" | "excluding" | "but not" ) [ "on" ] ( weekdays | kind )
//! ```

use jiff::civil::Weekday;

use super::lists::weekdays;
use crate::tokens::Cursor;

/// Monday to Friday.
pub(super) const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Several weekdays in one word.
pub(super) fn kind_of_day(word: &str) -> Option<Vec<Weekday>> {
    match word {
        "weekday" | "workday" | "weekdays" | "workdays" => Some(WORKDAYS.to_vec()),
        "weekend" | "weekends" => Some(vec![Weekday::Saturday]),
        _ => None,
    }
}

/// `except sunday`, `but not on mondays`.
pub(super) fn except(c: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    match c.one_of(&["except", "but", "excluding"])? {
        "but" => c.word("not")?,
        _ => {
            let _ = c.one_of(&["on", "for"]);
        }
    }
    let _ = c.word("on");
    match c.take(|word| matches!(word, "weekends" | "weekend").then_some(())) {
        Some(()) => Some(vec![Weekday::Saturday, Weekday::Sunday]),
        None => c.take(kind_of_day).or_else(|| weekdays(c)),
    }
}

/// The days that are left.
pub(super) fn without(days: &[Weekday], but: &[Weekday]) -> Vec<Weekday> {
    days.iter().copied().filter(|day| !but.contains(day)).collect()
}
