//! Days with their month.
//!
//! ```text
//! dated  = [ weekday [ "," ] ] ( month [ "the" | "," ] number | [ "the" ] number [ "." | "of" ] month ) [ [ "," ] year ]
//! number = 1 … 31 | ordinal
//! ```
//!
//! Without a year it is the next such day, today included. In one word (`12-sep`) it is [`glued`](mod@super::glued).

use jiff::civil::Date;

use super::weekday::name;
use super::{Day, Said, Stance};
use crate::calendar::yearly_from;
use crate::misread::ErrorCode;
use crate::numbers::{spelled_ordinal, tens_and_ones};
use crate::present::Present;
use crate::times::clock;
use crate::tokens::Cursor;
use crate::vocabulary::{digits, month, ordinal_digits, unit};

pub(super) fn dated(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let parts = c.attempt(dated_parts)?;
    let year = c.attempt(year);
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
    pub(super) fn day(self, year: Option<i16>, present: &Present<'_>) -> Result<Day, ErrorCode> {
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
    if name(c).is_some() {
        let _ = c.mark(',');
    }
    c.attempt(month_day).or_else(|| c.attempt(day_month))
}

fn month_day(c: &mut Cursor<'_>) -> Option<Dated> {
    let may = c.peek_word() == Some("may");
    let month = c.take(month)?;
    c.attempt(dot);
    let the = c.word("the").is_some();
    let day = c.take(number).or_else(|| c.attempt(|c| spelled_day(c, the))).or_else(|| c.attempt(comma_day))?;
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
    c.peek_word().filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(|_| ())
}

/// `the first`, `twenty-fifth`, `twenty five`; one word without an article only where it ends there.
fn spelled_day(c: &mut Cursor<'_>, the: bool) -> Option<u32> {
    let start = c.at();
    if let Some(day) = spelled_ordinal(c) {
        let whole = the || c.at() > start + 1 || day > 20 || ends(*c);
        return whole.then_some(day);
    }
    tens_and_ones(c).filter(|day| *day < 32 && ends(*c))
}

/// `, 6th` behind a month.
fn comma_day(c: &mut Cursor<'_>) -> Option<u32> {
    c.mark(',')?;
    c.take(ordinal_digits).filter(|_| ends(*c))
}

/// Whether a day is over here: nothing is behind it, or its year, or its time.
fn ends(mut c: Cursor<'_>) -> bool {
    c.ends_before(&["at"]) || year(&mut c).is_some() || matches!(clock(&mut c, false), Some(Ok(_)))
}

fn day_month(c: &mut Cursor<'_>) -> Option<Dated> {
    let _ = c.word("the");
    let day = match c.take(number) {
        Some(day) => {
            c.attempt(dot_before_month);
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
    c.attempt(dot);
    Some(Dated { month, day })
}

/// The dot of `16. november`.
fn dot_before_month(c: &mut Cursor<'_>) -> Option<()> {
    c.peek().filter(|token| token.glued)?;
    c.mark('.')?;
    c.peek_word().and_then(month).map(|_| ())
}

pub(super) fn number(word: &str) -> Option<u32> {
    digits(word).filter(|_| word.len() <= 2).or_else(|| ordinal_digits(word))
}

/// A year of four digits behind a date. One that nobody plans for is one only if nothing is behind it that it may
/// count: `march 12 5000 euros`.
pub(super) fn year(c: &mut Cursor<'_>) -> Option<i16> {
    let _ = c.mark(',');
    let year = c.take(|word| digits(word).filter(|year| word.len() == 4 && *year >= 1900))?;
    let last = c.ends_before(&["at"]);
    (year < 2200 || last).then(|| i16::try_from(year).ok()).flatten()
}
