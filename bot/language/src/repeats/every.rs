//! Recurrences that begin with `every`.
//!
//! ```text
//! every  = [ "once" ] ( "every" | "ev" | "each" ) [ "single" ] [ "!" ] what | "everyday"
//!        | "once" ( "a" | "per" ) unit [ on ]
//! what   = counted [ of month ]                    (* last day, 3rd friday, first workday *)
//!        | ordinals [ of month ]                   (* 15th, 1st and 15th *)
//!        | dated | counted ( "of" | "in" ) month   (* jan 27, 2nd tuesday in november *)
//!        | [ "other" | ordinal ] unit [ on ] | amount unit [ on ]
//!        | [ "other" | number ] ( weekdays | "weekday" | "workday" | "weekend" ) [ except ] [ part ]
//!        | part | "noon" | "midnight" | "half hour" | "half year"
//! except = ( "except" | "but not" ) [ "on" ] weekdays
//! of month = "of" ( "the" | "each" | "every" ) "month"
//! ```

use jiff::civil::Weekday;

use super::Repeats;
use super::lists::weekdays;
use super::on::{counted, month_days, on};
use super::pattern::{Cycle, Days, Pattern};
use crate::days::{Stance, dated_parts};
use crate::misread::ErrorCode;
use crate::numbers::{number, spelled_ordinal};
use crate::times::{day_part, named};
use crate::tokens::{Cursor, Token};
use crate::vocabulary::{Unit, cardinal, month, ordinal_digits, unit};

/// Monday to Friday.
const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

pub(super) fn every(c: &mut Cursor<'_>) -> Option<Repeats> {
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
        .or_else(|| c.attempt(dated))
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
    let words = ["at", "on", "by", "for", "until", "starting", "from", "to", "in", "about"];
    c.peek().is_none_or(Token::is_punctuation) || c.peek_word().is_some_and(|word| words.contains(&word))
}

/// `every jan 27`, `every 4th of july`.
fn dated(c: &mut Cursor<'_>) -> Option<Repeats> {
    let dated = dated_parts(c)?;
    let pattern = dated.checked_day().map(|day| {
        let yearly = Pattern::every(Cycle::Years, 1);
        yearly.on(Days::Month(vec![day])).in_month(dated.month)
    });
    Some(Repeats::of(pattern, Stance::Anywhere))
}

/// `every 3 days`, `every other week on friday`, `every month on the 3rd`, `every half hour`.
fn interval(c: &mut Cursor<'_>) -> Option<Repeats> {
    let (amount, unit) = c.attempt(half_hour).or_else(|| c.attempt(amount_and_unit))?;
    let Some((cycle, interval)) = Cycle::of(unit, amount).filter(|(_, interval)| *interval > 0) else {
        let code = if unit == Unit::Second && amount > 0 { ErrorCode::TooOften } else { ErrorCode::InvalidRecurrence };
        return Some(Repeats::of(Err(code), Stance::Anywhere));
    };
    let pattern = Pattern::every(cycle, interval);
    let pattern = on(c, &pattern).unwrap_or(Ok(pattern));
    Some(Repeats::of(pattern, Stance::Anywhere))
}

/// Every half hour, every quarter of an hour: in minutes; every half year.
fn half_hour(c: &mut Cursor<'_>) -> Option<(u32, Unit)> {
    if c.words(&["half", "year"]).is_some() {
        return Some((6, Unit::Month));
    }
    let minutes = match c.one_of(&["half", "quarter"])? {
        "half" => 30,
        _ => 15,
    };
    let _ = c.word("of");
    let _ = c.one_of(&["a", "an"]);
    c.word("hour")?;
    Some((minutes, Unit::Minute))
}

fn amount_and_unit(c: &mut Cursor<'_>) -> Option<(u32, Unit)> {
    if let Some(unit) = c.take(unit) {
        // Every second counts is a title; every second week is not, nor is every second with nothing behind it.
        let plain = unit != Unit::Second || (c.peek_word().and_then(self::unit).is_none() && is_whole(*c));
        return plain.then_some((1, unit)).or_else(|| Some((2, c.take(self::unit)?)));
    }
    if c.one_of(&["fortnight", "fortnights"]).is_some() {
        return Some((2, Unit::Week));
    }
    let compact = c.take(compact);
    compact.or_else(|| {
        let amount = amount(c)?;
        let (factor, unit) = c.take(unit_or_fortnight)?;
        Some((amount.saturating_mul(factor), unit))
    })
}

/// Whether the recurrence is over here: `blink every second until noon`, `remind me every second to blink`.
fn is_whole(c: Cursor<'_>) -> bool {
    let begins = c.at() <= 2;
    c.peek().is_none_or(Token::is_punctuation)
        || c.peek_word().is_some_and(|word| match word {
            "for" | "until" | "till" | "starting" => true,
            "to" => begins,
            _ => false,
        })
}

fn unit_or_fortnight(word: &str) -> Option<(u32, Unit)> {
    match word {
        "fortnight" | "fortnights" => Some((2, Unit::Week)),
        _ => unit(word).map(|unit| (1, unit)),
    }
}

/// `2h`, `30min`.
fn compact(word: &str) -> Option<(u32, Unit)> {
    let end = word.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
    let (digits, letters) = word.split_at(end);
    Some((cardinal(digits)?, crate::vocabulary::letter(letters)?))
}

/// `3`, `three`, `other`, `2nd`, `third`, `couple of`.
fn amount(c: &mut Cursor<'_>) -> Option<u32> {
    if c.one_of(&["other", "alternate"]).is_some() {
        return Some(2);
    }
    if c.word("couple").is_some() {
        let _ = c.word("of");
        return Some(2);
    }
    number(c).or_else(|| c.take(ordinal_digits)).or_else(|| spelled_ordinal(c))
}

/// `except sunday`, `but not on mondays`.
pub(super) fn except(c: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    match c.one_of(&["except", "but", "excluding"])? {
        "but" => c.word("not")?,
        _ => {
            let _ = c.one_of(&["on", "for"]);
        }
    }
    let _ = c.word("on");
    match c.take(|word| matches!(word, "weekends" | "weekend").then_some(())) {
        Some(()) => Some(vec![Weekday::Saturday, Weekday::Sunday]),
        None => c.take(kind_of_day).or_else(|| weekdays(c)),
    }
}

/// The days that are left.
pub(super) fn without(days: &[Weekday], but: &[Weekday]) -> Vec<Weekday> {
    days.iter().copied().filter(|day| !but.contains(day)).collect()
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

/// Several weekdays in one word.
pub(super) fn kind_of_day(word: &str) -> Option<Vec<Weekday>> {
    match word {
        "weekday" | "workday" | "weekdays" | "workdays" => Some(WORKDAYS.to_vec()),
        "weekend" | "weekends" => Some(vec![Weekday::Saturday]),
        _ => None,
    }
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
