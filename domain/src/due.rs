//! When a task is due: a day, or an instant with the wall time and zone that made it.

use jiff::civil::{Date, DateTime, Time, time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::zone::Zone;

/// The second chance of a day that was set after the default time had passed.
const AFTERNOON: Time = time(17, 0, 0, 0);

/// A due day or time. The wall time and the zone are what was meant; `at` is derived from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The local day.
    pub date: Date,
    /// The local time; `None` for a day without a time.
    pub time: Option<Time>,
    /// The zone of both.
    pub zone: Zone,
    /// The instant of the time, or of the start of the day.
    pub at: Timestamp,
}

impl Due {
    /// A day without a time.
    #[must_use]
    pub fn day(date: Date, zone: Zone) -> Self {
        let at = zone.instant(date.to_datetime(Time::midnight()));
        Self { date, time: None, zone, at }
    }

    /// A wall time; in a gap it is moved forward, in an overlap it is the first.
    #[must_use]
    pub fn wall(wall: DateTime, zone: Zone) -> Self {
        let at = zone.instant(wall);
        Self::instant(at, zone)
    }

    /// An instant, seen in a zone.
    #[must_use]
    pub fn instant(at: Timestamp, zone: Zone) -> Self {
        let wall = zone.wall(at);
        Self { date: wall.date(), time: Some(wall.time()), zone, at }
    }

    /// The local date and time; midnight for a day without a time.
    #[must_use]
    pub fn wall_time(&self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }

    /// The instant from which an open task counts as overdue: the time, or the end of the day.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        match self.time {
            Some(_) => self.at,
            None => {
                let tomorrow = self.date.tomorrow().unwrap_or(self.date);
                self.zone.instant(tomorrow.to_datetime(Time::midnight()))
            }
        }
    }

    /// When to remind of it: its time; for a day the person's default time, if that has passed 17:00,
    /// and `None` once that has passed too.
    #[must_use]
    pub fn reminds_at(&self, default_time: Time, now: Timestamp) -> Option<Timestamp> {
        if self.time.is_some() {
            return Some(self.at);
        }
        [default_time, AFTERNOON]
            .into_iter()
            .map(|time| self.zone.instant(self.date.to_datetime(time)))
            .find(|at| *at > now)
    }

    /// The same words in another zone: the wall time stays, the instant moves.
    #[must_use]
    pub fn in_zone(&self, zone: Zone) -> Self {
        match self.time {
            Some(time) => Self::wall(self.date.to_datetime(time), zone),
            None => Self::day(self.date, zone),
        }
    }

    /// Moved by a calendar span (days, weeks, months keep the wall time; hours are elapsed time).
    ///
    /// # Errors
    /// When the result is outside the calendar.
    pub fn shifted(&self, by: jiff::Span) -> Result<Self, jiff::Error> {
        match self.time {
            None if by.get_hours() == 0 && by.get_minutes() == 0 => {
                Ok(Self::day(self.date.checked_add(by)?, self.zone.clone()))
            }
            None => {
                let start = self.date.to_datetime(Time::midnight()).checked_add(9.hours())?;
                Self::wall(start, self.zone.clone()).shifted(by)
            }
            Some(_) => {
                let moved = self.at.to_zoned(self.zone.rules().clone()).checked_add(by)?;
                Ok(Self::instant(moved.timestamp(), self.zone.clone()))
            }
        }
    }
}
