//! Recurrences that begin with `every`.
//!
//! ```text
//! every  = [ "once" ] ( "every" | "ev" | "each" ) [ "single" ] [ "!" ] what | "everyday"
//!        | "once" ( "a" | "per" ) unit [ on ]
//! what   = counted [ of month ]                    (* last day, 3rd friday, first workday *)
//!        | ordinals [ of month ]                   (* 15th, 1st and 15th *)
//!        | dates | days of month | figures         (* jan 27, 1st and 15th of may, 4/15 *)
//!        | counted ( "of" | "in" ) month           (* 2nd tuesday in november *)
//!        | [ "other" | ordinal ] unit [ on ] | amount unit [ on ]
//!        | [ "other" | number ] ( weekdays | "weekday" | "workday" | "weekend" ) [ except ] [ part ]
//!        | part | "noon" | "midnight" | "half hour" | "half year"
//! except = ( "except" | "but not" ) [ "on" ] weekdays
//! of month = "of" ( "the" | "each" | "every" ) "month"
//! ```

use super::Repeats;
use super::amount::{amount_and_unit, half_hour};
use super::dates::{dates, days_of_month, figures};
use super::kinds::{WORKDAYS, except, kind_of_day, without};
use super::lists::weekdays;
use super::on::{counted, month_days, on};
use super::pattern::{Cycle, Days, Pattern};
use crate::days::Stance;
use crate::misread::ErrorCode;
use crate::numbers::number;
use crate::times::{day_part, named};
use crate::tokens::Cursor;
use crate::vocabulary::{Unit, month, unit};

pub(super) fn every(c: &mut Cursor<'_>, day_first: bool) -> Option<Repeats> {
    if c.one_of(&["everyday", "evryday"]).is_some() {
        let daily = Pattern::every(Cycle::Days, 1);
        return Some(Repeats::new(daily, Stance::Ends));
    }
    if let Some(repeats) = c.attempt(once_a) {
        return Some(repeats);
    }
    keyword(c)?;
    let _ = c.word("single");
    let completion = c.peek().is_some_and(|token| token.glued) && c.mark('!').is_some();
    let repeats = c
        .attempt(of_month)
        .or_else(|| c.attempt(|c| dated(c, day_first)))
        .or_else(|| c.attempt(interval))
        .or_else(|| c.attempt(on_weekdays))
        .or_else(|| c.attempt(of_day))?;
    Some(Repeats { completion, ..repeats })
}

/// `once a week`, `once per month on the 3rd`.
fn once_a(c: &mut Cursor<'_>) -> Option<Repeats> {
    c.word("once")?;
    c.one_of(&["a", "per"])?;
    let (cycle, interval) = Cycle::of(c.take(unit)?, 1)?;
    let pattern = Pattern::every(cycle, interval);
    match on(c, &pattern) {
        Some(narrowed) => Some(Repeats::of(narrowed, Stance::Anywhere)),
        None => Some(Repeats::new(pattern, Stance::Ends)),
    }
}

pub(super) fn keyword(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.word("once");
    c.one_of(&["every", "ev", "each", "evry", "evrey", "evey", "eveyr", "evary"]).map(|_| ())
}

/// `every last day of the month`, `every 3rd friday`, `every 2nd tuesday in november`, `every 15th`.
fn of_month(c: &mut Cursor<'_>) -> Option<Repeats> {
    let _ = c.word("the");
    let monthly = Pattern::every(Cycle::Months, 1);
    if let Some(days) = counted(c) {
        let a_day = matches!(&days, Days::Month(nth) if nth.iter().all(|n| *n > 1));
        let of = c.attempt(of_month_words).is_some();
        if let Some(month) = c.attempt(of_named_month) {
            return Some(Repeats::new(monthly.on(days).in_month(month), Stance::Anywhere));
        }
        // Every 2nd day is every other day; every 2nd day of the month is one in a month.
        return (of || !a_day).then(|| Repeats::new(monthly.on(days), Stance::Anywhere));
    }
    let in_figures = c.peek_word()?.starts_with(|c: char| c.is_ascii_digit());
    let days = month_days(c)?;
    let of = c.attempt(of_month_words).is_some();
    if !(in_figures || of) || c.peek_word().is_some_and(|word| month(word).is_some() || word == "of") {
        return None;
    }
    let stance = match of || follows(*c) {
        true => Stance::Anywhere,
        false => Stance::Ends,
    };
    Some(Repeats::new(monthly.on(days), stance))
}

