//! Rules from a day up: periods of wall times, walked from anywhere in both directions.

use jiff::civil::{DateTime, Time};

use super::budget::Budget;
use super::set::Set;
use super::{Rule, TooSparse};

/// A rule with its start, as a sequence of wall times. It knows no zone.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    rule: Rule,
    start: DateTime,
    times: Vec<Time>,
}

impl Calendar {
    /// The rule from this start; `whole_days` makes it one midnight a day.
    pub(super) fn new(rule: Rule, start: DateTime, whole_days: bool) -> Self {
        let times = if whole_days { vec![Time::midnight()] } else { times(&rule, start.time()) };
        Self { rule, start, times }
    }

    /// Ascending from the first at or after `wall`.
    pub(super) fn upward(&self, wall: DateTime) -> Ascending<'_> {
        let from = wall.max(self.start);
        let period = self.rule.period_of(from.date(), self.start.date());
        Ascending { calendar: self, from, period, set: None, next: 0 }
    }

    /// Descending from the last at or before `wall`.
    pub(super) fn downward(&self, wall: DateTime) -> Descending<'_> {
        let period = self.rule.period_of(wall.date(), self.start.date());
        Descending { calendar: self, until: wall, period, set: None, left: 0 }
    }

    fn set(&self, period: i64, budget: &mut Budget) -> Result<Option<Set<'_>>, TooSparse> {
        let Some((days, examined)) = self.rule.days(period, self.start.date()) else {
            return Ok(None);
        };
        budget.spend(examined)?;
        Ok(Some(Set::new(days, &self.times, &self.rule.positions)))
    }
}

/// The times of a day, ascending: what the rule does not say, the start does.
pub(super) fn times(rule: &Rule, start: Time) -> Vec<Time> {
    let or = |list: &[i16], own: i8| match list {
        [] => vec![own],
        list => list.iter().filter_map(|value| i8::try_from(*value).ok()).collect(),
    };
    let minutes = or(&rule.minutes, start.minute());
    let seconds = or(&rule.seconds, start.second());
    let mut times = Vec::new();
    for hour in or(&rule.hours, start.hour()) {
        for minute in &minutes {
            times.extend(seconds.iter().flat_map(|second| Time::new(hour, *minute, *second, 0)));
        }
    }
    times
}

/// Wall times upwards.
#[derive(Clone, Debug)]
pub(super) struct Ascending<'a> {
    calendar: &'a Calendar,
    from: DateTime,
    period: i64,
    set: Option<Set<'a>>,
    next: usize,
}

impl Ascending<'_> {
    /// The next one; `None` at the end of the calendar.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Result<Option<DateTime>, TooSparse> {
        loop {
            if let Some(wall) = self.set.as_ref().and_then(|set| set.get(self.next)) {
                budget.spend(1)?;
                self.next += 1;
                return Ok(Some(wall));
            }
            let Some(set) = self.calendar.set(self.period, budget)? else {
                return Ok(None);
            };
            self.next = set.before(self.from);
            self.set = Some(set);
            self.period += 1;
        }
    }
}

/// Wall times downwards, no further than the start.
#[derive(Clone, Debug)]
pub(super) struct Descending<'a> {
    calendar: &'a Calendar,
    until: DateTime,
    period: i64,
    set: Option<Set<'a>>,
    /// How many of the set are still to come.
    left: usize,
}

impl Descending<'_> {
    /// The one before; `None` before the start.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Result<Option<DateTime>, TooSparse> {
        loop {
            let index = self.left.checked_sub(1);
            let wall = index.and_then(|index| self.set.as_ref()?.get(index));
            if let (Some(index), Some(wall)) = (index, wall) {
                budget.spend(1)?;
                self.left = index;
                return Ok(Some(wall).filter(|wall| *wall >= self.calendar.start));
            }
            if self.period < 0 {
                return Ok(None);
            }
            self.set = self.calendar.set(self.period, budget)?;
            self.left = self.set.as_ref().map_or(0, |set| set.through(self.until));
            self.period -= 1;
        }
    }
}
