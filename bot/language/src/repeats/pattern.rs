//! Which days a recurrence names.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use crate::calendar::{month_of, nth_workday, plus_days};
use crate::vocabulary::Unit;

/// No pattern that ever comes lets more days pass without one (a fifth weekday of February, 40
/// years around 2100, with two months of each year looked at).
const MOST_DAYS: usize = 4_000;

/// The period of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cycle {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

impl Cycle {
    /// The cycle of so many units, and how many of its periods they are.
    pub(crate) fn of(unit: Unit, amount: u32) -> Option<(Self, u32)> {
        Some(match unit {
            Unit::Second => return None,
            Unit::Minute => (Self::Minutes, amount),
            Unit::Hour => (Self::Hours, amount),
            Unit::Day => (Self::Days, amount),
            Unit::Week => (Self::Weeks, amount),
            Unit::Month => (Self::Months, amount),
            Unit::Quarter => (Self::Months, amount.saturating_mul(3)),
            Unit::Year => (Self::Years, amount),
        })
    }

    /// So many periods of it; none if no calendar is that long.
    pub(crate) fn span(self, periods: u32) -> Option<Span> {
        let (none, periods) = (Span::new(), i64::from(periods));
        let span = match self {
            Self::Minutes => none.try_minutes(periods),
            Self::Hours => none.try_hours(periods),
            Self::Days => none.try_days(periods),
            Self::Weeks => none.try_weeks(periods),
            Self::Months => none.try_months(periods),
            Self::Years => none.try_years(periods),
        };
        span.ok()
    }

    /// Whether it is elapsed time and not a number of days.
    pub(crate) fn below_a_day(self) -> bool {
        matches!(self, Self::Minutes | Self::Hours)
    }
}

/// Which days of the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Days {
    /// The one it starts on.
    Start,
    /// These weekdays.
    Week(Vec<Weekday>),
    /// These days of the month, 1 to 31, or -1 for its last, -2 for the one before; beyond its end they fall on that.
    Month(Vec<i8>),
    /// These days of the month, in months that have them.
    Exactly(Vec<i8>),
    /// The n-th such weekdays of the month.
    Nth(Vec<i8>, Weekday),
    /// The n-th workdays of the month.
    Workday(Vec<i8>),
}

/// A recurrence: every `interval` cycles, on these days, in this month alone if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) cycle: Cycle,
    pub(crate) interval: u32,
    pub(crate) days: Days,
    pub(crate) month: Option<i8>,
}

impl Pattern {
    /// Every so many cycles, from its start.
    pub(crate) fn every(cycle: Cycle, interval: u32) -> Self {
        Self { cycle, interval, days: Days::Start, month: None }
    }

    /// Every week on these days.
    pub(crate) fn weekly(days: Vec<Weekday>) -> Self {
        Self::every(Cycle::Weeks, 1).on(days_of_week(days))
    }

    /// The same on these days.
    pub(crate) fn on(self, days: Days) -> Self {
        Self { days, ..self }
    }

    /// The same once a year, in this month.
    pub(crate) fn in_month(self, month: i8) -> Self {
        Self { cycle: Cycle::Years, month: Some(month), ..self }
    }

    /// Whether the day is one of it, whatever the interval.
    pub(crate) fn names(&self, date: Date) -> bool {
        if self.month.is_some_and(|month| month != date.month()) {
            return false;
        }
        match &self.days {
            Days::Start => true,
            Days::Week(weekdays) => weekdays.contains(&date.weekday()),
            Days::Month(days) => days.iter().any(|day| is_day(date, *day)),
            Days::Exactly(days) => days.contains(&date.day()),
            Days::Nth(nth, weekday) => date.weekday() == *weekday && nth.iter().any(|n| is_nth(date, *n)),
            Days::Workday(nth) => nth.iter().any(|n| nth_workday(date, *n) == Some(date)),
        }
    }

    /// The days of it from this one on, in order.
    pub(crate) fn from(&self, start: Date) -> impl Iterator<Item = Date> + '_ {
        let mut next = start;
        let steps = std::iter::from_fn(move || {
            let date = next;
            next = match self.month.is_some_and(|month| month != date.month()) {
                true => month_of(date, 1),
                false => plus_days(date, 1),
            };
            Some(date)
        });
        steps.take(MOST_DAYS).filter(|date| self.names(*date))
    }
}

fn days_of_week(mut days: Vec<Weekday>) -> Days {
    days.sort_unstable_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    Days::Week(days)
}

fn is_day(date: Date, day: i8) -> bool {
    let last = date.days_in_month();
    match day < 0 {
        true => date.day() == last + 1 + day,
        false => date.day() == day.min(last),
    }
}

fn is_nth(date: Date, n: i8) -> bool {
    match n > 0 {
        true => (date.day() - 1) / 7 + 1 == n,
        false => (date.days_in_month() - date.day()) / 7 + 1 == -n,
    }
}
