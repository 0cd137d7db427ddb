//! Days in figures.
//!
//! ```text
//! numeric = [ which ] weekday [ "," ] figures | figures
//! which   = "this" | "next" | "coming"
//! figures = iso
//!         | month "/" day [ "/" year ]                 (* day first if the settings say so *)
//!         | month "-" day "-" year
//!         | day "." month "." [ year ]
//! ```
//!
//! Fractions, ratios and `24/7` are none of these. A day with slashes counts at either end of the
//! text or behind a preposition. What is of the dotted form but in no calendar is an error. The year first is in
//! [`iso`](mod@super::iso).

use jiff::civil::Date;

use super::iso::iso;
use super::weekday::name;
use super::{Day, Said, Stance};
use crate::calendar::yearly_from;
use crate::lead::Lead;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::tokens::{Cursor, Token};
use crate::vocabulary::digits;

pub(super) fn numeric(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    iso(c, present)
        .or_else(|| c.attempt(|c| slashed(c, present)))
        .or_else(|| c.attempt(|c| dashed(c, present)))
        .or_else(|| c.attempt(|c| dotted(c, lead, present)))
}

/// `friday 7/6`, `this sunday 12/7/2026`: the figures say the day.
pub(super) fn after_weekday(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let _ = c.one_of(&["this", "next", "coming"]);
    name(c)?;
    let _ = c.mark(',');
    numeric(c, lead, present)
}

/// The numbers of a word between separators, and how many there are.
pub(super) fn numbers(word: &str, separator: char) -> Option<([u32; 3], usize)> {
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

pub(super) fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

pub(super) fn outright(date: Option<Date>) -> Said {
    let day = date.map(Day::outright).ok_or(ErrorCode::InvalidDate);
    Said::of(day, Stance::Anywhere)
}

/// `4/15`, `25/12`, `4/15/2026`. Nothing of this form is an error: it may be a fraction.
fn slashed(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let ([first, second, year], count) = c.take(|word| match word {
        "24/7" => None,
        _ => numbers(word, '/'),
    })?;
    let (month, day) = month_and_day(first, second, present.settings.day_first);
    match count {
        3 => date(century(year), month, day).map(|date| outright(Some(date))),
        2 if !measures(*c) => coming(month, day, present, Stance::Ends),
        _ => None,
    }
}

/// `07-27-2026`: with a year of four digits, as without one it may be any range.
fn dashed(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let ([first, second, year], count) = c.take(|word| numbers(word, '-'))?;
    let (month, day) = month_and_day(first, second, present.settings.day_first);
    let date = date(year, month, day).filter(|_| count == 3 && (1900..2200).contains(&year))?;
    Some(outright(Some(date)))
}

/// Which of two numbers is the month, and which the day.
pub(crate) fn month_and_day(first: u32, second: u32, day_first: bool) -> (u32, u32) {
    match (first, second) {
        (13.., _) => (second, first),
        (_, 13..) => (first, second),
        _ if day_first => (second, first),
        _ => (first, second),
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
    let version = is_version(*c);
    let before = c.before().and_then(Token::word);
    let word = c.peek_word()?;
    let ([day, month, year], count) = c.take(|word| numbers(word, '.'))?;
    if count == 3 {
        let long = word.len() >= 8 && year >= 1000 || year >= 10 && word.len() >= 6 && !version;
        // Three and more digits are a telephone's.
        let long = long && day < 100 && month < 100;
        return long.then(|| outright(date(century(year), month, day)));
    }
    if count != 2 || version || matches!(before, Some("to" | "than")) {
        return None;
    }
    c.peek().filter(|token| token.glued)?;
    c.mark('.')?;
    coming(month, day, present, Stance::Anywhere).or_else(|| {
        let meant = lead.is_some() || word.len() == 5 || (day <= 31 && month <= 12);
        meant.then(|| outright(None))
    })
}

/// Whether the words before speak of a version: `release 2.10`, `version: 1.10.30`.
fn is_version(c: Cursor<'_>) -> bool {
    let colon = c.before().is_some_and(|token| token.is_mark(':'));
    let word = c.moved_to(c.at().saturating_sub(usize::from(colon))).before().and_then(Token::word);
    matches!(word, Some("version" | "release" | "v"))
}

/// A year of two digits is one of this century.
fn century(year: u32) -> u32 {
    if year < 100 { 2000 + year } else { year }
}
