//! Days in figures.
//!
//! ```text
//! numeric = year "-" month "-" day [ "T" time [ offset ] ] | year "/" month "/" day
//!         | month "/" day [ "/" year ]                 (* day first if the settings say so *)
//!         | day "." month "." [ year ]
//! ```
//!
//! Fractions, ratios and `24/7` are none of these. A day with slashes counts at either end of the
//! text or behind a preposition. What is of the ISO or dotted form but in no calendar is an error.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{Day, Meaning, Said, Stance};
use crate::calendar::yearly_from;
use crate::lead::Lead;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::digits;

pub(super) fn numeric(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    c.attempt(iso)
        .or_else(|| c.attempt(|c| instant(c, present)))
        .or_else(|| c.attempt(|c| slashed(c, present)))
        .or_else(|| c.attempt(|c| dotted(c, lead, present)))
}

/// The numbers of a word between separators, and how many there are.
fn numbers(word: &str, separator: char) -> Option<([u32; 3], usize)> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (mut parts, mut count) = ([0; 3], 0);
    for part in word.split(separator) {
        *parts.get_mut(count)? = digits(part).filter(|_| part.len() <= 4)?;
        count += 1;
    }
    Some((parts, count))
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

fn outright(date: Option<Date>) -> Said {
    let day = date.map(Day::outright).ok_or(ErrorCode::InvalidDate);
    Said::of(day, Stance::Anywhere)
}

/// `2026-12-24`, `2026/12/24`.
fn iso(c: &mut Cursor<'_>) -> Option<Said> {
    let ([year, month, day], count) = c.take(|word| {
        let bytes = word.as_bytes();
        let separator = *bytes.get(4).filter(|_| bytes.len() == 10)?;
        matches!(separator, b'-' | b'/').then(|| numbers(word, char::from(separator)))?
    })?;
    let date = date(year, month, day);
    let meant = (1900..2200).contains(&year) || (year >= 2200 && date.is_some());
    (count == 3 && meant).then(|| outright(date))
}

/// `2026-12-24T17:00`, `2026-12-24T17:00:00+01:00`.
fn instant(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let word = c.take(|word| (word.as_bytes().get(10) == Some(&b't')).then_some(word))?;
    let at = match word.parse::<Timestamp>() {
        Ok(at) => Ok(at),
        Err(_) => {
            let wall: DateTime = word.parse().ok()?;
            present.instant(wall.date(), wall.time(), None)
        }
    };
    let meaning = at.and_then(|at| match at > present.now {
        true => Ok(Meaning::Moment(at)),
        false => Err(ErrorCode::PastDate),
    });
    Some(Said { meaning, stance: Stance::Anywhere })
}

/// `4/15`, `25/12`, `4/15/2026`. Nothing of this form is an error: it may be a fraction.
fn slashed(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let ([first, second, year], count) = c.take(|word| match word {
        "24/7" => None,
        _ => numbers(word, '/'),
    })?;
    let (month, day) = match (first, second) {
        (13.., _) => (second, first),
        (_, 13..) => (first, second),
        _ if present.settings.day_first => (second, first),
        _ => (first, second),
    };
    match count {
        3 => date(century(year), month, day).map(|date| outright(Some(date))),
        2 if !measures(*c) => coming(month, day, present, Stance::Ends),
        _ => None,
    }
}

/// The next such day, today included.
fn coming(month: u32, day: u32, present: &Present<'_>, stance: Stance) -> Option<Said> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let from = |year: i16| yearly_from(year, month, day);
    let this = from(present.today.year())?;
    let after = |date: Date| from(date.year().saturating_add(1));
    let day = match this < present.today {
        true => Day::outright(after(this)?),
        false => Day::rolling(this, after(this)),
    };
    Some(Said::day(day, stance))
}

/// Whether the word ahead is what a fraction measures: `1/2 cup`.
fn measures(mut c: Cursor<'_>) -> bool {
    let nouns = [
        "cup",
        "cups",
        "tsp",
        "tbsp",
        "teaspoon",
        "teaspoons",
        "tablespoon",
        "tablespoons",
        "inch",
        "inches",
        "mile",
        "miles",
        "pound",
        "pounds",
        "lb",
        "lbs",
        "oz",
        "kg",
        "g",
        "l",
        "ml",
        "liter",
        "litre",
        "price",
        "off",
        "of",
        "full",
        "empty",
        "time",
        "day",
        "hour",
        "done",
        "marathon",
        "stars",
        "pint",
        "gallon",
        "dozen",
        "share",
        "ratio",
        "split",
    ];
    c.one_of(&nouns).is_some()
}

/// `24.12.`, `24.12.2026`.
fn dotted(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let version = c.before().and_then(|token| token.word());
    let word = c.peek_word()?;
    let ([day, month, year], count) = c.take(|word| numbers(word, '.'))?;
    if count == 3 {
        let long = word.len() >= 8 && year >= 1000 || year >= 10 && word.len() >= 6;
        return long.then(|| outright(date(century(year), month, day)));
    }
    if count != 2 || matches!(version, Some("version" | "release" | "to" | "v" | "than")) {
        return None;
    }
    c.peek().filter(|token| token.glued)?;
    c.mark('.')?;
    coming(month, day, present, Stance::Anywhere).or_else(|| {
        let meant = lead.is_some() || word.len() == 5 || (day <= 31 && month <= 12);
        meant.then(|| outright(None))
    })
}

/// A year of two digits is one of this century.
fn century(year: u32) -> u32 {
    if year < 100 { 2000 + year } else { year }
}
