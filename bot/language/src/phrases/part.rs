//! One part of a phrase.

use std::ops::Range;

use jiff::Timestamp;

use crate::days::{Day, Meaning, Stance, bounding_month, day};
use crate::lead::{Lead, Role, Word, lead};
use crate::length::{Length, length};
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::repeats::{Repeats, repeats};
use crate::times::{Times, day_part, times};
use crate::tokens::Cursor;
use crate::vocabulary::{DayPart, cardinal, digits, unit};

/// What a part says.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Day(Day, Option<DayPart>),
    /// A month in which a recurrence begins or with which it ends; whether it may stand before the recurrence.
    Bound(Day, bool),
    DayPart(DayPart),
    Times(Times),
    Moment(Timestamp),
    Repeats(Repeats),
    /// A recurrence lasts this long.
    For(Length),
    /// It comes so many times.
    Count(u32),
    /// It is counted from its completion.
    Completion,
    /// It has the form of a day or time, but there is none such.
    Fault(ErrorCode),
}

/// A part, where it was found and where it counts.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) part: Part,
    pub(super) role: Role,
    pub(super) stance: Stance,
    pub(super) tokens: Range<usize>,
    /// Whether it begins with a preposition that is a verb as well: `ends friday`.
    pub(super) verb: bool,
}

/// Reads a part with its prepositions.
pub(super) fn part(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Found> {
    let start = c.at();
    let found = c.attempt(|c| {
        if let Some(part) = c.attempt(completion) {
            return Some((part, Stance::Beside, Lead::NONE));
        }
        let lead = lead(c);
        let (part, stance) = behind(c, lead, present).filter(|(part, stance)| leads(lead, part, *stance))?;
        let stance = match lead.firm && stance != Stance::Beside {
            true => Stance::Anywhere,
            false => stance,
        };
        Some((part, stance, lead))
    });
    let (part, stance, lead) = found?;
    Some(Found { part, role: lead.role, stance, tokens: start..c.at(), verb: lead.verb })
}

/// Reads a time where a bare number is an hour.
pub(super) fn hour(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Found> {
    let start = c.at();
    let (part, stance) = c.attempt(|c| time(c, Lead::AT, present))?;
    Some(Found { part, role: Role::Due, stance, tokens: start..c.at(), verb: false })
}

/// Whether the last preposition goes with the part. What does not belongs to the words before it: `hand it in tomorrow`,
/// `show them around friday`.
fn leads(lead: Lead, part: &Part, stance: Stance) -> bool {
    let near = matches!(part, Part::Day(..)) && matches!(stance, Stance::Ends | Stance::End);
    !(near && matches!(lead.last, Word::In | Word::Around))
}

/// Reads what stands behind these prepositions.
fn behind(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<(Part, Stance)> {
    if let Some(repeats) = repeats(c, present.settings.day_first) {
        let stance = repeats.stance;
        return Some((Part::Repeats(repeats), stance));
    }
    if let Some(said) = day(c, lead, present) {
        let part = match said.meaning {
            Ok(Meaning::Day(day)) => Part::Day(day, None),
            Ok(Meaning::Part(day, part)) => Part::Day(day, Some(part)),
            Ok(Meaning::Moment(at)) => Part::Moment(at),
            Err(code) => Part::Fault(code),
        };
        return Some((part, said.stance));
    }
    c.attempt(|c| time(c, lead, present))
        .or_else(|| c.attempt(|c| bound(c, lead, present)))
        .or_else(|| c.attempt(|c| limit(c, lead)))
        .or_else(|| c.attempt(|c| part_of_day(c, lead)))
}

fn time(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<(Part, Stance)> {
    if !lead.is_some() && is_determined(c) {
        return None;
    }
    Some(match times(c, lead.last == Word::At)? {
        Ok(mut times) => {
            let stance = if times.named { Stance::End } else { Stance::Anywhere };
            let hours_24 = present.settings.hours_24;
            times.clocks.iter_mut().for_each(|clock| *clock = clock.on_a_clock_of(hours_24));
            (Part::Times(times), stance)
        }
        Err(code) => (Part::Fault(code), Stance::Anywhere),
    })
}

/// Whether a word before makes a thing of the time: `the 3pm call`.
fn is_determined(c: &Cursor<'_>) -> bool {
    let before = c.before().and_then(|token| token.word());
    matches!(before, Some("the" | "a" | "my" | "our" | "his" | "her" | "their" | "your"))
}

fn part_of_day(c: &mut Cursor<'_>, lead: Lead) -> Option<(Part, Stance)> {
    let good = c.before().and_then(|token| token.word()) == Some("good");
    let part = day_part(c).filter(|_| !good)?;
    let stance = match (lead.last, part) {
        (Word::In | Word::At, _) => Stance::Anywhere,
        // A movie night is no time.
        (_, DayPart::Night) => Stance::Beside,
        _ => Stance::End,
    };
    Some((Part::DayPart(part), stance))
}

/// `starting in april`, `until june`.
fn bound(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<(Part, Stance)> {
    Some((Part::Bound(bounding_month(c, lead, present)?, lead.firm), Stance::Beside))
}

/// The end of a recurrence behind its beginning: `from june 1` and now `to july 15`.
pub(super) fn to_end(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Found> {
    let start = c.at();
    let (part, stance) = c.attempt(|c| {
        c.word("to")?;
        behind(c, Lead::TO, present).filter(|(part, _)| matches!(part, Part::Day(_, None) | Part::Bound(..)))
    })?;
    Some(Found { part, role: Role::Until, stance, tokens: start..c.at(), verb: false })
}

/// `5 times`, `for 5 times`, `for 3 weeks`, `for up to 3 weeks`, `for the next month`.
fn limit(c: &mut Cursor<'_>, lead: Lead) -> Option<(Part, Stance)> {
    let up_to = c.words(&["up", "to"]).is_some();
    let limits = up_to || lead.last == Word::For;
    if let Some(count) = c.attempt(|c| count(c, limits)) {
        return Some((Part::Count(count), Stance::Beside));
    }
    if lead.last != Word::For {
        return None;
    }
    let _ = c.word("the");
    let next = c.word("next").is_some();
    let length = length(c).or_else(|| next.then(|| c.take(unit)).flatten().map(|unit| Length::of(1, unit)))?;
    Some((Part::For(length), Stance::Beside))
}

/// `5 times`, which is a rate in `5 times a day`; where it can only limit, it is none, and may be `5x`.
fn count(c: &mut Cursor<'_>, limits: bool) -> Option<u32> {
    let crossed = |word: &str| word.strip_suffix('x').and_then(digits);
    if let Some(count) = limits.then(|| c.take(crossed)).flatten() {
        return Some(count);
    }
    let count = c.take(cardinal)?;
    c.one_of(&["times", "occurrences", "time"])?;
    let rate = c.peek_word().is_some_and(|word| matches!(word, "a" | "per" | "each" | "every"));
    (limits || !rate).then_some(count)
}

/// `after completion`, `when done`, `counted from completion`.
fn completion(c: &mut Cursor<'_>) -> Option<Part> {
    let _ = c.word("counted");
    c.one_of(&["after", "from", "upon", "when", "since"])?;
    let _ = c.one_of(&["last", "the", "it's", "its"]);
    c.one_of(&["completion", "completing", "completed", "done", "finishing", "finished"])?;
    let _ = c.word("it");
    Some(Part::Completion)
}
