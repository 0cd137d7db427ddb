//! From a recurrence as it was said to a rule.
//!
//! Two things need care. A day from 29 to 31 falls on the last day of shorter months: the rule picks
//! the last of `BYMONTHDAY=28,29,30,31` by BYSETPOS. And several times a day whose hours and minutes
//! do not multiply out (9:00 and 17:30) are picked by BYSETPOS, too.

use std::collections::BTreeSet;

use domain::recurrence::{Frequency, Rule, RuleBuilder, Until};
use jiff::civil::{Date, Time, Weekday};

use super::pattern::{Cycle, Days, Pattern};
use crate::misread::ErrorCode;

/// How a recurrence ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Never,
    Count(u32),
    Until(Until),
}

/// The rule of a pattern whose first day is `first`, at these times (none for days without one).
pub(crate) fn rule(pattern: &Pattern, first: Date, times: &[Time], ending: Ending) -> Result<Rule, ErrorCode> {
    let parts = Parts::of(pattern, first);
    let builder = Rule::every(frequency(pattern.cycle), pattern.interval);
    let builder = parts.at(times, parts.add_days(builder));
    let builder = match ending {
        Ending::Never => builder,
        Ending::Count(count) => builder.count(count),
        Ending::Until(until) => builder.until(until),
    };
    builder.build().map_err(|_| ErrorCode::InvalidRecurrence)
}

fn frequency(cycle: Cycle) -> Frequency {
    match cycle {
        Cycle::Minutes => Frequency::Minutely,
        Cycle::Hours => Frequency::Hourly,
        Cycle::Days => Frequency::Daily,
        Cycle::Weeks => Frequency::Weekly,
        Cycle::Months => Frequency::Monthly,
        Cycle::Years => Frequency::Yearly,
    }
}

/// The days of a rule: which, and which of them by position.
#[derive(Default)]
struct Parts {
    month: Option<i16>,
    weekdays: Vec<Weekday>,
    nth: Vec<(i16, Weekday)>,
    month_days: Vec<i16>,
    positions: Vec<i16>,
    /// How many days a period has before positions choose.
    days: i16,
}

impl Parts {
    fn of(pattern: &Pattern, first: Date) -> Self {
        let mut parts = Self { month: pattern.month.map(i16::from), days: 1, ..Self::default() };
        match &pattern.days {
            Days::Start => parts.start(pattern.cycle, first),
            Days::Week(weekdays) => parts.weekdays.clone_from(weekdays),
            Days::Nth(nth, weekday) => {
                parts.nth = nth.iter().map(|n| (i16::from(*n), *weekday)).collect();
            }
            Days::Workday(nth) => {
                let week = Weekday::Monday.cycle_forward();
                parts.weekdays = week.take(5).collect();
                parts.positions = nth.iter().copied().map(i16::from).collect();
            }
            Days::Month(days) => parts.month_days(days),
            Days::Exactly(days) => parts.month_days = days.iter().copied().map(i16::from).collect(),
        }
        let listed = [parts.weekdays.len(), parts.nth.len(), parts.month_days.len(), 1];
        parts.days = listed.into_iter().max().and_then(|n| i16::try_from(n).ok()).unwrap_or(1);
        parts
    }

    /// The day of the start, which only needs saying where some months lack it.
    fn start(&mut self, cycle: Cycle, first: Date) {
        match (cycle, first.month(), first.day()) {
            (Cycle::Months, _, 29..) => self.month_days(&[first.day()]),
            (Cycle::Years, 2, 29) => {
                self.month = Some(2);
                self.month_days(&[29]);
            }
            _ => {}
        }
    }

    /// Days of the month. Where some months lack one, the highest is the last of those from 28 to it, and each other is
    /// the one at its place: a month that has nothing there has the last, which is picked anyway.
    fn month_days(&mut self, days: &[i8]) {
        // The 31st, if a month that lacks it has it on its last, is the last of every month.
        let last = |day: i16| if day == 31 && days.len() > 1 && self.month.is_none() { -1 } else { day };
        let days: BTreeSet<i16> = days.iter().copied().map(i16::from).map(last).collect();
        let in_every = self.month.is_some_and(|month| month != 2) || days.iter().any(|day| *day < 0);
        let highest = days.last().copied().filter(|day| *day > 28 && !in_every);
        let Some(highest) = highest else {
            self.month_days = days.into_iter().collect();
            return;
        };
        let listed: BTreeSet<i16> = days.iter().copied().chain(28..=highest).collect();
        let chosen = (1..).zip(&listed).filter(|(_, day)| **day < highest && days.contains(day));
        self.positions = chosen.map(|(place, _)| place).chain([-1]).collect();
        self.month_days = listed.into_iter().collect();
    }

    fn add_days(&self, builder: RuleBuilder) -> RuleBuilder {
        let mut builder = builder
            .in_months(self.month)
            .on_weekdays(self.weekdays.iter().copied())
            .on_month_days(self.month_days.iter().copied());
        for (n, weekday) in &self.nth {
            builder = builder.on_nth_weekday(*n, *weekday);
        }
        builder
    }

    /// Several times a day are named; a single one is the start's.
    fn at(&self, times: &[Time], builder: RuleBuilder) -> RuleBuilder {
        if times.len() < 2 {
            return builder.at_positions(self.positions.iter().copied());
        }
        let grid = Grid::of(times);
        builder
            .at_hours(grid.hours.iter().map(|hour| i16::from(*hour)))
            .at_minutes(grid.minutes.iter().map(|minute| i16::from(*minute)))
            .at_positions(self.spread(&grid))
    }

    /// The positions of the days, spread over the times of each.
    fn spread(&self, grid: &Grid) -> Vec<i16> {
        if self.positions.is_empty() && grid.is_full() {
            return Vec::new();
        }
        let days = match self.positions.is_empty() {
            true => (1..=self.days).collect(),
            false => self.positions.clone(),
        };
        let place = |day: i16, time: i16| match day > 0 {
            true => (day - 1) * grid.len() + time,
            false => day * grid.len() + time - 1,
        };
        let chosen = |day| grid.chosen.iter().map(move |time| place(day, *time));
        days.into_iter().flat_map(chosen).collect()
    }
}

/// All hours with all minutes of some times, and which of these are meant.
struct Grid {
    hours: Vec<i8>,
    minutes: Vec<i8>,
    /// From 1, in order.
    chosen: Vec<i16>,
}

impl Grid {
    fn of(times: &[Time]) -> Self {
        let sorted = |mut values: Vec<i8>| {
            values.sort_unstable();
            values.dedup();
            values
        };
        let hours = sorted(times.iter().map(|time| time.hour()).collect());
        let minutes = sorted(times.iter().map(|time| time.minute()).collect());
        let all = hours.iter().flat_map(|h| minutes.iter().map(move |m| (*h, *m)));
        let meant = |at: &(i8, i8)| times.iter().any(|t| (t.hour(), t.minute()) == *at);
        let chosen = (1..).zip(all).filter(|(_, at)| meant(at)).map(|(n, _)| n);
        Self { chosen: chosen.collect(), hours, minutes }
    }

    fn len(&self) -> i16 {
        i16::try_from(self.hours.len() * self.minutes.len()).unwrap_or(i16::MAX)
    }

    fn is_full(&self) -> bool {
        i16::try_from(self.chosen.len()) == Ok(self.len())
    }
}
