//! The times of a rule's days, told apart from the days that BYSETPOS picks.
//!
//! Times whose hours and minutes do not multiply out (09:00 and 17:30) need BYSETPOS to leave out the others (09:30 and
//! 17:00). What people want to read are the days and the times that are left.

use std::collections::BTreeSet;

use jiff::civil::Time;

use super::{Frequency, Rule};
use crate::recurrence::calendar::times;

/// The rule as if each day had one time, and the times that each day has.
pub(super) fn untangled(rule: &Rule, start: Time) -> (Rule, Vec<Time>) {
    let grid = times(rule, start);
    match picked(rule, &grid) {
        Some((days, times)) => (with_days(rule, &days), times),
        None => (rule.clone(), grid),
    }
}

/// Which days of a period BYSETPOS picks, and which times of each; none if not the same times of each.
fn picked(rule: &Rule, grid: &[Time]) -> Option<(BTreeSet<i16>, Vec<Time>)> {
    let each = i16::try_from(grid.len()).ok().filter(|each| *each > 1)?;
    if rule.positions.is_empty() || rule.below_a_day() {
        return None;
    }
    let split = |position: &i16| match *position > 0 {
        true => ((position - 1) / each + 1, (position - 1) % each),
        false => ((position + 1) / each - 1, each - 1 + (position + 1) % each),
    };
    let all: BTreeSet<(i16, i16)> = rule.positions.iter().map(split).collect();
    let days: BTreeSet<i16> = all.iter().map(|(day, _)| *day).collect();
    let places: BTreeSet<i16> = all.iter().map(|(_, place)| *place).collect();
    let of_each_day = days.len() * places.len() == all.len();
    let time = |place: &i16| grid.get(usize::try_from(*place).ok()?).copied();
    let times: Option<Vec<Time>> = places.iter().map(time).collect();
    times.filter(|_| of_each_day).map(|times| (days, times))
}

/// The rule with these days of its period and a single time.
fn with_days(rule: &Rule, days: &BTreeSet<i16>) -> Rule {
    let every_day = days.iter().copied().eq(1..=days_of_period(rule));
    let positions = if every_day { Vec::new() } else { days.iter().copied().collect() };
    let mut alone = Rule { hours: Vec::new(), minutes: Vec::new(), seconds: Vec::new(), positions, ..rule.clone() };
    alone.positions.sort_unstable_by_key(|position| (*position < 0, *position));
    alone
}

/// How many days a period has, where that is always the same; else 0.
fn days_of_period(rule: &Rule) -> i16 {
    let by_month = rule.frequency > Frequency::Weekly;
    let plain = rule.weekdays.iter().any(|day| day.ordinal.is_none());
    let listed = rule.weekdays.len().max(rule.month_days.len()).max(1);
    if by_month && plain { 0 } else { i16::try_from(listed).unwrap_or(0) }
}