fn of_month_words(c: &mut Cursor<'_>) -> Option<()> {
    c.one_of(&["of", "in"])?;
    c.one_of(&["the", "each", "every", "a"])?;
    c.word("month")
}

fn of_named_month(c: &mut Cursor<'_>) -> Option<i8> {
    c.one_of(&["of", "in"])?;
    c.take(month)
}

/// Whether the word ahead cannot be what an ordinal counts (`every 15th at 9`, but `every 5th
/// customer`).
fn follows(c: Cursor<'_>) -> bool {
    c.ends_before(&["at", "on", "by", "for", "until", "starting", "from", "to", "in", "about"])
}

/// `every jan 27`, `every 4th of july`, `every 20th and 30th of august`, `every 4/15`.
fn dated(c: &mut Cursor<'_>, day_first: bool) -> Option<Repeats> {
    let named = c.attempt(dates).or_else(|| c.attempt(days_of_month));
    let (month, days) = named.or_else(|| c.attempt(|c| figures(c, day_first)))?;
    let yearly = Pattern::every(Cycle::Years, 1);
    let pattern = days.map(|days| yearly.on(Days::Month(days)).in_month(month));
    Some(Repeats::of(pattern, Stance::Anywhere))
}

/// `every 3 days`, `every other week on friday`, `every month on the 3rd`, `every half hour`.
fn interval(c: &mut Cursor<'_>) -> Option<Repeats> {
    let (amount, unit) = c.attempt(half_hour).or_else(|| c.attempt(amount_and_unit))?;
    if is_vague(*c) {
        return None;
    }
    let Some((cycle, interval)) = Cycle::of(unit, amount).filter(|(_, interval)| *interval > 0) else {
        let code = if unit == Unit::Second && amount > 0 { ErrorCode::TooOften } else { ErrorCode::InvalidRecurrence };
        return Some(Repeats::of(Err(code), Stance::Anywhere));
    };
    let pattern = Pattern::every(cycle, interval);
    let pattern = on(c, &pattern).unwrap_or(Ok(pattern));
    Some(Repeats::of(pattern, Stance::Anywhere))
}

/// Whether it is not said how often: `every day or two`, `every week or so`.
fn is_vague(mut c: Cursor<'_>) -> bool {
    c.word("or").is_some() && (c.one_of(&["so", "thereabouts"]).is_some() || number(&mut c).is_some())
}

/// `every mon, wed and fri`, `every other monday`, `every weekday`, `every weekend`.
fn on_weekdays(c: &mut Cursor<'_>) -> Option<Repeats> {
    let interval = c.attempt(|c| c.one_of(&["other", "alternate"]).map(|_| 2).or_else(|| number(c)));
    let days = c.take(kind_of_day).or_else(|| weekdays(c))?;
    let days = c.attempt(except).map_or(days.clone(), |but| without(&days, &but));
    let part = c.attempt(day_part);
    if interval == Some(0) {
        return Some(Repeats::of(Err(ErrorCode::InvalidRecurrence), Stance::Anywhere));
    }
    let pattern = Pattern { interval: interval.unwrap_or(1), ..Pattern::weekly(days) };
    Some(Repeats { part, ..Repeats::new(pattern, Stance::Anywhere) })
}

/// `every morning`, `every noon`, `every business day`.
fn of_day(c: &mut Cursor<'_>) -> Option<Repeats> {
    if c.one_of(&["business", "working", "work"]).is_some() {
        c.word("day")?;
        return Some(Repeats::new(Pattern::weekly(WORKDAYS.to_vec()), Stance::Anywhere));
    }
    let daily = Repeats::new(Pattern::every(Cycle::Days, 1), Stance::Anywhere);
    if let Some(part) = day_part(c) {
        return Some(Repeats { part: Some(part), ..daily });
    }
    let clock = named(c)?;
    Some(Repeats { clock: Some(clock), ..daily })
}

/// The period of `of every …`: how many of which unit.
pub(super) fn period(c: &mut Cursor<'_>) -> Option<(u32, Unit)> {
    keyword(c)?;
    c.attempt(amount_and_unit)
}
