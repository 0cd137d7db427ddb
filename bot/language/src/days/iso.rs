//! Days in figures, the year first.
//!
//! ```text
//! iso = year "-" month "-" day [ "T" time [ offset ] ] | year "/" month "/" day | year "." month "." day
//! ```
//!
//! With all its zeros (`2026-02-30`) it is meant as a day, and an error if no calendar has it; without them, and with
//! dots, it may be a version and is a day only if there is one.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::numeric::{date, numbers, outright};
use super::{Meaning, Said, Stance};
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::tokens::Cursor;

pub(super) fn iso(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    c.attempt(day).or_else(|| c.attempt(|c| instant(c, present)))
}

/// `2026-12-24`, `2026/3/5`, `2026.12.24`.
fn day(c: &mut Cursor<'_>) -> Option<Said> {
    c.take(|word| {
        let separator = char::from(*word.as_bytes().get(4)?);
        let ([year, month, day], count) = matches!(separator, '-' | '/' | '.').then(|| numbers(word, separator))??;
        let (date, whole) = (date(year, month, day), word.len() == 10);
        let meant = count == 3 && word.len() >= 8 && is_meant(year, date, whole && separator != '.');
        (meant && (whole || separator != '.')).then(|| outright(date))
    })
}

/// Whether a year and what stands behind it are a day. A wrong one is an error only if it is written in full.
fn is_meant(year: u32, date: Option<Date>, in_full: bool) -> bool {
    match date {
        Some(_) => year >= 1900 && (in_full || year < 2200),
        None => in_full && (1900..2200).contains(&year),
    }
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
