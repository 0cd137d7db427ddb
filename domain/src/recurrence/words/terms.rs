//! The single words: names, ordinals, lists.

use jiff::civil::{Date, Time, Weekday};

use super::NthWeekday;

pub(super) const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// `day`, `2 days`.
pub(super) fn count_of(count: u32, unit: &str) -> String {
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[impl ToString], and: &str) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// `09:00`, `09:00:30`.
pub(super) fn clock(time: Time) -> String {
    let format = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.strftime(format).to_string()
}

/// `1 December 2026`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `Monday`.
pub(super) fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// `January` for 1.
pub(super) fn month(number: i16) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let index = usize::try_from(number - 1).unwrap_or(0);
    NAMES.get(index).copied().unwrap_or(NAMES[0])
}

/// `Monday and Friday`, `the first and last Monday`, `the first Monday and the last Friday`.
pub(super) fn weekdays(days: &[NthWeekday]) -> String {
    if let [first, .., last] = days
        && first.weekday == last.weekday
    {
        let ordinals: Option<Vec<String>> = days.iter().map(|day| day.ordinal.map(nth)).collect();
        if let Some(ordinals) = ordinals {
            return format!("the {} {}", list(&ordinals, "and"), name(first.weekday));
        }
    }
    let say = |day: &NthWeekday| match day.ordinal {
        None => name(day.weekday).to_owned(),
        Some(ordinal) => format!("the {} {}", nth(ordinal), name(day.weekday)),
    };
    list(&days.iter().map(say).collect::<Vec<String>>(), "and")
}

/// `1st and 15th`, `1st and last day`.
pub(super) fn month_days(days: &[i16]) -> String {
    let say = |day: &i16| {
        if *day > 0 { ordinal(*day) } else { format!("{} day", nth(*day)) }
    };
    list(&days.iter().map(say).collect::<Vec<String>>(), "and")
}

/// `first`, `2nd`, `last`, `2nd to last`.
pub(super) fn nth(number: i16) -> String {
    match number {
        1 => "first".to_owned(),
        -1 => "last".to_owned(),
        ..=-2 => format!("{} to last", ordinal(number.saturating_neg())),
        _ => ordinal(number),
    }
}

/// `1st`, `2nd`, `11th`.
pub(super) fn ordinal(number: i16) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}
