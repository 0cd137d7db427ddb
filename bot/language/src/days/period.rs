//! Beginnings, middles and ends of weeks, months and years.
//!
//! ```text
//! period = [ [ "the" ] ( "start" | "beginning" ) "of" ] "next" ( "week" | "month" | "quarter" | "year" )
//!        | [ "the" ] "end of" [ "the" | "this" | "next" ] ( "week" | "month" | "quarter" | "year" )
//!        | [ "the" ] "end of" ( month | "q1" … "q4" )
//!        | ( "mid" | [ "the" ] ( "middle" | "beginning" | "start" ) "of" ) month
//!        | "eow" | "eom" | "eoq" | "eoy"
//! ```

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Day, Said, Stance};
use crate::calendar::{month_of, plus_days, week_of, weekday_from, yearly_from};
use crate::present::Present;
use crate::tokens::Cursor;
use crate::vocabulary::{Unit, month, unit};

pub(super) fn period(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| next(c, present))
        .or_else(|| c.attempt(|c| end(c, present)))
        .or_else(|| c.attempt(|c| mid(c, present)))
        .or_else(|| c.attempt(|c| short(c, present)))
}

/// `next week` is its Monday, `next month` its 1st, `next year` 1 January.
fn next(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    c.attempt(|c| {
        let _ = c.word("the");
        c.one_of(&["start", "beginning"])?;
        c.word("of")
    });
    c.one_of(&["next", "nxt"])?;
    let today = present.today;
    let date = match c.take(unit)? {
        Unit::Week => plus_days(week_of(today, present.settings.week_start), 7),
        Unit::Month => month_of(today, 1),
        Unit::Quarter => month_of(today, months_left_in_quarter(today) + 1),
        Unit::Year => today.first_of_year().saturating_add(1.year()),
        _ => return None,
    };
    Some(Said::day(Day::outright(date), Stance::Anywhere))
}

fn end(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let _ = c.word("the");
    c.words(&["end", "of"])?;
    if let Some(month) = c.take(month) {
        return Some(Said::day(end_of_named(month, present)?, Stance::End));
    }
    if let Some(day) = c.take(|word| end_of_quarter(word, present)) {
        return Some(Said::day(day, Stance::End));
    }
    let next = c.one_of(&["the", "this", "next"]) == Some("next");
    let unit = c.take(unit)?;
    Some(Said::day(end_of(unit, next, present)?, Stance::End))
}

fn short(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let unit = match c.one_of(&["eow", "eom", "eoq", "eoy"])? {
        "eow" => Unit::Week,
        "eom" => Unit::Month,
        "eoq" => Unit::Quarter,
        _ => Unit::Year,
    };
    Some(Said::day(end_of(unit, false, present)?, Stance::End))
}

/// The last day of this period or the next; of a week that is Friday.
fn end_of(unit: Unit, next: bool, present: &Present<'_>) -> Option<Day> {
    let today = present.today;
    let ahead = i64::from(next);
    Some(match unit {
        Unit::Week if next => {
            let week = week_of(today, present.settings.week_start);
            Day::outright(weekday_from(plus_days(week, 7), Weekday::Friday))
        }
        Unit::Week => Day::weekly(weekday_from(today, Weekday::Friday)),
        Unit::Month => last_days(today, ahead, 1),
        Unit::Quarter => last_days(today, months_left_in_quarter(today) + 3 * ahead, 3),
        Unit::Year => last_days(today, i64::from(12 - today.month()) + 12 * ahead, 12),
        _ => return None,
    })
}

/// The last day of the month so many ahead, and of the one a period later.
fn last_days(today: Date, ahead: i64, period: i64) -> Day {
    let last = |ahead| month_of(today, ahead).last_of_month();
    Day::rolling(last(ahead), Some(last(ahead + period)))
}

fn months_left_in_quarter(today: Date) -> i64 {
    i64::from(2 - (today.month() - 1) % 3)
}

fn end_of_named(month: i8, present: &Present<'_>) -> Option<Day> {
    let last = |year| Some(yearly_from(year, month, 1)?.last_of_month());
    from_today(present, last)
}

/// `mid january`, `the middle of january` is the 15th; `the beginning of january` the 1st.
fn mid(c: &mut Cursor<'_>, present: &Present<'_>) -> Option<Said> {
    let (day, stance) = match c.word("mid") {
        Some(()) => (15, Stance::Ends),
        None => {
            let _ = c.word("the");
            let part = c.one_of(&["middle", "beginning", "start"])?;
            c.word("of")?;
            (if part == "middle" { 15 } else { 1 }, Stance::Anywhere)
        }
    };
    let month = c.take(month)?;
    let day = from_today(present, |year| yearly_from(year, month, day))?;
    Some(Said::day(day, stance))
}

/// `end of q2`.
fn end_of_quarter(word: &str, present: &Present<'_>) -> Option<Day> {
    let quarter: i8 = word.strip_prefix('q')?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
    end_of_named(3 * quarter, present)
}

/// A day of each year: the first one from today on, and the one after it.
pub(super) fn from_today(present: &Present<'_>, in_year: impl Fn(i16) -> Option<Date>) -> Option<Day> {
    let year = present.today.year();
    let years = [year, year.saturating_add(1), year.saturating_add(2)];
    let mut ahead = years.into_iter().filter_map(in_year).filter(|date| *date >= present.today);
    Some(Day::rolling(ahead.next()?, ahead.next()))
}
