//! Days of a named month that come every year.
//!
//! ```text
//! dates         = dated { join [ "the" ] number }             (* dec 21 and 31 *)
//! days of month = [ "the" ] ordinals ( "of" | "in" ) month    (* 20th and 30th of august *)
//! figures       = month "/" day                               (* day first if the settings say so *)
//! ```

use super::lists::{join, ordinals};
use crate::days::{Dated, dated_parts, month_and_day};
use crate::misread::ErrorCode;
use crate::tokens::Cursor;
use crate::vocabulary::{digits, month, ordinal_digits};

/// Nobody lists more days of one month.
const MOST: usize = 12;

/// A month and days of it; an error if it never has one of them.
type Dates = (i8, Result<Vec<i8>, ErrorCode>);

/// Reads `jan 27`, `4th of july`, `dec 21st and 31st`.
pub(super) fn dates(c: &mut Cursor<'_>) -> Option<Dates> {
    let first = dated_parts(c)?;
    let mut days = vec![first.day];
    while days.len() < MOST
        && let Some(day) = c.attempt(another)
    {
        days.push(day);
    }
    Some(checked(first.month, &days))
}

/// Reads `20th and 30th of august`.
pub(super) fn days_of_month(c: &mut Cursor<'_>) -> Option<Dates> {
    let _ = c.word("the");
    let days = ordinals(c).filter(|days| days.len() > 1)?;
    c.one_of(&["of", "in"])?;
    let month = c.take(month)?;
    let days: Option<Vec<u32>> = days.into_iter().map(|day| u32::try_from(day).ok()).collect();
    Some(checked(month, &days?))
}

/// Reads `4/15`, where nothing is behind it that it may measure.
pub(super) fn figures(c: &mut Cursor<'_>, day_first: bool) -> Option<Dates> {
    let (first, second) = c.take(|word| {
        let (first, second) = word.split_once('/')?;
        Some((digits(first)?, digits(second)?))
    })?;
    let (month, day) = month_and_day(first, second, day_first);
    let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    ends(*c).then(|| checked(month, &[day])).filter(|(_, days)| days.is_ok())
}

fn checked(month: i8, days: &[u32]) -> Dates {
    (month, days.iter().map(|day| Dated { month, day: *day }.checked_day()).collect())
}

/// `and 31st`; `and 31` only where it ends there.
fn another(c: &mut Cursor<'_>) -> Option<u32> {
    join(c)?;
    let _ = c.word("the");
    c.take(ordinal_digits).or_else(|| c.take(digits).filter(|day| *day < 32 && ends(*c)))
}

fn ends(c: Cursor<'_>) -> bool {
    c.ends_before(&["at", "for", "until", "starting", "and"])
}
