//! Numbers behind `at` that may be no hour.

use crate::tokens::Cursor;
use crate::vocabulary::{cardinal, digits, unit};

/// Why a bare number behind `at` may be no hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// What follows may be what it counts: `at 3 options`.
    Counts,
    /// It is a word with others behind it: `at one point`.
    Word,
}

/// Whether what was read from here to there is a number that may be no hour.
pub(super) fn doubt(start: Cursor<'_>, end: Cursor<'_>) -> Option<Doubt> {
    let word = start.peek_word().filter(|_| end.at() == start.at() + 1)?;
    match digits(word) {
        Some(_) => counts(end).then_some(Doubt::Counts),
        None => cardinal(word).filter(|_| !is_free(end)).map(|_| Doubt::Word),
    }
}

/// Whether nothing is ahead that an hour in words might belong to.
fn is_free(c: Cursor<'_>) -> bool {
    c.ends_before(&["for", "with", "on", "in", "to", "sharp", "today", "tomorrow", "tonight", "every"])
}

/// Whether the word ahead may be what a number before it counts.
pub(super) fn counts(c: Cursor<'_>) -> bool {
    let many = |word: &str| word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    c.peek_word().is_some_and(|word| match word {
        "people" => true,
        "always" | "this" | "thanks" | "towards" | "mondays" | "weekdays" => false,
        _ => many(word),
    })
}

/// Whether the word ahead is what a number before it measures, or the street it stands in.
pub(super) fn measures(mut c: Cursor<'_>) -> bool {
    let Some(word) = c.peek_word() else {
        return false;
    };
    if matches!(word, "percent" | "degrees" | "dollars" | "%") || unit(word).is_some() {
        return true;
    }
    let _ = c.bump();
    c.one_of(&["street", "st", "road", "rd", "avenue", "ave", "lane", "drive"]).is_some()
}
