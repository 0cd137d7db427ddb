//! The days behind a period.
//!
//! ```text
//! of days  = except | [ "from" ] weekday ( "to" | "through" ) weekday
//! of week  = [ "on" ] weekdays
//! of month = [ "on" ] [ "the" ] ( ordinals ( weekday | "workday" | "day" ) | ordinals [ rest ] )
//!          | "at" "the" ( "beginning" | "start" | "end" )
//! of year  = [ "on" | "in" ] ( dated { further } [ rest ] | [ "the" ] ordinals [ which ] ( "of" | "in" ) month | [ "the" ] ordinals weekday )
//! further  = ( "," | "and" ) [ "the" ] number
//! rest     = [ "(" ] ( "or the last day" | "in" ( "months" | "years" ) "that have one" ) [ ")" ]
//! ```

use jiff::civil::Weekday;

use super::dates::{dates, days_of_month};
use super::kinds::{except, without};
use super::lists::{ordinals, weekdays};
use super::pattern::{Cycle, Days, Pattern};
use crate::days::{Which, which};
use crate::misread::ErrorCode;
use crate::tokens::Cursor;
use crate::vocabulary::{month, unit, weekdays_plural};

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
    if let Some(day) = c.attempt(edge) {
        return Some(Ok(pattern.clone().on(Days::Month(vec![day]))));
    }
    let on = c.word("on").is_some();
    let days = counted(c).or_else(|| on.then(|| rare_days(c).or_else(|| from_the_end(c))).flatten())?;
    Some(Ok(pattern.clone().on(days)))
}

/// `at the beginning`, `at the end`: the month's first or last day.
fn edge(c: &mut Cursor<'_>) -> Option<i8> {
    c.words(&["at", "the"])?;
    let day = if c.one_of(&["beginning", "begin", "start", "end"])? == "end" { -1 } else { 1 };
    (c.peek_word() != Some("of")).then_some(day)
}

fn of_year(c: &mut Cursor<'_>, pattern: &Pattern) -> Read {
    let _ = c.one_of(&["on", "in"]);
    if let Some((month, days)) = c.attempt(dates).or_else(|| c.attempt(days_of_month)) {
        let exactly = c.attempt(where_missing) == Some(Missing::LeftOut);
        return Some(days.map(|days| {
            let days = if exactly { Days::Exactly(days) } else { Days::Month(days) };
            pattern.clone().on(days).in_month(month)
        }));
    }
    let days = counted(c)?;
    let named = c.attempt(|c| c.one_of(&["of", "in"]).and_then(|_| c.take(month)));
    let month = named.or_else(|| month_of_the_year(&days))?;
    Some(Ok(pattern.clone().on(days).in_month(month)))
}

/// The month that has the first or last such weekdays of a year.
fn month_of_the_year(days: &Days) -> Option<i8> {
    let Days::Nth(nth, _) = days else { return None };
    match nth.iter().all(|n| (1..=4).contains(n)) {
        true => Some(1),
        false => nth.iter().all(|n| (-4..0).contains(n)).then_some(12),
    }
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
        match which(c).or_else(|| c.take(weekdays_plural).map(Which::Weekday))? {
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

/// Reads `last`, `4th last`: days counted from the end of the month.
pub(super) fn from_the_end(c: &mut Cursor<'_>) -> Option<Days> {
    c.attempt(|c| {
        let days = ordinals(c).filter(|days| days.iter().all(|day| (-31..0).contains(day)))?;
        let more = c.peek_word().is_some_and(|word| unit(word).is_some());
        (!more).then_some(Days::Month(days))
    })
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
