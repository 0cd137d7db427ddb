//! Times in words.
//!
//! ```text
//! spelled = "at" word | word [ minute ] meridiem | "at" word minute       (* five pm, at five thirty *)
//! ```

use super::clock::{Read, face};
use super::doubt::{counts, measures};
use super::meridiem::meridiem;
use crate::numbers::number;
use crate::tokens::Cursor;
use crate::vocabulary::{cardinal, digits};

/// `five pm`, `five thirty pm`, `at five thirty`.
pub(super) fn with_minutes(c: &mut Cursor<'_>, at: bool) -> Read {
    let word = |word: &str| cardinal(word).filter(|_| !word.starts_with(|c: char| c.is_ascii_digit()));
    let hour = c.take(word).filter(|hour| (1..=12).contains(hour))?;
    let minute = c.attempt(|c| {
        c.peek_word().and_then(word)?;
        number(c).filter(|minute| (10..60).contains(minute))
    });
    let meridiem = c.attempt(meridiem);
    if meridiem.is_none() && (!at || minute.is_none() || counts(*c) || measures(*c)) {
        return None;
    }
    face(&hour.to_string(), &format!("{:02}", minute.unwrap_or(0)), meridiem)
}

/// `at five`, where nothing is behind that five measures.
pub(super) fn hour(c: &mut Cursor<'_>) -> Option<u32> {
    let hour = c.take(|word| match digits(word) {
        Some(_) => None,
        None => cardinal(word).filter(|hour| (1..=12).contains(hour)),
    })?;
    (!measures(*c)).then_some(hour)
}
