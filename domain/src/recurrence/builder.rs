//! Making a rule part by part.

use jiff::civil::Weekday;

use super::parts::Ends;
use super::{Frequency, NthWeekday, Rule, RuleError, Until};

/// A rule in the making: say what it picks, then [`build`](Self::build).
///
/// Lists may come in any order and with repeats. Called twice, a method adds to its list.
///
/// ```
/// use jiff::civil::Weekday;
/// use taskbot_domain::recurrence::{Frequency, Rule};
/// let rule = Rule::every(Frequency::Weekly, 2).on_weekdays([Weekday::Monday]).at_hours([9]).build()?;
/// assert_eq!(rule.to_string(), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9");
/// # Ok::<(), taskbot_domain::recurrence::RuleError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RuleBuilder {
    rule: Rule,
}

impl From<Rule> for RuleBuilder {
    fn from(rule: Rule) -> Self {
        Self { rule }
    }
}

impl RuleBuilder {
    pub(super) fn new(frequency: Frequency, interval: u32) -> Self {
        let rule = Rule {
            frequency,
            interval,
            ends: Ends::Never,
            months: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        };
        Self { rule }
    }

    /// Every how many periods, 1 to 1,000,000.
    pub fn interval(mut self, interval: u32) -> Self {
        self.rule.interval = interval;
        self
    }

    /// BYMONTH: only in these months, 1 to 12.
    pub fn in_months(mut self, months: impl IntoIterator<Item = i16>) -> Self {
        self.rule.months.extend(months);
        self
    }

    /// BYMONTHDAY: on these days of the month, 1 to 31 or, from its end, -1 to -31.
    pub fn on_month_days(mut self, days: impl IntoIterator<Item = i16>) -> Self {
        self.rule.month_days.extend(days);
        self
    }

    /// BYDAY: on these weekdays.
    pub fn on_weekdays(mut self, weekdays: impl IntoIterator<Item = impl Into<NthWeekday>>) -> Self {
        self.rule.weekdays.extend(weekdays.into_iter().map(Into::into));
        self
    }

    /// BYDAY: on the n-th weekday of the month (or year); -1 is the last.
    pub fn on_nth_weekday(self, ordinal: i16, weekday: Weekday) -> Self {
        self.on_weekdays([NthWeekday { ordinal: Some(ordinal), weekday }])
    }

    /// BYSETPOS: only these of a period's candidates, 1 to 366 or, from the end, -1 to -366.
    pub fn at_positions(mut self, positions: impl IntoIterator<Item = i16>) -> Self {
        self.rule.positions.extend(positions);
        self
    }

    /// BYHOUR: at (below a day: only in) these hours, 0 to 23.
    pub fn at_hours(mut self, hours: impl IntoIterator<Item = i16>) -> Self {
        self.rule.hours.extend(hours);
        self
    }

    /// BYMINUTE: at (below a day: only in) these minutes, 0 to 59.
    pub fn at_minutes(mut self, minutes: impl IntoIterator<Item = i16>) -> Self {
        self.rule.minutes.extend(minutes);
        self
    }

    /// BYSECOND: at (below a day: only in) these seconds, 0 to 59.
    pub fn at_seconds(mut self, seconds: impl IntoIterator<Item = i16>) -> Self {
        self.rule.seconds.extend(seconds);
        self
    }

    /// WKST: the day on which a week begins.
    pub fn week_start(mut self, weekday: Weekday) -> Self {
        self.rule.week_start = weekday;
        self
    }

    /// COUNT: ends after so many occurrences, 1 to 10,000. Takes the place of an earlier end.
    pub fn count(mut self, count: u32) -> Self {
        self.rule.ends = Ends::Count(count);
        self
    }

    /// UNTIL: ends there, inclusive. Takes the place of an earlier end.
    pub fn until(mut self, until: Until) -> Self {
        self.rule.ends = Ends::Until(until);
        self
    }

    /// The rule, checked and in canonical order.
    ///
    /// # Errors
    /// What [`RuleError`] lists, except what only a text can get wrong.
    pub fn build(self) -> Result<Rule, RuleError> {
        self.rule.checked()
    }
}
