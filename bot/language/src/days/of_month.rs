//! Days of a month that is not named.
//!
//! ```text
//! of_month = preposition [ "the" ] ordinal [ "of" ( "the" | "this" | "next" ) "month" | "next month" ]
//!          | weekday "the" ordinal
//!          | "the" ordinal                                         (* at the end of the text *)
//! ```
//!
//! It is the next such day, today included.

use super::{Day, Said, Stance, which};
use crate::calendar::{day_in, month_of};
use crate::lead::{Lead, Word};
use crate::numbers::spelled_ordinal;
use crate::present::Present;
use crate::times::clock;
use crate::tokens::Cursor;
use crate::vocabulary::{ordinal_digits, weekday, weekdays_plural};

pub(super) fn of_month(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| weekday_the(c, present)).or_else(|| c.attempt(|c| by_ordinal(c, lead, present)))
}

/// `monday the 9th`, if the next 9th is a monday.
fn weekday_the(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let weekday = c.take(weekday)?;
    let _ = c.mark(',');
    c.word("the")?;
    let day = i8::try_from(c.take(ordinal_digits)?).ok()?;
    let said = next_of_month(day, 0, present)?;
    (said.date.weekday() == weekday).then(|| Said::day(said, Stance::Anywhere))
}

/// The next such day of a month so many months ahead, and the one after it.
fn next_of_month(day: i8, ahead: i64, present: &Present<'_>) -> Option<Day> {
    let mut days = (ahead..ahead + 12)
        .filter_map(|ahead| day_in(month_of(present.today, ahead), day))
        .filter(|date| *date >= present.today);
    Some(Day::rolling(days.next()?, days.next()))
}

/// `on the 15th`, `by the 3rd of next month`.
fn by_ordinal(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let the = c.word("the").is_some();
    let spelled = spelled_ordinal(c);
    let day = spelled.or_else(|| c.take(ordinal_digits))?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    let month = c.attempt(which_month);
    // On the second floor, by the first of them: a word alone is a day only where nothing is behind it.
    let last = c.is_at_end() || c.peek_word() == Some("at");
    if spelled.is_some() && month.is_none() && !(last && the && lead.firm) {
        return None;
    }
    // In 2nd form, on the 3rd deck: a thing behind it is what it counts, unless it opens the text.
    let thing = lead.is_some() && month.is_none() && (lead.last == Word::In || !(lead.opens || goes_on(*c)));
    if thing || counts(*c) || !(lead.is_some() || the || month.is_some()) {
        return None;
    }
    let stance = match lead.is_some() || month.is_some() {
        true => Stance::Anywhere,
        false => Stance::End,
    };
    let ahead = i64::from(month == Some(true));
    Some(Said::day(next_of_month(day, ahead, present)?, stance))
}

/// `of the month`, `of next month`: whether it is the next.
fn which_month(c: &mut Cursor<'_>) -> Option<bool> {
    let of = c.one_of(&["of", "in"]).is_some();
    let which = c.one_of(&["the", "this", "next"])?;
    c.word("month")?;
    (of || which == "next").then_some(which == "next")
}

/// Whether what is ahead is no thing: nothing, a preposition, an article, a time.
fn goes_on(mut c: Cursor<'_>) -> bool {
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
fn counts(mut c: Cursor<'_>) -> bool {
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
