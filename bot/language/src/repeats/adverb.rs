//! Recurrences in one word: `daily`, `weekly on monday`, `monthly on the 3rd`.
//!
//! ```text
//! adverb = ( "daily" | "weekly" | "biweekly" | "fortnightly" | "monthly" | "quarterly" | "yearly"
//!          | "annually" | "hourly" | "bimonthly" | "semiannually" | "biannually" | "biennially" ) [ on ] | "nightly"
//! ```
//!
//! Before a noun they are adjectives and stay in the title, so by themselves they count only at the
//! end of the text or just before a time or day.

use super::Repeats;
use super::on::on;
use super::pattern::{Cycle, Pattern};
use crate::days::Stance;
use crate::tokens::Cursor;
use crate::vocabulary::DayPart;

pub(super) fn adverb(c: &mut Cursor<'_>) -> Option<Repeats> {
    if c.word("nightly").is_some() {
        let nightly = Repeats::new(Pattern::every(Cycle::Days, 1), Stance::End);
        return Some(Repeats { adverb: true, part: Some(DayPart::Night), ..nightly });
    }
    let (cycle, interval) = c.take(word)?;
    let pattern = Pattern::every(cycle, interval);
    if let Some(narrowed) = on(c, &pattern) {
        return Some(Repeats::of(narrowed, Stance::Anywhere));
    }
    Some(Repeats { adverb: true, ..Repeats::new(pattern, Stance::End) })
}

fn word(word: &str) -> Option<(Cycle, u32)> {
    Some(match word {
        "hourly" => (Cycle::Hours, 1),
        "daily" => (Cycle::Days, 1),
        "weekly" => (Cycle::Weeks, 1),
        "biweekly" | "bi-weekly" | "fortnightly" => (Cycle::Weeks, 2),
        "monthly" => (Cycle::Months, 1),
        "bimonthly" | "bi-monthly" => (Cycle::Months, 2),
        "semiannually" | "semi-annually" | "biannually" | "half-yearly" => (Cycle::Months, 6),
        "quarterly" => (Cycle::Months, 3),
        "yearly" | "annually" => (Cycle::Years, 1),
        "biennially" => (Cycle::Years, 2),
        _ => return None,
    })
}
