//! Calendar arithmetic that the grammar needs. At the ends of time it stops instead of failing.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// The last day that can be planned for. Later ones are within reach of the arithmetic, but not of any knowledge of how
/// clocks will go, and four digits from 2200 on are more often a number than a year.
pub(crate) const LAST_DAY: Date = jiff::civil::date(2199, 12, 31);

/// The day that lies so many days ahead (or, below 0, back).
pub(crate) fn plus_days(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

/// The day that lies this far ahead; none beyond the calendar.
pub(crate) fn plus(date: Date, span: Span) -> Option<Date> {
    date.checked_add(span).ok()
}

/// The first such weekday after the day.
pub(crate) fn weekday_after(date: Date, weekday: Weekday) -> Date {
    let days = date.weekday().until(weekday);
    plus_days(date, i64::from(if days == 0 { 7 } else { days }))
}

/// The first such weekday on the day or after it.
pub(crate) fn weekday_from(date: Date, weekday: Weekday) -> Date {
    plus_days(date, i64::from(date.weekday().until(weekday)))
}

/// The first day of the day's week.
pub(crate) fn week_of(date: Date, first: Weekday) -> Date {
    plus_days(date, -i64::from(date.weekday().since(first)))
}

/// The day's month and the one so many months ahead, as its first day.
pub(crate) fn month_of(date: Date, ahead: i64) -> Date {
    date.first_of_month().saturating_add(ahead.months())
}

/// A day of a month; none if the month is shorter.
pub(crate) fn day_in(month: Date, day: i8) -> Option<Date> {
    Date::new(month.year(), month.month(), day).ok()
}

/// The n-th such weekday of the day's month; -1 is the last.
pub(crate) fn nth_weekday(month: Date, nth: i8, weekday: Weekday) -> Option<Date> {
    month.nth_weekday_of_month(nth, weekday).ok()
}

/// Whether the day is one from Monday to Friday.
pub(crate) fn is_workday(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The n-th workday of the day's month; -1 is the last.
pub(crate) fn nth_workday(month: Date, nth: i8) -> Option<Date> {
    let last = month.days_in_month();
    let mut workdays = (1..=last).filter_map(|day| day_in(month, day)).filter(|day| is_workday(*day));
    let place = usize::from(nth.unsigned_abs()).checked_sub(1)?;
    match nth > 0 {
        true => workdays.nth(place),
        false => workdays.rev().nth(place),
    }
}

/// The day in this year or, where a year does not have it, the next that has; none if none has.
pub(crate) fn yearly_from(year: i16, month: i8, day: i8) -> Option<Date> {
    (0..=8).find_map(|ahead| Date::new(year.checked_add(ahead)?, month, day).ok())
}
