//! Zones behind a time: `5pm EST`, `9am UTC`. They are fixed offsets, whatever the season.

use jiff::tz::Offset;

use crate::tokens::Cursor;

/// Reads a zone.
pub(super) fn zone(c: &mut Cursor<'_>) -> Option<Offset> {
    let minutes = c.take(minutes)?;
    Offset::from_seconds(minutes * 60).ok()
}

/// East of Greenwich.
fn minutes(word: &str) -> Option<i32> {
    Some(match word {
        "gmt" | "utc" => 0,
        "bst" | "cet" => 60,
        "cest" => 2 * 60,
        "ist" => 5 * 60 + 30,
        "edt" => -4 * 60,
        "est" | "cdt" => -5 * 60,
        "cst" | "mdt" => -6 * 60,
        "mst" | "pdt" => -7 * 60,
        "pst" => -8 * 60,
        _ => return None,
    })
}
