//! Zones behind a time: `5pm EST`, `9am UTC`, `15:00 +02:00`, `3pm ET`.
//!
//! ```text
//! zone   = name | ( "utc" | "gmt" ) offset | offset | region | iana
//! name   = "est" | "edt" | …                                (* a fixed offset, whatever the season *)
//! offset = ( "+" | "-" ) hour [ [ ":" ] minute ]            (* alone with its minute *)
//! region = "et" | "eastern" | "sgt" | …                     (* what the clocks there show; where no text is behind it *)
//! ```

use jiff::tz::{Offset, TimeZone};

use crate::days::is_day_word;
use crate::tokens::Cursor;
use crate::vocabulary::digits;

/// Reads a zone.
pub(super) fn zone(c: &mut Cursor<'_>) -> Option<TimeZone> {
    let fixed = c.take(|word| minutes(word).or_else(|| from_utc(word)).or_else(|| offset(word, true)));
    if let Some(minutes) = fixed {
        return Offset::from_seconds(minutes * 60).ok().map(TimeZone::fixed);
    }
    let place = |word: &str| word.contains('/').then(|| TimeZone::get(word).ok())?;
    c.attempt(ended_region).or_else(|| c.take(place))
}

/// Letters of a region, where they can be nothing else: `3pm PT tomorrow`, but not `3pm PT session`.
fn ended_region(c: &mut Cursor<'_>) -> Option<TimeZone> {
    let region = c.take(region)?;
    let behind =
        ["on", "every", "each", "daily", "weekly", "for", "with", "to", "until", "and", "or", "sharp", "tonight"];
    let ends = c.ends_before(&behind) || c.peek_word().is_some_and(is_day_word);
    ends.then(|| TimeZone::get(region).ok())?
}

/// The region that people mean by the letters of its clocks, whose summer time they keep.
pub(crate) fn region(letters: &str) -> Option<&'static str> {
    Some(match letters {
        "et" | "est" | "edt" | "eastern" => "America/New_York",
        "ct" | "cst" | "cdt" | "central" => "America/Chicago",
        "mt" | "mst" | "mdt" | "mountain" => "America/Denver",
        "pt" | "pst" | "pdt" | "pacific" => "America/Los_Angeles",
        "akst" | "akdt" => "America/Anchorage",
        "hst" => "Pacific/Honolulu",
        "bst" => "Europe/London",
        "cest" => "CET",
        "eest" => "EET",
        "west" => "WET",
        "msk" => "Europe/Moscow",
        "ist" => "Asia/Kolkata",
        "sgt" => "Asia/Singapore",
        "jst" => "Asia/Tokyo",
        "aest" | "aedt" => "Australia/Sydney",
        "nzst" | "nzdt" => "Pacific/Auckland",
        _ => return None,
    })
}

/// East of Greenwich.
fn minutes(word: &str) -> Option<i32> {
    Some(match word {
        "gmt" | "utc" => 0,
        "bst" | "cet" => 60,
        "cest" | "eet" | "sast" => 2 * 60,
        "eest" | "msk" => 3 * 60,
        "ist" => 5 * 60 + 30,
        "hkt" | "awst" => 8 * 60,
        "jst" | "kst" => 9 * 60,
        "acst" => 9 * 60 + 30,
        "aest" => 10 * 60,
        "acdt" => 10 * 60 + 30,
        "aedt" => 11 * 60,
        "nzst" => 12 * 60,
        "nzdt" => 13 * 60,
        "brt" => -3 * 60,
        "edt" => -4 * 60,
        "est" | "cdt" => -5 * 60,
        "cst" | "mdt" => -6 * 60,
        "mst" | "pdt" => -7 * 60,
        "pst" | "akdt" => -8 * 60,
        "akst" => -9 * 60,
        _ => return None,
    })
}

/// `utc+2`, `gmt-3:30`.
fn from_utc(word: &str) -> Option<i32> {
    let rest = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt"))?;
    offset(rest, false)
}

/// `+02:00`, `-0330`; `+2` only where a minute need not be said.
fn offset(word: &str, whole: bool) -> Option<i32> {
    let east = word.starts_with('+');
    let clock = word.strip_prefix(['+', '-'])?;
    let (hour, minute) = match clock.split_once(':') {
        Some(parts) => parts,
        None if clock.len() == 4 => clock.split_at(2),
        None if whole => return None,
        None => (clock, "00"),
    };
    let (hour, minute) = (digits(hour).filter(|hour| *hour <= 14)?, digits(minute).filter(|minute| *minute < 60)?);
    let minutes = i32::try_from(60 * hour + minute).ok()?;
    Some(if east { minutes } else { -minutes })
}
