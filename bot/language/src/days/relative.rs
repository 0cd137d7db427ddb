//! Days and instants counted from another.
//!
//! ```text
//! relative = "in" [ "the next" ] length | length "from now" | length "ago" | length ( "from" | "after" ) day
//! ```
//!
//! Hours and minutes are elapsed time and lead to an instant; days, weeks and months lead to a day.

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
    let meaning = if c.word("ago").is_some() {
        Err(ErrorCode::PastDate)
    } else if c.words(&["from", "now"]).is_some() || lead.last == Word::In {
        ahead(length, present)
    } else {
        let from = c.attempt(|c| from_day(c, present)).filter(|_| length.is_calendar())?;
        from.and_then(|day| after(day, length))
    };
    Some(Said { meaning, stance: Stance::Anywhere })
}

fn ahead(length: Length, present: &Present<'_>) -> Result<Meaning, ErrorCode> {
    let span = length.span().ok_or(ErrorCode::TooFar)?;
    if length.is_calendar() {
        let date = plus(present.today, span).ok_or(ErrorCode::TooFar)?;
        return Ok(Meaning::Day(Day::outright(date)));
    }
    present.after(span).map(Meaning::Moment)
}

/// The day of `a week from friday`.
fn from_day(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Result<Day, ErrorCode>> {
    c.one_of(&["from", "after"])?;
    plain_day(c, Lead::NONE, present)
}

fn after(day: Day, length: Length) -> Result<Meaning, ErrorCode> {
    let date = length.span().and_then(|span| plus(day.date, span));
    let date = date.ok_or(ErrorCode::TooFar)?;
    Ok(Meaning::Day(Day::outright(date)))
}
