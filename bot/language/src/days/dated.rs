//! Days with their month.
//!
//! ```text
//! dated  = [ weekday [ "," ] ] ( month [ "the" ] number | [ "the" ] number [ "of" ] month ) [ [ "," ] year ]
//!        | number "-" month [ "-" year ] | month "-" number [ "-" year ]        (* one word *)
//! number = 1 … 31 | ordinal
//! ```
//!
//! Without a year it is the next such day, today included.

use jiff::civil::Date;

use super::{Day, Said, Stance};
use crate::calendar::yearly_from;
use crate::misread::ErrorCode;
use crate::numbers::spelled_ordinal;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{digits, month, ordinal_digits, unit, weekday};

pub(super) fn dated(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    if let Some(parts) = c.attempt(dated_parts) {
        let year = c.attempt(year);
        return Some(Said::of(parts.day(year, present), Stance::Anywhere));
    }
    let (parts, year) = hyphened(c)?;
    Some(Said::of(parts.day(year, present), Stance::Anywhere))
}

/// A day and a month, not yet checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    pub(crate) month: i8,
    pub(crate) day: u32,
}

impl Dated {
    /// The day of the month, if the month ever has it.
    pub(crate) fn checked_day(self) -> Result<i8, ErrorCode> {
        let longest = match self.month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        i8::try_from(self.day).ok().filter(|day| (1..=longest).contains(day)).ok_or(ErrorCode::InvalidDate)
    }

    /// The day in this year, or the next such day.
    fn day(self, year: Option<i16>, present: &Present<'_>) -> Result<Day, ErrorCode> {
        let day = self.checked_day()?;
        if let Some(year) = year {
            let date = Date::new(year, self.month, day).map_err(|_| ErrorCode::InvalidDate)?;
            return Ok(Day::outright(date));
        }
        let next = |year: i16| yearly_from(year, self.month, day);
        let this = next(present.today.year()).ok_or(ErrorCode::InvalidDate)?;
        let after = |date: Date| next(date.year().saturating_add(1));
        Ok(match this < present.today {
            true => Day::rolling(after(this).unwrap_or(this), None),
            false => Day::rolling(this, after(this)),
        })
    }
}

/// Reads a day and a month in either order.
pub(crate) fn dated_parts(c: &mut Cursor<'_>) -> Option<Dated> {
    if c.take(weekday).is_some() {
        let _ = c.mark(',');
    }
    c.attempt(month_day).or_else(|| c.attempt(day_month))
}

fn month_day(c: &mut Cursor<'_>) -> Option<Dated> {
    let may = c.peek_word() == Some("may");
    let month = c.take(month)?;
    c.attempt(dot);
    let the = c.word("the").is_some();
    let day = c.take(number).or_else(|| c.attempt(|c| spelled_day(c, the)))?;
    // May is a verb as well: what is no day of it is left alone. So are counts (june 3 times).
    let counted = c.peek_word().is_some_and(is_counted);
    (!(counted || (may && day > 31))).then_some(Dated { month, day })
}

/// Whether the word is a thing that numbers count more often than days are dated before it.
fn is_counted(word: &str) -> bool {
    matches!(word, "times" | "miles" | "km" | "steps" | "people") || unit(word).is_some()
}

/// The dot of `Sep. 12`.
fn dot(c: &mut Cursor<'_>) -> Option<()> {
    c.peek().filter(|token| token.glued)?;
    c.mark('.')?;
    c.peek_word().and_then(number).map(|_| ())
}

/// `the first`, `twenty-fifth`; one word without an article only where nothing is behind it.
fn spelled_day(c: &mut Cursor<'_>, the: bool) -> Option<u32> {
    let start = c.at();
    let day = spelled_ordinal(c)?;
    let whole = the || c.at() > start + 1 || day > 20 || c.is_at_end();
    whole.then_some(day)
}

/// `12-sep`, `sep-12`, `12-sep-2026` in one word.
fn hyphened(c: &mut Cursor<'_>) -> Option<(Dated, Option<i16>)> {
    c.take(|word| {
        if word.len() > 11 || !word.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut parts = word.split('-');
        let (first, second, year) = (parts.next()?, parts.next()?, parts.next());
        let year = match year {
            None => None,
            Some(year) => Some(year.parse().ok().filter(|planned| (1900..2200).contains(planned))?),
        };
        let dated = match (month(first), month(second)) {
            (Some(month), None) => Dated { month, day: number(second)? },
            (None, Some(month)) => Dated { month, day: number(first)? },
            _ => return None,
        };
        parts.next().is_none().then_some((dated, year))
    })
}

fn day_month(c: &mut Cursor<'_>) -> Option<Dated> {
    let _ = c.word("the");
    let day = match c.take(number) {
        Some(day) => {
            let _ = c.word("of");
            day
        }
        None => {
            let day = spelled_ordinal(c)?;
            c.word("of")?;
            day
        }
    };
    let month = c.take(month)?;
    Some(Dated { month, day })
}

fn number(word: &str) -> Option<u32> {
    digits(word).filter(|_| word.len() <= 2).or_else(|| ordinal_digits(word))
}

/// A year of four digits behind a date. One that nobody plans for is one only if nothing is behind it that it may
/// count: `march 12 5000 euros`.
pub(super) fn year(c: &mut Cursor<'_>) -> Option<i16> {
    let _ = c.mark(',');
    let year = c.take(|word| digits(word).filter(|year| word.len() == 4 && *year >= 1900))?;
    let last = c.is_at_end() || c.peek_word() == Some("at");
    (year < 2200 || last).then(|| i16::try_from(year).ok()).flatten()
}
