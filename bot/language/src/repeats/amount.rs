//! How many of which unit lie between two times.
//!
//! ```text
//! amount = "half hour" | "quarter [of an] hour" | "half year" | unit | number unit | compact | "other" unit | ordinal unit
//! ```

use crate::numbers::{number, spelled_ordinal};
use crate::tokens::Cursor;
use crate::vocabulary::{Unit, cardinal, ordinal_digits, unit};

/// Every half hour, every quarter of an hour: in minutes; every half year.
pub(super) fn half_hour(c: &mut Cursor<'_>) -> Option<(u32, Unit)> {
    if c.words(&["half", "year"]).is_some() {
        return Some((6, Unit::Month));
    }
    let minutes = match c.one_of(&["half", "quarter"])? {
        "half" => 30,
        _ => 15,
    };
    let _ = c.word("of");
    let _ = c.one_of(&["a", "an"]);
    c.word("hour")?;
    Some((minutes, Unit::Minute))
}

/// `3 days`, `other week`, `fortnight`.
pub(super) fn amount_and_unit(c: &mut Cursor<'_>) -> Option<(u32, Unit)> {
    if let Some(unit) = c.take(unit) {
        // Every second counts is a title; every second week is not, nor is every second with nothing behind it.
        let plain = unit != Unit::Second || (c.peek_word().and_then(self::unit).is_none() && is_whole(*c));
        return plain.then_some((1, unit)).or_else(|| Some((2, c.take(self::unit)?)));
    }
    if c.one_of(&["fortnight", "fortnights"]).is_some() {
        return Some((2, Unit::Week));
    }
    let compact = c.take(compact);
    compact.or_else(|| {
        let amount = amount(c)?;
        let (factor, unit) = c.take(unit_or_fortnight)?;
        Some((amount.saturating_mul(factor), unit))
    })
}

/// Whether the recurrence is over here: `blink every second until noon`, `remind me every second to blink`.
fn is_whole(c: Cursor<'_>) -> bool {
    let begins = c.at() <= 2;
    c.is_at_end()
        || c.peek_word().is_some_and(|word| match word {
            "for" | "until" | "till" | "starting" => true,
            "to" => begins,
            _ => false,
        })
}

fn unit_or_fortnight(word: &str) -> Option<(u32, Unit)> {
    match word {
        "fortnight" | "fortnights" => Some((2, Unit::Week)),
        _ => unit(word).map(|unit| (1, unit)),
    }
}

/// `2h`, `30min`.
fn compact(word: &str) -> Option<(u32, Unit)> {
    let end = word.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
    let (digits, letters) = word.split_at(end);
    Some((cardinal(digits)?, crate::vocabulary::letter(letters)?))
}

/// `3`, `three`, `other`, `2nd`, `third`, `couple of`.
fn amount(c: &mut Cursor<'_>) -> Option<u32> {
    if c.one_of(&["other", "alternate"]).is_some() {
        return Some(2);
    }
    if c.word("couple").is_some() {
        let _ = c.word("of");
        return Some(2);
    }
    number(c).or_else(|| c.take(ordinal_digits)).or_else(|| spelled_ordinal(c))
}
