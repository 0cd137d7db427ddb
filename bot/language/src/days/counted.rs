//! What an ordinal counts when it is no day: `in 2nd form`, `on the 3rd deck`.

use super::which;
use crate::times::clock;
use crate::tokens::Cursor;
use crate::vocabulary::weekdays_plural;

/// Whether what is ahead is no thing: nothing, a preposition, an article, a time.
pub(super) fn goes_on(mut c: Cursor<'_>) -> bool {
    let Some(word) = c.peek_word().filter(|_| !c.is_at_end()) else { return true };
    let small = [
        "to",
        "at",
        "@",
        "on",
        "in",
        "by",
        "for",
        "from",
        "with",
        "about",
        "of",
        "and",
        "or",
        "but",
        "that",
        "if",
        "when",
        "after",
        "before",
        "until",
        "till",
        "around",
        "the",
        "a",
        "an",
        "my",
        "our",
        "your",
        "his",
        "her",
        "their",
        "this",
        "every",
        "each",
        "please",
        "pls",
        "thanks",
        "noon",
        "midnight",
        "morning",
        "afternoon",
        "evening",
        "not",
        "instead",
        "as",
        "because",
        "so",
        "then",
        "it",
        "them",
        "eod",
        "cob",
        "midday",
    ];
    small.contains(&word) || matches!(clock(&mut c, false), Some(Ok(_)))
}

/// Whether the word ahead is what an ordinal counts: `the 5th floor`, `the 1st monday`.
pub(super) fn counts(mut c: Cursor<'_>) -> bool {
    if which(&mut c.clone()).is_some() || c.peek_word().is_some_and(|word| weekdays_plural(word).is_some()) {
        return true;
    }
    let nouns = [
        "floor",
        "street",
        "st",
        "avenue",
        "ave",
        "grade",
        "edition",
        "page",
        "chapter",
        "time",
        "try",
        "attempt",
        "row",
        "item",
        "round",
        "draft",
        "version",
        "birthday",
        "anniversary",
        "place",
        "class",
        "line",
        "quarter",
        "day",
        "week",
        "month",
        "year",
    ];
    c.one_of(&nouns).is_some()
}
