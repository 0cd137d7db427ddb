//! Days and instants counted from another.
//!
//! ```text
//! relative = "in" [ "the next" ] length [ origin ] | length origin | length ( "later" | "hence" ) | "after" length
//!          | length "ago" | length ( "from" | "after" | "before" | "prior to" ) day
//! origin   = "from" [ "right" ] ( "now" | "today" )
//! ```
//!
//! Hours and minutes are elapsed time and lead to an instant; days, weeks and months lead to a day. `later` and `after`
//! are also words of a title, and count only at its end.

use super::{Day, Meaning, Said, Stance, plain_day};
use crate::calendar::plus;
use crate::lead::{Lead, Word};
use crate::length::{Length, length};
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::tokens::Cursor;

pub(super) fn relative(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    if lead.last == Word::In && c.word("the").is_some() {
        c.word("next")?;
    }
    let length = length(c)?;
    let (meaning, stance) = if c.word("ago").is_some() {
        (Err(ErrorCode::PastDate), Stance::Anywhere)
    } else if c.attempt(|c| from_now(c, length)).is_some() || lead.last == Word::In {
        (ahead(length, present), Stance::Anywhere)
    } else if c.one_of(&["later", "hence"]).is_some() || lead.last == Word::After {
        (ahead(length, present), Stance::End)
    } else {
        (from_day(c, length, present)?, Stance::Anywhere)
    };
    Some(Said { meaning, stance })
}

/// `from now`, and of days `from today`.
fn from_now(c: &mut Cursor<'_>, length: Length) -> Option<()> {
    c.word("from")?;
    let _ = c.word("right");
    c.word("now").or_else(|| length.is_calendar().then(|| c.word("today")).flatten())
}

fn ahead(length: Length, present: &Present<'_>) -> Result<Meaning, ErrorCode> {
    let span = length.span().ok_or(ErrorCode::TooFar)?;
    if length.is_calendar() {
        let date = plus(present.today, span).ok_or(ErrorCode::TooFar)?;
        return Ok(Meaning::Day(Day::outright(date)));
    }
    present.after(span).map(Meaning::Moment)
}

/// The day of `a week from friday`, `2 days before june 1`.
fn from_day(c: &mut Cursor<'_>, length: Length, present: &Present<'_>) -> Option<Result<Meaning, ErrorCode>> {
    let prior = c.words(&["prior", "to"]).map(|()| "before");
    let direction = prior.or_else(|| c.one_of(&["from", "after", "before"]))?;
    let day = plain_day(c, Lead::COUNTED, present).filter(|_| length.is_calendar())?;
    Some(day.and_then(|day| match direction {
        "before" => before(day, length, present),
        _ => after(day, length),
    }))
}

fn after(day: Day, length: Length) -> Result<Meaning, ErrorCode> {
    let date = length.span().and_then(|span| plus(day.date, span));
    let date = date.ok_or(ErrorCode::TooFar)?;
    Ok(Meaning::Day(Day::outright(date)))
}

/// So long before the day, or before the next such day if that has gone by.
fn before(day: Day, length: Length, present: &Present<'_>) -> Result<Meaning, ErrorCode> {
    let span = length.span().ok_or(ErrorCode::PastDate)?.negate();
    let mut days = [Some(day.date), day.later].into_iter().flatten().filter_map(|date| plus(date, span));
    let date = days.find(|date| *date >= present.today).ok_or(ErrorCode::PastDate)?;
    Ok(Meaning::Day(Day::outright(date)))
}
