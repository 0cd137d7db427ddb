//! Times with a dot, as much of Europe writes them.
//!
//! ```text
//! dotted = "at" hour "." minute                     (* at 17.30 *)
//! ```
//!
//! A price, a rate and a measure have the same form. So the minute is one that people agree on (a multiple of five),
//! nothing is behind it that it may count, and nothing before it speaks of money or measures.

use super::clock::{Read, face};
use crate::days::is_day_word;
use crate::tokens::Cursor;
use crate::vocabulary::digits;

/// So many words before a time may say that it is none.
const NEAR: usize = 6;

/// `17.30` behind `at`.
pub(super) fn dotted(c: &mut Cursor<'_>) -> Read {
    let before = *c;
    let (hour, minute) = c.take(|word| word.split_once('.'))?;
    let sharp = digits(minute).is_some_and(|minute| minute % 5 == 0 && minute < 60);
    let hours = digits(hour).is_some_and(|hour| hour < 24);
    let meant = sharp && hours && minute.len() == 2 && ends(*c) && !speaks_of_amounts(before);
    meant.then(|| face(hour, minute, None)).flatten()
}

/// Whether nothing is behind that a number could count.
fn ends(c: Cursor<'_>) -> bool {
    c.ends_before(&["on", "for", "with", "in", "to", "sharp", "every", "until", "tonight"])
        || c.peek_word().is_some_and(is_day_word)
}

/// Whether one of the words just before is of money or measures.
fn speaks_of_amounts(c: Cursor<'_>) -> bool {
    let words = (1..=NEAR).filter_map(|back| c.moved_to(c.at().checked_sub(back)?).peek_word());
    words.into_iter().any(is_of_amounts)
}

fn is_of_amounts(word: &str) -> bool {
    let stems = [
        "buy",
        "bought",
        "sell",
        "sold",
        "pric",
        "cost",
        "rate",
        "stock",
        "worth",
        "valu",
        "fee",
        "bid",
        "trad",
        "dollar",
        "euro",
        "pound",
        "temp",
        "speed",
        "weigh",
        "version",
        "interest",
        "thermostat",
        "loss",
        "quote",
    ];
    stems.iter().any(|stem| word.starts_with(stem)) || word.starts_with(['$', '€', '£'])
}
