//! Days counted within a month.
//!
//! ```text
//! nth   = [ "the" ] ordinal which ( "of" | "in" ) ( month [ year ] | ( "the" | "this" | "next" ) "month" )
//!       | [ "the" ] ordinal which "next month"
//! which = weekday | "workday" | ( "business" | "working" ) "day" | "day"
//! ```
//!
//! It is the next such day, today included.

use jiff::civil::{Date, Weekday};

use super::dated::year;
use super::{Day, Said, Stance};
use crate::calendar::{day_in, month_of, nth_weekday, nth_workday};
use crate::numbers::ordinal;
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{month, weekday};

/// What is counted within a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Weekday(Weekday),
    Workday,
    Day,
}

impl Which {
    /// The n-th of the month; -1 is the last.
    fn nth(self, n: i8, month: Date) -> Option<Date> {
        match self {
            Self::Weekday(weekday) => nth_weekday(month, n, weekday),
            Self::Workday => nth_workday(month, n),
            Self::Day if n < 0 => day_in(month, month.days_in_month() + 1 + n),
            Self::Day => day_in(month, n),
        }
    }
}

/// The months in question.
enum Months {
    From(i64),
    Only(i64),
    Named(i8),
    Dated(i8, i16),
}

pub(super) fn nth(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let _ = c.word("the");
    let n = ordinal(c)?;
    let which = which(c)?;
    let months = months(c)?;
    let day = find(present.today, &months, |month| which.nth(n, month))?;
    Some(Said::day(day, Stance::Anywhere))
}

/// Reads what is counted.
pub(crate) fn which(c: &mut Cursor<'_>) -> Option<Which> {
    if let Some(weekday) = c.take(weekday) {
        return Some(Which::Weekday(weekday));
    }
    if c.one_of(&["workday", "weekday"]).is_some() {
        return Some(Which::Workday);
    }
    let work = c.one_of(&["business", "working", "work"]).is_some();
    c.word("day")?;
    Some(if work { Which::Workday } else { Which::Day })
}

fn months(c: &mut Cursor<'_>) -> Option<Months> {
    let of = c.one_of(&["of", "in"]).is_some();
    if let Some(month) = of.then(|| c.take(month)).flatten() {
        return Some(match c.attempt(year) {
            Some(year) => Months::Dated(month, year),
            None => Months::Named(month),
        });
    }
    let which = c.one_of(&["the", "this", "next"])?;
    c.word("month")?;
    match which {
        "next" => Some(Months::Only(1)),
        _ => of.then_some(Months::From(0)),
    }
}

/// The first such day from today on, and the one after it.
fn find(today: Date, months: &Months, in_month: impl Fn(Date) -> Option<Date>) -> Option<Day> {
    let named = |month: i8| i64::from((month - today.month()).rem_euclid(12));
    let (first, step) = match months {
        Months::From(ahead) => (*ahead, 1),
        Months::Named(month) => (named(*month), 12),
        Months::Only(ahead) => return Some(Day::outright(in_month(month_of(today, *ahead))?)),
        Months::Dated(month, year) => {
            let month = Date::new(*year, *month, 1).ok()?;
            return Some(Day::outright(in_month(month)?));
        }
    };
    // A fifth weekday of February comes every 28 years at most (40 around 2100).
    let mut days = (0..=40).filter_map(|n| in_month(month_of(today, first + n * step))).filter(|date| *date >= today);
    Some(Day::rolling(days.next()?, days.next()))
}
