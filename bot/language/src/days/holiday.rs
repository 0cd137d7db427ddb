//! Feasts with a fixed day.
//!
//! ```text
//! holiday = preposition ( ( "christmas" | "xmas" ) [ "eve" | "day" ] | "boxing day" | "halloween"
//!         | "new year's" [ "eve" | "day" ] | "valentine's" [ "day" ] ) [ "at" … ]
//! ```
//!
//! Only behind a preposition that leads to a day, and only where the phrase ends there: `buy christmas presents`, `work
//! on christmas cards` and `plan for halloween` are titles.

use super::period::from_today;
use super::{Said, Stance};
use crate::calendar::yearly_from;
use crate::lead::Lead;
use crate::present::Present;
use crate::tokens::Cursor;

/// A month and a day of it.
type Date = (i8, i8);

pub(super) fn holiday(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let (month, day) = lead.firm.then(|| c.attempt(name)).flatten()?;
    let ends = c.ends_before(&["at", "to", "about"]);
    let day = from_today(present, |year| yearly_from(year, month, day)).filter(|_| ends)?;
    Some(Said::day(day, Stance::Anywhere))
}

fn name(c: &mut Cursor<'_>) -> Option<Date> {
    match c.take(Some)? {
        "halloween" => Some((10, 31)),
        "boxing" => c.word("day").map(|()| (12, 26)),
        "christmas" | "xmas" => Some(match c.one_of(&["eve", "day"]) {
            Some("eve") => (12, 24),
            _ => (12, 25),
        }),
        "valentine's" | "valentine’s" | "valentines" => {
            let _ = c.word("day");
            Some((2, 14))
        }
        "new" => {
            c.one_of(&["year's", "year’s", "years"])?;
            Some(match c.one_of(&["eve", "day"]) {
                Some("eve") => (12, 31),
                _ => (1, 1),
            })
        }
        _ => None,
    }
}
