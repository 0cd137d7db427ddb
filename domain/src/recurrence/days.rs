//! The days that one period of a rule offers.

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};

use super::{Frequency, Rule};

const DAY: i64 = 86_400;

/// What a month costs to look through, in candidates: its days are cheap ones.
const MONTH: u32 = 8;

/// Days since 1970-01-01.
pub(super) fn number_of(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs().div_euclid(DAY)
}

/// The day with this number, if it lies within the calendar (years -9999 to 9999).
pub(super) fn day_of(number: i64) -> Option<Date> {
    let since = SignedDuration::from_secs(number.checked_mul(DAY)?);
    Date::constant(1970, 1, 1).checked_add(since).ok()
}

/// A day's place within the span that ordinals count in: a month or a year.
struct Place {
    /// Days before it in the span.
    before: i16,
    /// Days after it in the span.
    after: i16,
}

impl Rule {
    /// The number of the period that holds the day, counted from the start's period, which is 0.
    /// A day between two periods (INTERVAL) belongs to the one before.
    pub(super) fn period_of(&self, day: Date, start: Date) -> i64 {
        let since = match self.frequency {
            Frequency::Weekly => (self.week_of(day) - self.week_of(start)) / 7,
            Frequency::Monthly => months(day) - months(start),
            Frequency::Yearly => i64::from(day.year()) - i64::from(start.year()),
            _ => number_of(day) - number_of(start),
        };
        since.div_euclid(i64::from(self.interval))
    }

    /// The days of a period, ascending, with how many were looked at. `None` after the calendar.
    pub(super) fn days(&self, period: i64, start: Date) -> Option<(Vec<Date>, u32)> {
        let offset = period.checked_mul(i64::from(self.interval))?;
        match self.frequency {
            Frequency::Weekly => self.week(self.week_of(start).checked_add(offset.checked_mul(7)?)?, start),
            Frequency::Monthly => {
                let month = months(start).checked_add(offset)?;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                self.in_month(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, start)
            }
            Frequency::Yearly => {
                let year = i64::from(start.year()).checked_add(offset)?;
                self.year(i16::try_from(year).ok()?, start)
            }
            _ => {
                let day = day_of(number_of(start).checked_add(offset)?)?;
                Some((Vec::from_iter(self.allows_day(day).then_some(day)), 1))
            }
        }
    }

    /// Whether a day passes the parts that filter by day, ordinals apart.
    pub(super) fn allows_day(&self, day: Date) -> bool {
        let by_month_day = || self.has_month_day(day.day(), day.days_in_month());
        self.has_month(day.month()) && by_month_day() && self.has_weekday(day.weekday(), None)
    }

    /// Whether BYMONTH lets the month pass.
    pub(super) fn has_month(&self, month: i8) -> bool {
        self.months.is_empty() || self.months.contains(&i16::from(month))
    }

    fn has_month_day(&self, day: i8, length: i8) -> bool {
        let (day, length) = (i16::from(day), i16::from(length));
        let picks = |pick: &i16| *pick == day || *pick == day - length - 1;
        self.month_days.is_empty() || self.month_days.iter().any(picks)
    }

    fn has_weekday(&self, weekday: Weekday, place: Option<&Place>) -> bool {
        let counts = |ordinal: i16| {
            place.is_some_and(|place| ordinal == place.before / 7 + 1 || ordinal == -(place.after / 7 + 1))
        };
        self.weekdays.is_empty()
            || self.weekdays.iter().any(|pick| pick.weekday == weekday && pick.ordinal.is_none_or(counts))
    }

    /// The number of the first day of the day's week.
    fn week_of(&self, day: Date) -> i64 {
        number_of(day) - i64::from(day.weekday().since(self.week_start))
    }

    fn week(&self, first: i64, start: Date) -> Option<(Vec<Date>, u32)> {
        day_of(first)?;
        let weekday = |day: Date| !self.weekdays.is_empty() || day.weekday() == start.weekday();
        let days = (first..first.checked_add(7)?).filter_map(day_of);
        Some((days.filter(|day| weekday(*day) && self.allows_day(*day)).collect(), 7))
    }

    fn in_month(&self, year: i16, month: i8, start: Date) -> Option<(Vec<Date>, u32)> {
        let first = Date::new(year, month, 1).ok()?;
        if !self.has_month(month) {
            return Some((Vec::new(), 1));
        }
        let mut days = Vec::new();
        self.month(first, start, false, &mut days);
        Some((days, MONTH))
    }

    /// Without BYMONTH the days are picked from the whole year, and by the start's month if nothing
    /// else picks them.
    fn year(&self, year: i16, start: Date) -> Option<(Vec<Date>, u32)> {
        let picked = !(self.month_days.is_empty() && self.weekdays.is_empty());
        let mut days = Vec::new();
        let mut examined = 0;
        for month in 1..=12 {
            let whole_year = self.months.is_empty();
            if !self.has_month(month) || (whole_year && !picked && month != start.month()) {
                continue;
            }
            self.month(Date::new(year, month, 1).ok()?, start, whole_year, &mut days);
            examined += MONTH;
        }
        Some((days, examined))
    }

    /// Adds the days of the month that begins at `first`.
    fn month(&self, first: Date, start: Date, ordinals_by_year: bool, days: &mut Vec<Date>) {
        let length = first.days_in_month();
        let by_start = self.month_days.is_empty() && self.weekdays.is_empty();
        let (skipped, span) = match ordinals_by_year {
            true => (first.day_of_year() - 1, first.days_in_year()),
            false => (0, i16::from(length)),
        };
        let mut weekday = first.weekday();
        for day in 1..=length {
            let before = skipped + i16::from(day) - 1;
            let after = span - 1 - before;
            let picked = match by_start {
                true => day == start.day(),
                false => self.has_month_day(day, length) && self.has_weekday(weekday, Some(&Place { before, after })),
            };
            if picked {
                days.extend(Date::new(first.year(), first.month(), day));
            }
            weekday = weekday.next();
        }
    }
}

/// Months since year 0.
fn months(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}
