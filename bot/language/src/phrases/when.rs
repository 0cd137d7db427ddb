//! When a phrase without a recurrence is.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::plan::Plan;
use crate::calendar::plus_days;
use crate::days::Day;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::reading::When;
use crate::times::{Clock, Reading};
use crate::vocabulary::DayPart;

/// Hours of the night that belong to the day before.
const SMALL_HOURS: i8 = 5;

impl Plan {
    /// When it is. A day or time said outright that has gone by is an error; others roll forward.
    pub(super) fn once(&self, present: &Present<'_>) -> Result<When, ErrorCode> {
        if let Some(at) = self.moment {
            return Ok(When::At(at));
        }
        let day = self.day.or(self.start).or(self.until);
        let clock = self.clocks.last().copied().or(self.until_clock);
        match (day, self.time_of(clock)) {
            (Some(day), None) if day.date < present.today => Err(ErrorCode::PastDate),
            (Some(day), None) => Ok(When::Day(day.date)),
            (Some(day), Some(time)) => self.on_day(day, clock, time, present).map(When::At),
            (None, Some(time)) => {
                let tomorrow = plus_days(present.today, 1);
                let today = Day { is_today: true, ..Day::rolling(present.today, Some(tomorrow)) };
                self.on_day(today, clock, time, present).map(When::At)
            }
            (None, None) => Err(ErrorCode::InvalidDate),
        }
    }

    /// The time that is meant: the clock's, or the part of the day's own.
    pub(super) fn time_of(&self, clock: Option<Clock>) -> Option<Time> {
        match clock {
            Some(clock) => Some(clock.time(self.part)),
            None => self.part.map(DayPart::time),
        }
    }

    /// The instant on the day, or on the later one if that has gone by.
    fn on_day(
        &self,
        day: Day,
        clock: Option<Clock>,
        time: Time,
        present: &Present<'_>,
    ) -> Result<Timestamp, ErrorCode> {
        for date in [Some(day.date), day.later].into_iter().flatten() {
            let date = self.night_after(date, day.is_today, clock, time);
            let at = present.instant(date, time, self.zone.as_ref())?;
            if at > present.now {
                return Ok(at);
            }
        }
        Err(ErrorCode::PastDate)
    }

    /// The day on which the time falls: the coming midnight, and small hours of a night, are the
    /// next day's.
    fn night_after(&self, date: Date, is_today: bool, clock: Option<Clock>, time: Time) -> Date {
        let midnight = clock.is_some_and(|clock| clock.reading == Reading::Midnight);
        let small = self.part == Some(DayPart::Night) && time.hour() < SMALL_HOURS;
        match (midnight && is_today) || (small && !midnight) {
            true => plus_days(date, 1),
            false => date,
        }
    }
}
