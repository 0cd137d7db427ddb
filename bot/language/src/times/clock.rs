//! Times on the clock.
//!
//! ```text
//! clock    = hour ":" minute [ ":" second ] [ meridiem ] | hour [ [ "." ] minute ] meridiem
//!          | hour "h" [ minute ] | hour "o'clock" [ meridiem ]
//!          | "at" hour [ "ish" ] | "at" hour minute                 (* at 5, at five, at 0900, at 930 *)
//!          | past | spelled | dotted | beside
//! ```
//!
//! What has the form but no place on the clock (`25:00`, `13pm`, `10:75`) is an error. A ratio such
//! as `80:20` is not of the form. [`meridiem`](mod@super::meridiem), [`past`](mod@super::past), [`spelled`](mod@super::spelled),
//! [`dotted`](mod@super::dotted) and [`beside`](mod@super::beside) have files of their own.

use super::beside::beside;
use super::dotted::dotted;
use super::doubt::measures;
use super::meridiem::{eat_dot, meridiem, meridiem_of};
use super::past::{ahead_of, past};
use super::spelled::{hour, with_minutes};
use super::{Clock, Reading};
use crate::misread::ErrorCode;
use crate::tokens::Cursor;
use crate::vocabulary::{cardinal, digits};

/// A time, or what is wrong with what has the form of one.
pub(super) type Read = Option<Result<Clock, ErrorCode>>;

/// Reads a time on the clock.
pub(crate) fn clock(c: &mut Cursor<'_>, at: bool) -> Read {
    c.attempt(|c| past(c, at)).or_else(|| c.attempt(ahead_of)).or_else(|| plain(c, at))
}

/// A clock that is not counted from an hour.
pub(super) fn plain(c: &mut Cursor<'_>, at: bool) -> Read {
    c.attempt(|c| colon(c, at))
        .or_else(|| c.attempt(|c| with_meridiem(c, at)))
        .or_else(|| c.attempt(|c| with_h(c, at)))
        .or_else(|| c.attempt(oclock))
        .or_else(|| c.attempt(|c| with_minutes(c, at)))
        .or_else(|| at.then(|| c.attempt(dotted).or_else(|| c.attempt(bare))).flatten())
        .or_else(|| c.attempt(beside))
}

/// An hour and a minute on either clock. A leading zero makes it the 24-hour clock's.
pub(super) fn face(hour: &str, minute: &str, meridiem: Option<bool>) -> Read {
    let (h, m) = (digits(hour)?, digits(minute)?);
    let (h8, m8) = (i8::try_from(h).ok()?, i8::try_from(m).ok()?);
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let clock = match meridiem {
        _ if m > 59 => None,
        Some(pm) if (1..=12).contains(&h) => Some(Clock::sure(h8 % 12 + 12 * i8::from(pm), m8)),
        Some(_) => None,
        None if (1..=12).contains(&h) && !hour.starts_with('0') => {
            Some(Clock { reading: Reading::Open, ..Clock::sure(h8, m8) })
        }
        None if h < 24 => Some(Clock::sure(h8, m8)),
        None => None,
    };
    Some(clock.ok_or(ErrorCode::InvalidTime))
}

/// `5:30`, `17:00`, `5:30pm`, `5:30 pm`.
fn colon(c: &mut Cursor<'_>, at: bool) -> Read {
    let (hour, rest) = c.take(|word| in_figures(word)?.split_once(':'))?;
    let split = rest.find(|c: char| !c.is_ascii_digit());
    let (minute, letters) = rest.split_at(split.unwrap_or(rest.len()));
    let (second, letters) = seconds(letters)?;
    let meridiem = match letters {
        "" => c.attempt(meridiem),
        // A room may be a 5a, but no 5:30a.
        "a" => Some(false),
        _ => Some(meridiem_of(letters)?),
    };
    if !at && meridiem.is_none() && is_ratio(hour, *c) {
        return None;
    }
    if !letters.is_empty() {
        eat_dot(c, letters);
    }
    let clock = face(hour, minute, meridiem)?;
    Some(clock.map(|clock| Clock { second, ..clock }))
}

