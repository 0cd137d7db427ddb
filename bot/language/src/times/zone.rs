//! Zones behind a time: `5pm EST`, `9am UTC`, `3pm ET`, `14:00 UTC+2`.
//!
//! ```text
//! zone   = offset | ( "utc" | "gmt" ) sign hours [ [ ":" ] minutes ] | region
//! offset = "est" | "edt" | …                             (* fixed, whatever the season *)
//! region = "et" | "ct" | "mt" | "pt"                     (* what the clocks there show; only where a phrase ends *)
//! ```

use jiff::tz::{Offset, TimeZone};

use crate::days::is_day_word;
use crate::tokens::{Cursor, Token};
use crate::vocabulary::digits;

/// Reads a zone.
pub(super) fn zone(c: &mut Cursor<'_>) -> Option<TimeZone> {
    if let Some(region) = c.attempt(ended_region) {
        return TimeZone::get(region).ok();
    }
    let minutes = c.take(|word| minutes(word).or_else(|| from_greenwich(word)))?;
    Offset::from_seconds(minutes * 60).ok().map(TimeZone::fixed)
}

/// Two letters mean a region of America only where they mean nothing else (`9am PT session`).
fn ended_region(c: &mut Cursor<'_>) -> Option<&'static str> {
    let region = c.take(region)?;
    let behind = ["on", "every", "for", "until", "daily", "weekly", "sharp", "to"];
    let ends = c.peek().is_none_or(Token::is_punctuation)
        || c.peek_word().is_some_and(|word| behind.contains(&word) || is_day_word(word));
    ends.then_some(region)
}

/// The region whose clocks the letters mean.
pub(crate) fn region(word: &str) -> Option<&'static str> {
    Some(match word {
        "et" => "America/New_York",
        "ct" => "America/Chicago",
        "mt" => "America/Denver",
        "pt" => "America/Los_Angeles",
        _ => return None,
    })
}

/// East of Greenwich.
fn minutes(word: &str) -> Option<i32> {
    Some(match word {
        "gmt" | "utc" => 0,
        "bst" | "cet" => 60,
        "cest" | "eet" => 2 * 60,
        "eest" | "msk" => 3 * 60,
        "ist" => 5 * 60 + 30,
        "hkt" => 8 * 60,
        "jst" => 9 * 60,
        "aest" => 10 * 60,
        "aedt" => 11 * 60,
        "nzst" => 12 * 60,
        "nzdt" => 13 * 60,
        "edt" => -4 * 60,
        "est" | "cdt" => -5 * 60,
        "cst" | "mdt" => -6 * 60,
        "mst" | "pdt" => -7 * 60,
        "pst" | "akdt" => -8 * 60,
        "akst" => -9 * 60,
        _ => return None,
    })
}

/// `utc+2`, `gmt-03:30`.
fn from_greenwich(word: &str) -> Option<i32> {
    let offset = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt"))?;
    let (sign, figures) = match offset.strip_prefix('+') {
        Some(figures) => (1, figures),
        None => (-1, offset.strip_prefix('-')?),
    };
    let (hours, minutes) = match figures.split_once(':') {
        Some((hours, minutes)) => (hours, digits(minutes).filter(|minutes| *minutes < 60)?),
        None => (figures, 0),
    };
    let hours = digits(hours).filter(|hours| *hours <= 14)?;
    i32::try_from(60 * hours + minutes).ok().map(|minutes| sign * minutes)
}
