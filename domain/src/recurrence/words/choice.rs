//! Which days a monthly or yearly rule picks, in English.

use jiff::civil::{Date, Weekday};

use super::narrow::Left;
use super::terms::{WORKDAYS, list, month, month_days, name, nth, weekdays};
use super::{Frequency, NthWeekday, Rule};

/// The days that a rule picks from its month or year.
pub(super) struct Choice {
    /// `the last Friday`, `4 July`.
    pub(super) said: String,
    pub(super) of: Of,
    /// What is not said yet.
    pub(super) left: Left,
}

/// Where the chosen days stand in the sentence.
#[derive(PartialEq, Eq)]
pub(super) enum Of {
    /// `… of every month`.
    Month,
    /// `every … on …`.
    Period,
}

impl Choice {
    pub(super) fn of(rule: &Rule, start: Date, whole_days: bool) -> Self {
        // BYSETPOS counts times, not days: with several a day it picks no day.
        let once_a_day = whole_days || [&rule.hours, &rule.minutes, &rule.seconds].iter().all(|list| list.len() < 2);
        let takes_positions = once_a_day && !rule.positions.is_empty();
        let by_weekday = rule.month_days.is_empty() && !rule.weekdays.is_empty();
        let positioned = takes_positions.then(|| positioned(rule)).flatten();
        let positions = positioned.is_none();
        let said = match positioned {
            Some(said) => said,
            None if by_weekday => within_year(rule, each_weekday(&rule.weekdays)),
            None => dates(rule, start),
        };
        let from_the_end = rule.month_days == [-1] && rule.weekdays.is_empty();
        let monthly = rule.frequency == Frequency::Monthly;
        let of = if monthly && (by_weekday || from_the_end) { Of::Month } else { Of::Period };
        let left = Left { weekdays: !by_weekday, month_days: false, months: monthly, positions };
        Self { said, of, left }
    }
}

/// What BYSETPOS makes of the days, where there are words for it.
fn positioned(rule: &Rule) -> Option<String> {
    // In a year BYSETPOS picks from all the months together.
    if rule.frequency == Frequency::Yearly && rule.months.len() > 1 {
        return None;
    }
    if let Some(days) = clamped(rule) {
        return Some(match (rule.frequency, rule.months.as_slice(), days.as_slice()) {
            (Frequency::Yearly, [number], [day]) => format!("{day} {} (or the last day)", month(*number)),
            (Frequency::Yearly, [number], days) => {
                format!("the {} of {} (or the last day)", month_days(days), month(*number))
            }
            _ => format!("the {} (or the last day)", month_days(&days)),
        });
    }
    let days: Option<Vec<Weekday>> = rule.month_days.is_empty().then(|| plain(&rule.weekdays)).flatten();
    let positions: Vec<String> = rule.positions.iter().map(|position| nth(*position)).collect();
    let which = format!("the {} {}", list(&positions, "and"), kind(&days?));
    Some(within_year(rule, which))
}

/// The days for which `BYMONTHDAY=28,29,30,31;BYSETPOS=-1` stands: 31, or the month's last. Others before it are picked
/// by their place, where a shorter month has nothing at that place or the same day.
fn clamped(rule: &Rule) -> Option<Vec<i16>> {
    let last = *rule.month_days.last().filter(|last| (29..=31).contains(*last))?;
    let run = (28..=last).all(|day| rule.month_days.contains(&day));
    let in_a_month = rule.frequency == Frequency::Monthly || rule.months.len() == 1;
    let (end, places) = rule.positions.split_last()?;
    let at = |place: &i16| rule.month_days.get(usize::try_from(place - 1).ok()?).copied();
    let before: Option<Vec<i16>> = places.iter().map(at).collect();
    let before = before.filter(|_| run && in_a_month && rule.weekdays.is_empty() && *end == -1)?;
    Some(before.into_iter().filter(|day| *day < last).chain([last]).collect())
}

fn plain(days: &[NthWeekday]) -> Option<Vec<Weekday>> {
    let plain = |day: &NthWeekday| day.ordinal.is_none().then_some(day.weekday);
    days.iter().map(plain).collect::<Option<Vec<Weekday>>>().filter(|days| !days.is_empty())
}

/// `workday`, `day`, `Monday or Friday`.
fn kind(days: &[Weekday]) -> String {
    let names = || days.iter().map(|day| name(*day)).collect::<Vec<&str>>();
    set_name(days).map_or_else(|| list(&names(), "or"), str::to_owned)
}

/// What these weekdays are called together.
fn set_name(days: &[Weekday]) -> Option<&'static str> {
    match days {
        days if *days == WORKDAYS => Some("workday"),
        [Weekday::Saturday, Weekday::Sunday] => Some("weekend day"),
        days if days.len() == 7 => Some("day"),
        _ => None,
    }
}

/// `every Monday`, `every workday`, `the last Friday`.
fn each_weekday(days: &[NthWeekday]) -> String {
    if let Some(together) = plain(days).and_then(|days| set_name(&days)) {
        return format!("every {together}");
    }
    if days.iter().all(|day| day.ordinal.is_some()) {
        return weekdays(days);
    }
    let say = |day: &NthWeekday| match day.ordinal {
        None => format!("every {}", name(day.weekday)),
        Some(_) => weekdays(&[*day]),
    };
    list(&days.iter().map(say).collect::<Vec<String>>(), "and")
}

/// In a yearly rule, of which months.
fn within_year(rule: &Rule, which: String) -> String {
    match (rule.frequency, rule.months.as_slice()) {
        (Frequency::Monthly, _) => which,
        (_, []) => format!("{which} of the year"),
        (_, months) => format!("{which} of {}", named(months)),
    }
}

fn named(months: &[i16]) -> String {
    list(&months.iter().map(|number| month(*number)).collect::<Vec<&str>>(), "and")
}

/// Days by their number: `the 1st and 15th`, `4 July`, `the last day of February`.
fn dates(rule: &Rule, start: Date) -> String {
    let own = [i16::from(start.day())];
    let days = if rule.month_days.is_empty() { &own } else { rule.month_days.as_slice() };
    if rule.frequency == Frequency::Monthly {
        // Where the last day is one of them, a month that lacks another has that one.
        let rare = days.iter().any(|day| *day > 28) && !days.contains(&-1);
        return format!("the {}{}", month_days(days), if rare { " (in months that have one)" } else { "" });
    }
    let own = [i16::from(start.month())];
    let months = match rule.months.as_slice() {
        [] if rule.month_days.is_empty() => &own,
        [] => return format!("the {} of every month", month_days(days)),
        months => months,
    };
    match days {
        [day] if *day > 0 => {
            let dates: Vec<String> = months.iter().map(|number| format!("{day} {}", month(*number))).collect();
            let rare = months.iter().any(|number| !in_every_year(*number, *day));
            list(&dates, "and") + if rare { " (in years that have one)" } else { "" }
        }
        days => format!("the {} of {}", month_days(days), named(months)),
    }
}

fn in_every_year(month: i16, day: i16) -> bool {
    let parts = i8::try_from(month).ok().zip(i8::try_from(day).ok());
    parts.is_some_and(|(month, day)| Date::new(2001, month, day).is_ok())
}
