//! Days to show, both ends inclusive.
//!
//! ```text
//! span   = bound ( period | day ) | [ "in" "the" ] period | [ lead ] day
//!        | "between" day "and" day
//! bound  = "before" | "by" | "until" | "through" | "to" | "after" | "from" | "since"
//! period = ( "this" | "next" | "last" ) ( "week" | "month" | "year" | "weekend" )
//!        | "next" number ( "days" | "weeks" | "months" )
//! ```

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::Said;
use crate::calendar::{month_of, plus, plus_days, week_of, weekday_from};
use crate::days::{Meaning, day};
use crate::lead::{Lead, lead};
use crate::length::Length;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{Unit, cardinal, unit};

/// First and last day.
type Ends = (Date, Date);

/// The same, each only if it was said.
type Bounds = (Option<Date>, Option<Date>);

pub(super) fn span(c: &mut Cursor<'_>, present: &Present<'_>, said: &mut Said) -> Option<()> {
    let known = (said.filter.due_from, said.filter.due_to);
    let bounds = match c.attempt(|c| bounded(c, present, known.0.is_some())) {
        Some(bounds) => bounds.map(|bounds| narrowed(known, bounds)),
        None => whole(c, present)?.map(|ends| widened(known, ends)),
    };
    match bounds {
        Ok(bounds) => (said.filter.due_from, said.filter.due_to) = bounds,
        Err(code) => said.code = Some(code),
    }
    Some(())
}

/// One end said after the other. From monday to friday: the friday after that monday.
fn narrowed(known: Bounds, said: Bounds) -> Bounds {
    let (from, to) = (said.0.or(known.0), said.1.or(known.1));
    match (from, to) {
        (Some(first), Some(last)) if last < first && first <= plus_days(last, 7) => (from, Some(plus_days(last, 7))),
        _ => (from, to),
    }
}

/// Today and tomorrow: from the first to the last.
fn widened(known: Bounds, (start, end): Ends) -> Bounds {
    match known {
        (Some(from), Some(to)) => (Some(from.min(start)), Some(to.max(end))),
        _ => (Some(start), Some(end)),
    }
}

/// A period or day behind a word that says which end it is.
fn bounded(c: &mut Cursor<'_>, present: &Present<'_>, open: bool) -> Option<Result<Bounds, ErrorCode>> {
    let _ = c.word("due");
    let bound = c.one_of(&[
        "before", "by", "until", "till", "til", "through", "to", "after", "from", "since", "starting", "between",
    ])?;
    let first = whole(c, present)?;
    Some(match bound {
        "before" => first.map(|(start, _)| (None, Some(plus_days(start, -1)))),
        "after" => first.map(|(_, end)| (Some(plus_days(end, 1)), None)),
        "from" | "since" | "starting" => first.map(|(start, _)| (Some(start), None)),
        "between" => {
            c.word("and")?;
            let second = whole(c, present)?;
            first.and_then(|(start, _)| second.map(|(_, end)| (Some(start), Some(end))))
        }
        "to" if !open => return None,
        _ => first.map(|(_, end)| (None, Some(end))),
    })
}

/// A period or a day with both its ends.
fn whole(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Result<Ends, ErrorCode>> {
    c.attempt(|c| {
        let lead = lead(c);
        match c.attempt(|c| period(c, present)) {
            Some(ends) => Some(Ok(ends)),
            None => one_day(c, lead, present),
        }
    })
}

fn one_day(c: &mut Cursor<'_>, lead: Lead, present: &Present<'_>) -> Option<Result<Ends, ErrorCode>> {
    match day(c, lead, present)?.meaning {
        Ok(Meaning::Day(day) | Meaning::Part(day, _)) => Some(Ok((day.date, day.date))),
        Ok(Meaning::Moment(_)) => None,
        Err(code) => Some(Err(code)),
    }
}

fn period(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Ends> {
    let _ = c.word("the");
    let ahead = match c.one_of(&["this", "next", "nxt", "coming", "last"]) {
        Some("this") => 0,
        Some("last") => -1,
        Some(_) => 1,
        None if c.peek_word() == Some("weekend") => 0,
        None => return None,
    };
    if ahead == 1
        && let Some(ends) = c.attempt(|c| coming(c, present))
    {
        return Some(ends);
    }
    if c.word("weekend").is_some() {
        let (monday, _) = week(present, ahead);
        let saturday = weekday_from(monday, Weekday::Saturday);
        return Some((saturday, plus_days(saturday, 1)));
    }
    Some(match c.take(unit)? {
        Unit::Week => week(present, ahead),
        Unit::Month => {
            let first = month_of(present.today, ahead);
            (first, first.last_of_month())
        }
        Unit::Year => {
            let first = present.today.first_of_year().saturating_add(ahead.years());
            (first, first.last_of_year())
        }
        _ => return None,
    })
}

fn week(present: &Present<'_>, ahead: i64) -> Ends {
    let first = plus_days(week_of(present.today, present.settings.week_start), 7 * ahead);
    (first, plus_days(first, 6))
}

/// `next 7 days`: today and the 6 after.
fn coming(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Ends> {
    let length = Length::of(c.take(cardinal)?, c.take(unit)?);
    let end = plus(present.today, length.span().filter(|_| length.is_calendar())?)?;
    Some((present.today, plus_days(end, -1)))
}
