//! Days.
//!
//! ```text
//! day = relative | near | dated | glued | of_month | nth | numeric | weekday | period | holiday
//! ```
//!
//! One file per alternative. To add a form, add it to its file, or a file and a line in [`day`].

mod counted;
mod dated;
mod glued;
mod holiday;
mod iso;
mod month;
mod near;
mod nth;
mod numeric;
mod of_month;
mod period;
mod relative;
mod weekday;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::plus_days;
use crate::lead::Lead;
use crate::misread::ErrorCode;
use crate::present::{Present, within_reach};
use crate::tokens::Cursor;
use crate::vocabulary::DayPart;

pub(crate) use dated::{Dated, dated_parts};
pub(crate) use month::bounding_month;
pub(crate) use near::is_day_word;
pub(crate) use nth::{Which, which};
pub(crate) use numeric::month_and_day;

/// Where in a line a phrase counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stance {
    /// Wherever it stands.
    Anywhere,
    /// At the beginning or at the end of the text.
    Ends,
    /// At the end of the text.
    End,
    /// Only beside another phrase that counts.
    Beside,
}

/// A day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// The day.
    pub(crate) date: Date,
    /// The day that is meant instead if the wanted time on `date` has gone by. Without one that is
    /// an error: the day was said outright.
    pub(crate) later: Option<Date>,
    /// Whether it was said as the present day, to which the coming midnight belongs.
    pub(crate) is_today: bool,
}

impl Day {
    /// A day said outright.
    pub(crate) fn outright(date: Date) -> Self {
        Self { date, later: None, is_today: false }
    }

    /// A day that comes again.
    pub(crate) fn rolling(date: Date, later: Option<Date>) -> Self {
        Self { later, ..Self::outright(date) }
    }

    /// A day that comes again every week.
    pub(crate) fn weekly(date: Date) -> Self {
        Self::rolling(date, Some(plus_days(date, 7)))
    }
}

/// What a day phrase means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    /// A day.
    Day(Day),
    /// A day with a part of it: `tonight`.
    Part(Day, DayPart),
    /// An instant: `in 20 minutes`.
    Moment(Timestamp),
}

/// A day phrase, read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    /// What it means; an error if no calendar has it.
    pub(crate) meaning: Result<Meaning, ErrorCode>,
    /// Where it counts, had it no preposition.
    pub(crate) stance: Stance,
}

impl Said {
    fn day(day: Day, stance: Stance) -> Self {
        Self { meaning: Ok(Meaning::Day(day)), stance }
    }

    fn of(day: Result<Day, ErrorCode>, stance: Stance) -> Self {
        Self { meaning: day.map(Meaning::Day), stance }
    }
}

/// Reads a day behind these prepositions.
pub(crate) fn day(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    let said = c.attempt(|c| relative::relative(c, lead, present)).or_else(|| absolute(c, lead, present))?;
    let meaning = said.meaning.and_then(|meaning| reachable(meaning, present));
    Some(Said { meaning, ..said })
}

/// What is meant, unless it is too far ahead.
fn reachable(meaning: Meaning, present: &Present<'_>) -> Result<Meaning, ErrorCode> {
    match meaning {
        Meaning::Day(day) | Meaning::Part(day, _) => within_reach(day.date).map(|_| meaning),
        Meaning::Moment(at) => present.reachable(at).map(|_| meaning),
    }
}

/// A day that is not counted from another.
fn absolute(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| near::near(c, present))
        .or_else(|| c.attempt(|c| dated::dated(c, present)))
        .or_else(|| c.attempt(|c| glued::glued(c, present)))
        .or_else(|| c.attempt(|c| of_month::of_month(c, lead, present)))
        .or_else(|| c.attempt(|c| nth::nth(c, present)))
        .or_else(|| c.attempt(|c| numeric::after_weekday(c, lead, present)))
        .or_else(|| c.attempt(|c| weekday::weekday(c, lead, present)))
        .or_else(|| c.attempt(|c| period::period(c, present)))
        .or_else(|| c.attempt(|c| holiday::holiday(c, lead, present)))
        .or_else(|| c.attempt(|c| numeric::numeric(c, lead, present)))
}

/// Reads a day that stands for itself, without a part of it.
pub(crate) fn plain_day(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Result<Day, ErrorCode>> {
    c.attempt(|c| match absolute(c, lead, present)?.meaning {
        Ok(Meaning::Day(day)) => Some(Ok(day)),
        Ok(_) => None,
        Err(code) => Some(Err(code)),
    })
}
