//! Days with their month in one word.
//!
//! ```text
//! glued = [ weekday [ "," ] ] ( number month | number sep month | month sep number ) [ [ "," ] year ]
//!       | number sep month sep year | month sep number sep year | year sep month sep number
//! sep   = "-" | "/"
//! ```
//!
//! `15sep`, `12-sep-2026`, `oct/2`, `2026-sep-12`; the year of three parts may have two digits. A month with a number
//! right behind it (`oct25`) is as often a month of a year, and none.

use super::dated::{Dated, number, year};
use super::weekday::name;
use super::{Said, Stance};
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{digits, month};

/// The longest is `30-september-2026`.
const LONGEST: usize = 17;

pub(super) fn glued(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let weekday = name(c).is_some();
    if weekday {
        let _ = c.mark(',');
    }
    let (dated, stated) = c.take(one_word)?;
    let year = stated.or_else(|| c.attempt(year));
    Some(Said::of(dated.day(year, present), Stance::Anywhere))
}

/// The day and month of a word, and its year if it has one.
fn one_word(word: &str) -> Option<(Dated, Option<i16>)> {
    if word.len() > LONGEST || !word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let Some(separator) = word.chars().find(|c| matches!(c, '-' | '/')) else {
        let letters = word.find(|c: char| c.is_ascii_alphabetic())?;
        return Some((pair(&word[..letters], &word[letters..])?, None));
    };
    let mut parts = word.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    match third {
        None => Some((pair(first, second)?, None)),
        Some(third) if first.len() == 4 => Some((pair(second, third)?, Some(full_year(first)?))),
        Some(third) => Some((pair(first, second)?, Some(full_year(third)?))),
    }
}

/// A number and a month in either order.
fn pair(first: &str, second: &str) -> Option<Dated> {
    match (month(first), month(second)) {
        (Some(month), None) => Some(Dated { month, day: number(second)? }),
        (None, Some(month)) => Some(Dated { month, day: number(first)? }),
        _ => None,
    }
}

/// A year of four digits, or of two in this century.
fn full_year(word: &str) -> Option<i16> {
    let year = digits(word)?;
    let year = if word.len() == 2 { 2000 + year } else { year };
    i16::try_from(year).ok().filter(|planned| (1900..2200).contains(planned))
}