/// The word, if it begins with a digit.
pub(super) fn in_figures(word: &str) -> Option<&str> {
    word.as_bytes().first().is_some_and(u8::is_ascii_digit).then_some(word)
}

/// The seconds of `17:30:15`, 0 if there are none, and what is behind them.
fn seconds(rest: &str) -> Option<(i8, &str)> {
    let Some(rest) = rest.strip_prefix(':') else { return Some((0, rest)) };
    let (second, letters) = rest.split_at_checked(2)?;
    Some((i8::try_from(digits(second).filter(|second| *second < 60)?).ok()?, letters))
}

/// Whether two numbers with a colon are parts of a whole and no time: `80:20`, `16:10 ratio`.
fn is_ratio(hour: &str, mut c: Cursor<'_>) -> bool {
    let nouns = ["ratio", "split", "mix", "rule", "scale", "odds", "aspect", "monitor", "screen", "display"];
    digits(hour).is_none_or(|hour| hour >= 30) || c.one_of(&nouns).is_some()
}

/// `5pm`, `5 p.m.`, `5.30pm`, `530pm`, `at 9a`.
fn with_meridiem(c: &mut Cursor<'_>, at: bool) -> Read {
    let word = c.take(in_figures)?;
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, letters) = word.split_at(end.unwrap_or(word.len()));
    let pm = match letters {
        "" => meridiem(c)?,
        "p" | "a" if digits(number).is_none_or(|hour| !(1..=12).contains(&hour)) => return None,
        "a" => at.then_some(false)?,
        _ => {
            let pm = meridiem_of(letters)?;
            eat_dot(c, letters);
            pm
        }
    };
    let (hour, minute) = hour_and_minute(number);
    face(hour, minute, Some(pm))
}

/// `5`, `5.30`, `530`.
fn hour_and_minute(number: &str) -> (&str, &str) {
    let hours = number.len().saturating_sub(2);
    match number.split_once('.') {
        Some(parts) => parts,
        None if matches!(hours, 1 | 2) => number.split_at(hours),
        None => (number, "00"),
    }
}

/// `17h`, `17h30`. Without `at`, an hour that might as well be a length (`2h`, `8h`) is none.
fn with_h(c: &mut Cursor<'_>, at: bool) -> Read {
    let (hour, minute) = c.take(|word| in_figures(word)?.split_once('h'))?;
    let number = digits(hour).filter(|hour| *hour < 24)?;
    let is_hour = match minute {
        "" => number >= 13 || hour.starts_with('0'),
        _ => number >= 7 || hour.starts_with('0'),
    };
    let minute = if minute.is_empty() { "00" } else { minute };
    (at || is_hour).then(|| face(hour, minute, None)).flatten()
}

/// `5 o'clock`.
fn oclock(c: &mut Cursor<'_>) -> Read {
    let hour = c.take(|word| cardinal(word).filter(|hour| (1..=12).contains(hour)))?;
    c.one_of(&["o'clock", "o’clock", "oclock"])?;
    face(&hour.to_string(), "00", c.attempt(meridiem))
}

/// Behind `at`: `5`, `17`, `0900`, `930`, `5ish`. A number that measures what follows (`at 5 percent`) is none; whether
/// one that may count it (`look at 3 options`) is an hour, [`doubt`](mod@super::doubt) leaves to what stands before.
fn bare(c: &mut Cursor<'_>) -> Read {
    if let Some(hour) = c.attempt(hour) {
        return face(&hour.to_string(), "00", None);
    }
    let word = c.take(|word| {
        let number = word.strip_suffix("ish").map_or(word, |number| number.trim_end_matches('-'));
        digits(number).map(|_| number)
    })?;
    if measures(*c) {
        return None;
    }
    let (hour, minute) = hour_and_minute(word);
    if word.len() == 3 && !matches!(minute, "15" | "30" | "45") {
        return None;
    }
    face(hour, minute, None).filter(|time| time.is_ok() || c.is_at_end())
}
