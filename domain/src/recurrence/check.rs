//! What makes a rule valid, and its canonical order.

use std::ops::RangeInclusive;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::parts::Ends;
use super::{Frequency, NthWeekday, Rule, RuleError, Until};

/// Two years of minutes, 2,700 of days; keeps all arithmetic far from overflow.
const INTERVALS: RangeInclusive<u32> = 1..=1_000_000;

/// Counting to the end of a rule stays within milliseconds.
const COUNTS: RangeInclusive<u32> = 1..=10_000;

/// A rule with more times a day than minutes is one below a minute in disguise.
const TIMES_A_DAY: usize = 1440;

impl Rule {
    /// The rule in canonical order, if it is valid.
    pub(super) fn checked(mut self) -> Result<Self, RuleError> {
        self.tidy();
        self.check_interval()?;
        self.check_lists()?;
        self.check_weekdays()?;
        self.check_positions()?;
        self.check_times()?;
        self.ends = self.ends.checked()?;
        Ok(self)
    }

    fn tidy(&mut self) {
        let lists = [
            &mut self.months,
            &mut self.month_days,
            &mut self.hours,
            &mut self.minutes,
            &mut self.seconds,
            &mut self.positions,
        ];
        for list in lists {
            list.sort_unstable_by_key(|value| (*value < 0, *value));
            list.dedup();
        }
        self.weekdays.sort_unstable_by_key(NthWeekday::order);
        self.weekdays.dedup();
    }

    fn check_interval(&self) -> Result<(), RuleError> {
        if INTERVALS.contains(&self.interval) {
            return Ok(());
        }
        Err(out_of_range("INTERVAL", self.interval, "1 to 1000000"))
    }

    fn check_lists(&self) -> Result<(), RuleError> {
        within("BYMONTH", &self.months, 1..=12, "1 to 12")?;
        either_end("BYMONTHDAY", &self.month_days, 31, "1 to 31 or -31 to -1")?;
        either_end("BYSETPOS", &self.positions, 366, "1 to 366 or -366 to -1")?;
        within("BYHOUR", &self.hours, 0..=23, "0 to 23")?;
        within("BYMINUTE", &self.minutes, 0..=59, "0 to 59")?;
        within("BYSECOND", &self.seconds, 0..=59, "0 to 59")
    }

    fn check_weekdays(&self) -> Result<(), RuleError> {
        let ordinals: Vec<i16> = self.weekdays.iter().filter_map(|day| day.ordinal).collect();
        if !ordinals.is_empty() && self.frequency < Frequency::Monthly {
            return Err(RuleError::NumberedWeekday);
        }
        if self.frequency == Frequency::Weekly && !self.month_days.is_empty() {
            return Err(RuleError::MonthDayInWeek);
        }
        let of_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        match of_month {
            true => either_end("BYDAY", &ordinals, 5, "1 to 5 or -5 to -1 before the weekday"),
            false => either_end("BYDAY", &ordinals, 53, "1 to 53 or -53 to -1 before the weekday"),
        }
    }

    fn check_positions(&self) -> Result<(), RuleError> {
        if self.positions.is_empty() {
            return Ok(());
        }
        if self.below_a_day() {
            return Err(RuleError::PositionBelowADay);
        }
        let numbers = [&self.months, &self.month_days, &self.hours, &self.minutes, &self.seconds];
        if self.weekdays.is_empty() && numbers.iter().all(|list| list.is_empty()) {
            return Err(RuleError::PositionAlone);
        }
        Ok(())
    }

    fn check_times(&self) -> Result<(), RuleError> {
        let lists = [&self.hours, &self.minutes, &self.seconds];
        let times = lists.iter().map(|list| list.len().max(1)).product();
        if times > TIMES_A_DAY && !self.below_a_day() {
            return Err(RuleError::TooManyTimes(times));
        }
        Ok(())
    }
}

impl NthWeekday {
    /// Monday first, each weekday's plain form first, then as BYMONTHDAY is ordered.
    fn order(&self) -> (i8, bool, i16) {
        let ordinal = self.ordinal.unwrap_or(0);
        (self.weekday.to_monday_zero_offset(), ordinal < 0, ordinal)
    }
}

impl Ends {
    /// Cut to whole seconds, as the text has no finer ones.
    fn checked(self) -> Result<Self, RuleError> {
        match self {
            Self::Count(count) if !COUNTS.contains(&count) => Err(out_of_range("COUNT", count, "1 to 10000")),
            Self::Until(until) => Ok(Self::Until(until.checked()?)),
            other => Ok(other),
        }
    }
}

impl Until {
    fn checked(self) -> Result<Self, RuleError> {
        let (year, cut) = match self {
            Self::Day(date) => (date.year(), self),
            Self::Wall(wall) => (wall.year(), Self::Wall(whole_seconds(wall))),
            Self::Utc(at) => {
                let wall = TimeZone::UTC.to_datetime(at);
                let whole = TimeZone::UTC.to_timestamp(whole_seconds(wall)).unwrap_or(at);
                (wall.year(), Self::Utc(whole))
            }
        };
        if year < 1 {
            return Err(out_of_range("UNTIL", year, "a year from 1 to 9999"));
        }
        Ok(cut)
    }
}

/// The wall time without its fraction of a second.
pub(super) fn whole_seconds(wall: DateTime) -> DateTime {
    let time = wall.time();
    let cut = Time::new(time.hour(), time.minute(), time.second(), 0);
    wall.date().to_datetime(cut.unwrap_or(time))
}

fn within(
    part: &'static str,
    values: &[i16],
    range: RangeInclusive<i16>,
    allowed: &'static str,
) -> Result<(), RuleError> {
    match values.iter().find(|value| !range.contains(value)) {
        Some(value) => Err(out_of_range(part, value, allowed)),
        None => Ok(()),
    }
}

fn either_end(part: &'static str, values: &[i16], most: u16, allowed: &'static str) -> Result<(), RuleError> {
    match values.iter().find(|value| !(1..=most).contains(&value.unsigned_abs())) {
        Some(value) => Err(out_of_range(part, value, allowed)),
        None => Ok(()),
    }
}

/// A value that its part does not take.
pub(super) fn out_of_range(part: &'static str, value: impl ToString, allowed: &'static str) -> RuleError {
    RuleError::OutOfRange { part, value: value.to_string(), allowed }
}
