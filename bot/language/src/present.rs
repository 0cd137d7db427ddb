//! The moment of a reading, with what every rule asks of it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::calendar::LAST_DAY;
use crate::context::{Context, Settings};
use crate::misread::ErrorCode;

/// The moment of a reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Present<'c> {
    /// When it was typed, to the second.
    pub(crate) now: Timestamp,
    /// Today, for the speaker.
    pub(crate) today: Date,
    /// How the speaker wants to be read.
    pub(crate) settings: &'c Settings,
}

impl<'c> Present<'c> {
    pub(crate) fn of(context: &'c Context) -> Self {
        let second = context.now.as_second();
        let now = Timestamp::from_second(second).unwrap_or(context.now);
        Self { now, today: context.settings.zone.to_datetime(now).date(), settings: &context.settings }
    }

    /// The instant of a wall time: a gap takes the offset from before it, an overlap its first
    /// reading. A stated zone goes before the speaker's.
    pub(crate) fn instant(&self, date: Date, time: Time, stated: Option<&TimeZone>) -> Result<Timestamp, ErrorCode> {
        let wall = date.to_datetime(time);
        let zone = stated.unwrap_or(&self.settings.zone);
        zone_instant(zone, wall).map_err(|_| ErrorCode::InvalidDate)
    }

    /// The instant that lies this much ahead: days and months on the calendar, the rest elapsed.
    pub(crate) fn after(&self, span: Span) -> Result<Timestamp, ErrorCode> {
        let zoned = self.now.to_zoned(self.settings.zone.clone());
        let then = zoned.checked_add(span).map_err(|_| ErrorCode::TooFar)?;
        within_reach(then.date())?;
        Ok(then.timestamp())
    }

    /// The instant, if it can be planned for.
    pub(crate) fn reachable(&self, at: Timestamp) -> Result<Timestamp, ErrorCode> {
        within_reach(self.settings.zone.to_datetime(at).date()).map(|_| at)
    }
}

/// The day, if it can be planned for.
pub(crate) fn within_reach(date: Date) -> Result<Date, ErrorCode> {
    if date > LAST_DAY { Err(ErrorCode::TooFar) } else { Ok(date) }
}

fn zone_instant(zone: &TimeZone, wall: DateTime) -> Result<Timestamp, jiff::Error> {
    zone.to_ambiguous_timestamp(wall).compatible()
}
