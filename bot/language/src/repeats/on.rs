//! The days behind a period.
//!
//! ```text
//! of days  = except | [ "from" ] weekday ( "to" | "through" ) weekday
//! of week  = [ "on" ] weekdays
//! of month = [ "on" ] [ "the" ] ( ordinals ( weekday | "workday" | "day" ) | ordinals [ rest ] )
//! of year  = [ "on" | "in" ] ( dated [ rest ] | [ "the" ] ordinals which ( "of" | "in" ) month )
//! rest     = [ "(" ] ( "or the last day" | "in" ( "months" | "years" ) "that have one" ) [ ")" ]
//! ```

use jiff::civil::Weekday;

use super::kinds::{except, without};
use super::lists::{ordinals, weekdays};
use super::pattern::{Cycle, Days, Pattern};
use crate::days::{Which, dated_parts, which};
use crate::misread::ErrorCode;
use crate::tokens::Cursor;
use crate::vocabulary::{month, unit};

type Read = Option<Result<Pattern, ErrorCode>>;

/// Narrows a pattern by the days behind it, if there are any.
pub(super) fn on(c: &mut Cursor<'_>, pattern: &Pattern) -> Read {
    c.attempt(|c| match pattern.cycle {
        Cycle::Days if pattern.interval == 1 => of_days(c),
        Cycle::Weeks => of_week(c, pattern),
        Cycle::Months => of_month(c, pattern),
        Cycle::Years => of_year(c, pattern),
        _ => None,
    })
}

/// `every day except sunday`, `every day from monday to friday`.
fn of_days(c: &mut Cursor<'_>) -> Read {
    let all: Vec<Weekday> = Weekday::Monday.cycle_forward().take(7).collect();
    if let Some(but) = c.attempt(except) {
        return Some(Ok(Pattern::weekly(without(&all, &but))));
    }
    let _ = c.word("from");
    let days = weekdays(c).filter(|days| days.len() > 1)?;
    Some(Ok(Pattern::weekly(days)))
}

fn of_week(c: &mut Cursor<'_>, pattern: &Pattern) -> Read {
    let _ = c.one_of(&["on", "every"]);
    let Days::Week(days) = Pattern::weekly(weekdays(c)?).days else {
        return None;
    };
    Some(Ok(pattern.clone().on(Days::Week(days))))
}

fn of_month(c: &mut Cursor<'_>, pattern: &Pattern) -> Read {
    let on = c.word("on").is_some();
    let days = counted(c).or_else(|| on.then(|| rare_days(c)).flatten())?;
    Some(Ok(pattern.clone().on(days)))
}

fn of_year(c: &mut Cursor<'_>, pattern: &Pattern) -> Read {
    let _ = c.one_of(&["on", "in"]);
    if let Some(dated) = c.attempt(dated_parts) {
        let exactly = c.attempt(where_missing) == Some(Missing::LeftOut);
        return Some(dated.checked_day().map(|day| {
            let days = if exactly { Days::Exactly(vec![day]) } else { Days::Month(vec![day]) };
            pattern.clone().on(days).in_month(dated.month)
        }));
    }
    let days = counted(c)?;
    c.one_of(&["of", "in"])?;
    Some(Ok(pattern.clone().on(days).in_month(c.take(month)?)))
}

/// What happens where a month lacks a day.
#[derive(PartialEq, Eq)]
enum Missing {
    /// It falls on the last, as it does where nothing is said.
    Last,
    /// There is none.
    LeftOut,
}

/// `31st (or the last day)`, `30th and 31st (in months that have one)`.
fn rare_days(c: &mut Cursor<'_>) -> Option<Days> {
    match (month_days(c)?, c.attempt(where_missing)) {
        (Days::Month(days), Some(Missing::LeftOut)) => Some(Days::Exactly(days)),
        (days, _) => Some(days),
    }
}

fn where_missing(c: &mut Cursor<'_>) -> Option<Missing> {
    let open = c.mark('(').is_some();
    let missing = match c.words(&["or", "the", "last", "day"]) {
        Some(()) => Missing::Last,
        None => {
            c.word("in")?;
            c.one_of(&["months", "years"])?;
            c.words(&["that", "have", "one"])?;
            Missing::LeftOut
        }
    };
    if open {
        c.mark(')')?;
    }
    Some(missing)
}

/// Reads `1st and 3rd monday`, `last workday`, `last day`.
pub(super) fn counted(c: &mut Cursor<'_>) -> Option<Days> {
    c.attempt(|c| {
        let _ = c.word("the");
        let nth = ordinals(c)?;
        match which(c)? {
            Which::Weekday(weekday) => of_five(&nth).then_some(Days::Nth(nth, weekday)),
            Which::Workday => Some(Days::Workday(nth)),
            Which::Day => Some(Days::Month(nth)),
        }
    })
}

/// Whether a month may have so many of a weekday.
fn of_five(nth: &[i8]) -> bool {
    nth.iter().all(|n| *n <= 5)
}

/// Reads `1st and 15th`, `15`; not `3rd friday` nor `2nd week`.
pub(super) fn month_days(c: &mut Cursor<'_>) -> Option<Days> {
    c.attempt(|c| {
        let days = ordinals(c)?;
        let more = c.peek_word().is_some_and(|word| unit(word).is_some());
        let real = days.iter().all(|day| (1..=31).contains(day));
        (real && !more).then_some(Days::Month(days))
    })
}
