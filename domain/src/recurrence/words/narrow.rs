//! What only narrows a rule down: `, only in March`, `, only the last of the month`.

use super::terms::{list, month, month_days, nth, weekdays};
use super::{Frequency, Rule};

/// The parts that the main clause has not said.
pub(super) struct Left {
    pub(super) weekdays: bool,
    pub(super) month_days: bool,
    pub(super) months: bool,
    pub(super) positions: bool,
}

impl Left {
    /// The main clause is no more than `every 2 hours`.
    pub(super) const ALL: Self = Self { weekdays: true, month_days: true, months: true, positions: true };

    /// The main clause has said BYDAY.
    pub(super) const BUT_WEEKDAYS: Self = Self { weekdays: false, ..Self::ALL };

    /// Each part that is left, as it stands after `only`.
    pub(super) fn of(&self, rule: &Rule) -> Vec<String> {
        let Self { weekdays, month_days, months, positions } = *self;
        let days = weekdays.then(|| on_weekdays(rule)).flatten();
        let numbers = month_days.then(|| on_month_days(rule)).flatten();
        let months = months.then(|| in_months(rule)).flatten();
        let positions = positions.then(|| at_positions(rule)).flatten();
        [days, numbers, months, positions].into_iter().flatten().collect()
    }
}

fn on_weekdays(rule: &Rule) -> Option<String> {
    (!rule.weekdays.is_empty()).then(|| format!("on {}", weekdays(&rule.weekdays)))
}

fn on_month_days(rule: &Rule) -> Option<String> {
    (!rule.month_days.is_empty()).then(|| format!("on the {}", month_days(&rule.month_days)))
}

fn in_months(rule: &Rule) -> Option<String> {
    let months: Vec<&str> = rule.months.iter().map(|number| month(*number)).collect();
    (!months.is_empty()).then(|| format!("in {}", list(&months, "and")))
}

fn at_positions(rule: &Rule) -> Option<String> {
    let positions: Vec<String> = rule.positions.iter().map(|number| nth(*number)).collect();
    let unit = match rule.frequency {
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
        _ => "day",
    };
    (!positions.is_empty()).then(|| format!("the {} of the {unit}", list(&positions, "and")))
}

/// Below a day: in which hours, minutes and seconds.
pub(super) fn in_clock_units(rule: &Rule) -> Vec<String> {
    let units = [("hour", &rule.hours), ("minute", &rule.minutes), ("second", &rule.seconds)];
    let say = |(unit, values): (&str, &Vec<i16>)| match values.as_slice() {
        [] => None,
        [value] => Some(format!("in {unit} {value}")),
        values => Some(format!("in {unit}s {}", list(values, "and"))),
    };
    units.into_iter().filter_map(say).collect()
}
