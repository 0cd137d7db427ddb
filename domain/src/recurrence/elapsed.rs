//! Rules below a day: instants one step of elapsed time apart, picked by their wall time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::budget::Budget;
use super::days::{day_of, number_of};
use super::{Frequency, Rule, TooSparse};

const DAY: i64 = 86_400;

/// Seconds, half open.
type Span = std::ops::Range<i64>;

/// A rule with the instant of its start, as a sequence of instants in seconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Elapsed {
    rule: Rule,
    zone: TimeZone,
    origin: i64,
    step: i64,
}

impl Elapsed {
    pub(super) fn new(rule: Rule, origin: Timestamp, zone: TimeZone) -> Self {
        let unit = if rule.frequency == Frequency::Hourly { 3600 } else { 60 };
        let step = unit * i64::from(rule.interval);
        Self { rule, zone, origin: origin.as_second(), step }
    }

    /// Ascending from the first at or after the second that holds `at`.
    pub(super) fn upward(&self, at: Timestamp) -> Ascending<'_> {
        let next = self.at_or_after(at.as_second().max(self.origin));
        Ascending { elapsed: self, next, regime: Regime::NONE }
    }

    /// Descending from the last at or before `at`.
    pub(super) fn downward(&self, at: Timestamp) -> Descending<'_> {
        // Before 1970 `as_second` cuts towards later.
        let last = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
        Descending { elapsed: self, next: self.at_or_before(last), regime: Regime::NONE }
    }

    /// The `count`-th instant, if no part of the rule picks, so that every step is one.
    pub(super) fn nth(&self, count: u32) -> Option<Timestamp> {
        if self.picks() {
            return None;
        }
        let last = self.origin + self.step * i64::from(count.saturating_sub(1));
        Some(Timestamp::from_second(last).unwrap_or(Timestamp::MAX))
    }

    fn picks(&self) -> bool {
        let Rule { months, month_days, weekdays, hours, minutes, seconds, .. } = &self.rule;
        let lists = [months, month_days, hours, minutes, seconds];
        !weekdays.is_empty() || lists.iter().any(|list| !list.is_empty())
    }

    fn at_or_after(&self, second: i64) -> i64 {
        second + (self.origin - second).rem_euclid(self.step)
    }

    fn at_or_before(&self, second: i64) -> i64 {
        second - (second - self.origin).rem_euclid(self.step)
    }

    /// If the rule leaves out the wall time (in seconds since 1970-01-01 00:00), the stretch around
    /// it that it leaves out with it.
    fn left_out(&self, wall: i64) -> Option<Span> {
        if !self.picks() {
            return None;
        }
        let day = day_of(wall.div_euclid(DAY))?;
        if !self.rule.has_month(day.month()) {
            return Some(seconds_of(day.first_of_month(), day.days_in_month()));
        }
        if !self.rule.allows_day(day) {
            return Some(seconds_of(day, 1));
        }
        let units = [(&self.rule.hours, 24, 3600), (&self.rule.minutes, 60, 60), (&self.rule.seconds, 60, 1)];
        units.into_iter().find_map(|(list, size, length)| {
            let first = wall - wall.rem_euclid(size * length);
            let gap = gap(list, (wall - first) / length, size)?;
            Some(first + gap.start * length..first + gap.end * length)
        })
    }

    /// The stretch of instants around `second` that the rule leaves out, within one offset.
    fn skip(&self, second: i64, regime: &mut Regime) -> Option<Span> {
        if !regime.span.contains(&second) {
            *regime = Regime::at(second, &self.zone);
        }
        let out = self.left_out(second + regime.offset)?;
        let (first, end) = (out.start - regime.offset, out.end - regime.offset);
        Some(first.max(regime.span.start)..end.min(regime.span.end))
    }
}

/// If the list leaves out the value, the run of values (0 to `size`) around it that it leaves out.
fn gap(list: &[i16], value: i64, size: i64) -> Option<Span> {
    let picks = || list.iter().map(|pick| i64::from(*pick));
    if list.is_empty() || picks().any(|pick| pick == value) {
        return None;
    }
    let start = picks().filter(|pick| *pick < value).max().map_or(0, |pick| pick + 1);
    let end = picks().filter(|pick| *pick > value).min().unwrap_or(size);
    Some(start..end)
}

fn seconds_of(first: Date, days: i8) -> Span {
    let number = number_of(first);
    number * DAY..(number + i64::from(days)) * DAY
}

/// The instants around one during which the zone keeps one offset.
#[derive(Clone, Debug)]
struct Regime {
    span: Span,
    offset: i64,
}

impl Regime {
    const NONE: Self = Self { span: 0..0, offset: 0 };

    fn at(second: i64, zone: &TimeZone) -> Self {
        let at = Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        let after = Timestamp::from_second(second + 1).unwrap_or(Timestamp::MAX);
        let from = zone.preceding(after).next().map(|change| change.timestamp().as_second());
        let until = zone.following(at).next().map(|change| change.timestamp().as_second());
        let span = from.unwrap_or(i64::MIN)..until.unwrap_or(i64::MAX).max(second + 1);
        Self { span, offset: i64::from(zone.to_offset(at).seconds()) }
    }
}

/// Instants upwards.
#[derive(Clone, Debug)]
pub(super) struct Ascending<'a> {
    elapsed: &'a Elapsed,
    next: i64,
    regime: Regime,
}

impl Ascending<'_> {
    /// The next one; `None` at the end of the calendar.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Result<Option<Timestamp>, TooSparse> {
        loop {
            let Ok(at) = Timestamp::from_second(self.next) else {
                return Ok(None);
            };
            budget.spend(1)?;
            match self.elapsed.skip(self.next, &mut self.regime) {
                Some(out) => self.next = self.elapsed.at_or_after(out.end),
                None => {
                    self.next += self.elapsed.step;
                    return Ok(Some(at));
                }
            }
        }
    }
}

/// Instants downwards, no further than the start.
#[derive(Clone, Debug)]
pub(super) struct Descending<'a> {
    elapsed: &'a Elapsed,
    next: i64,
    regime: Regime,
}

impl Descending<'_> {
    /// The one before; `None` before the start.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Result<Option<Timestamp>, TooSparse> {
        while self.next >= self.elapsed.origin {
            let Ok(at) = Timestamp::from_second(self.next) else {
                return Ok(None);
            };
            budget.spend(1)?;
            match self.elapsed.skip(self.next, &mut self.regime) {
                Some(out) => self.next = self.elapsed.at_or_before(out.start - 1),
                None => {
                    self.next -= self.elapsed.step;
                    return Ok(Some(at));
                }
            }
        }
        Ok(None)
    }
}
