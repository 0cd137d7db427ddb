//! The rule: what it holds.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::parts::Ends;
use super::{Frequency, NthWeekday, RuleBuilder, RuleError, Until};

/// An RFC 5545 recurrence rule (an RRULE value without `RRULE:`), checked and bounded.
///
/// Made by [`Rule::every`] or from text; either way the lists are sorted and hold nothing twice, so
/// that equal rules are equal values. `Display` and serde write the canonical text.
///
/// ```
/// use taskbot_domain::recurrence::{Frequency, Rule};
/// let rule: Rule = "rrule:freq=weekly;interval=2;byday=fr,mo".parse()?;
/// assert_eq!(rule.to_string(), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR");
/// assert_eq!(rule.frequency(), Frequency::Weekly);
/// # Ok::<(), taskbot_domain::recurrence::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    pub(super) ends: Ends,
    pub(super) months: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) weekdays: Vec<NthWeekday>,
    pub(super) hours: Vec<i16>,
    pub(super) minutes: Vec<i16>,
    pub(super) seconds: Vec<i16>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
}

impl Rule {
    /// Begins a rule: every `interval` periods, 1 to 1,000,000.
    pub fn every(frequency: Frequency, interval: u32) -> RuleBuilder {
        RuleBuilder::new(frequency, interval)
    }

    /// How long a period is.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// Whether the rule runs on elapsed time (hours, minutes) and not on wall time.
    pub fn below_a_day(&self) -> bool {
        self.frequency < Frequency::Daily
    }

    /// Whether UNTIL lies before a first time on this day, at this instant.
    pub fn ends_before(&self, day: Date, at: Timestamp) -> bool {
        match self.ends {
            Ends::Until(Until::Day(last)) => last < day,
            Ends::Until(Until::Wall(last)) => last.date() < day,
            Ends::Until(Until::Utc(last)) => last < at,
            Ends::Never | Ends::Count(_) => false,
        }
    }

    /// Every how many periods, 1 to 1,000,000.
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// After how many occurrences, counted from the start, the rule ends.
    pub fn count(&self) -> Option<u32> {
        match self.ends {
            Ends::Count(count) => Some(count),
            _ => None,
        }
    }

    /// Through when the rule goes.
    pub fn until(&self) -> Option<Until> {
        match self.ends {
            Ends::Until(until) => Some(until),
            _ => None,
        }
    }

    /// The same rule, ending after `count` occurrences instead of as before.
    ///
    /// # Errors
    /// [`RuleError::OutOfRange`] outside 1 to 10,000.
    pub fn with_count(self, count: u32) -> Result<Self, RuleError> {
        RuleBuilder::from(self).count(count).build()
    }

    /// The same rule, going through `until` instead of ending as before.
    ///
    /// # Errors
    /// [`RuleError::OutOfRange`] outside the years 1 to 9999.
    pub fn with_until(self, until: Until) -> Result<Self, RuleError> {
        RuleBuilder::from(self).until(until).build()
    }

    /// The same rule without an end.
    pub fn without_end(self) -> Self {
        Self { ends: Ends::Never, ..self }
    }
}

/// What the rule picks; empty where it leaves the choice to the start.
impl Rule {
    /// BYMONTH: 1 to 12, ascending.
    pub fn months(&self) -> &[i16] {
        &self.months
    }

    /// BYMONTHDAY: 1 to 31 ascending, then -31 to -1 (-1 is the last day).
    pub fn month_days(&self) -> &[i16] {
        &self.month_days
    }

    /// BYDAY, from Monday.
    pub fn weekdays(&self) -> &[NthWeekday] {
        &self.weekdays
    }

    /// BYHOUR: 0 to 23, ascending.
    pub fn hours(&self) -> &[i16] {
        &self.hours
    }

    /// BYMINUTE: 0 to 59, ascending.
    pub fn minutes(&self) -> &[i16] {
        &self.minutes
    }

    /// BYSECOND: 0 to 59, ascending.
    pub fn seconds(&self) -> &[i16] {
        &self.seconds
    }

    /// BYSETPOS: which of a period's candidates count; 1 is the first, -1 the last.
    pub fn positions(&self) -> &[i16] {
        &self.positions
    }

    /// WKST: the day on which a week begins, Monday by default.
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }
}
