//! Days of a month.
//!
//! ```text
//! dated  = [ weekday [ "," ] ] ( month [ "the" ] number | [ "the" ] number [ "of" ] month ) [ [ "," ] year ]
//!        | preposition [ "the" ] ordinal [ "of" ( "the" | "this" | "next" ) "month" | "next month" ]
//!        | weekday "the" ordinal
//!        | "the" ordinal                                          (* at the end of the text *)
//!        | number "-" month [ "-" year ] | month "-" number [ "-" year ]        (* one word *)
//! number = 1 … 31 | ordinal
//! ```
//!
//! Without a year it is the next such day, today included.

use jiff::civil::Date;

use super::{Day, Said, Stance, which};
use crate::calendar::{day_in, month_of, yearly_from};
use crate::lead::Lead;
use crate::misread::ErrorCode;
use crate::numbers::spelled_ordinal;
use crate::present::Present;
use crate::tokens::{Cursor, Token};
use crate::vocabulary::{digits, month, ordinal_digits, unit, weekday, weekdays_plural};

pub(super) fn dated(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    if let Some(parts) = c.attempt(dated_parts) {
        let year = c.attempt(year);
        return Some(Said::of(parts.day(year, present), Stance::Anywhere));
    }
    if let Some((parts, year)) = hyphened(c) {
        return Some(Said::of(parts.day(year, present), Stance::Anywhere));
    }
    c.attempt(|c| weekday_the(c, present)).or_else(|| c.attempt(|c| of_month(c, lead, present)))
}

/// `monday the 9th`, if the next 9th is a monday.
fn weekday_the(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let weekday = c.take(weekday)?;
    let _ = c.mark(',');
    c.word("the")?;
    let day = i8::try_from(c.take(ordinal_digits)?).ok()?;
    let said = next_of_month(day, 0, present)?;
    (said.date.weekday() == weekday).then(|| Said::day(said, Stance::Anywhere))
}

/// The next such day of a month so many months ahead, and the one after it.
fn next_of_month(day: i8, ahead: i64, present: &Present<'_>) -> Option<Day> {
    let mut days = (ahead..ahead + 12)
        .filter_map(|ahead| day_in(month_of(present.today, ahead), day))
        .filter(|date| *date >= present.today);
    Some(Day::rolling(days.next()?, days.next()))
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
    let whole = the || c.at() > start + 1 || day > 20 || c.peek().is_none_or(Token::is_punctuation);
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
    let last = c.peek().is_none_or(Token::is_punctuation) || c.peek_word() == Some("at");
    (year < 2200 || last).then(|| i16::try_from(year).ok()).flatten()
}

/// `on the 15th`, `by the 3rd of next month`.
fn of_month(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let the = c.word("the").is_some();
    let spelled = spelled_ordinal(c);
    let day = spelled.or_else(|| c.take(ordinal_digits))?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    let month = c.attempt(which_month);
    // On the second floor, by the first of them: a word alone is a day only where nothing is behind it.
    let last = c.peek().is_none_or(Token::is_punctuation) || c.peek_word() == Some("at");
    if spelled.is_some() && month.is_none() && !(last && the && lead.firm) {
        return None;
    }
    if counts(*c) || !(lead.is_some() || the || month.is_some()) {
        return None;
    }
    let stance = match lead.is_some() || month.is_some() {
        true => Stance::Anywhere,
        false => Stance::End,
    };
    let ahead = i64::from(month == Some(true));
    Some(Said::day(next_of_month(day, ahead, present)?, stance))
}

/// `of the month`, `of next month`: whether it is the next.
fn which_month(c: &mut Cursor<'_>) -> Option<bool> {
    let of = c.one_of(&["of", "in"]).is_some();
    let which = c.one_of(&["the", "this", "next"])?;
    c.word("month")?;
    (of || which == "next").then_some(which == "next")
}

/// Whether the word ahead is what an ordinal counts: `the 5th floor`, `the 1st monday`.
fn counts(mut c: Cursor<'_>) -> bool {
    if which(&mut c.clone()).is_some() || c.peek_word().is_some_and(|word| weekdays_plural(word).is_some()) {
        return true;
    }
    let nouns = [
        "floor",
        "street",
        "st",
        "avenue",
        "ave",
        "grade",
        "edition",
        "page",
        "chapter",
        "time",
        "try",
        "attempt",
        "row",
        "item",
        "round",
        "draft",
        "version",
        "birthday",
        "anniversary",
        "place",
        "class",
        "line",
        "quarter",
        "day",
        "week",
        "month",
        "year",
    ];
    c.one_of(&nouns).is_some()
}
