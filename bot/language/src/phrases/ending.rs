//! How a recurrence ends.

use domain::recurrence::Until;
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::plan::Plan;
use crate::calendar::{plus, plus_days};
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::reading::When;
use crate::repeats::{Ending, Pattern};

impl Plan {
    /// How it ends.
    pub(super) fn ending(
        &self,
        first: When,
        pattern: &Pattern,
        times: &[Time],
        present: &Present<'_>,
    ) -> Result<Ending, ErrorCode> {
        if let Some(count) = self.count {
            return Ok(Ending::Count(count));
        }
        if let Some(length) = self.length {
            let span = length.span().ok_or(ErrorCode::TooFar)?;
            let by_day = !pattern.cycle.below_a_day() && length.is_calendar();
            let whole_days = by_day && self.is_earliest(first, times, present);
            return before(first, span, whole_days, present);
        }
        if let (Some(clock), When::At(_)) = (self.until_clock, first) {
            return self.until_instant(first, clock.time(None), present);
        }
        // Of days without a time only the day of an end counts; the day of a time alone is the first.
        let last = match (self.until, self.until_clock) {
            (Some(day), _) => day.date,
            (None, Some(_)) => self.first_day(first, present),
            (None, None) => return Ok(Ending::Never),
        };
        match last < self.first_day(first, present) {
            true => Err(ErrorCode::InvalidRecurrence),
            false => Ok(Ending::Until(Until::Day(last))),
        }
    }

    /// Whether the first is the earliest of a day's times.
    fn is_earliest(&self, first: When, times: &[Time], present: &Present<'_>) -> bool {
        match (first, times) {
            (When::At(at), [earliest, _, ..]) => present.settings.zone.to_datetime(at).time() == *earliest,
            _ => true,
        }
    }

    fn first_day(&self, first: When, present: &Present<'_>) -> Date {
        match first {
            When::Day(date) => date,
            When::At(at) => present.settings.zone.to_datetime(at).date(),
        }
    }

    /// Through a time of day: on the day said, else the first that comes.
    fn until_instant(&self, first: When, time: Time, present: &Present<'_>) -> Result<Ending, ErrorCode> {
        let day = self.first_day(first, present);
        let date = self.until.map_or(day, |until| until.date);
        let mut at = present.instant(date, time, self.until_zone.as_ref())?;
        let begin = match first {
            When::At(at) => at,
            When::Day(day) => present.instant(day, Time::midnight(), None)?,
        };
        if at < begin && self.until.is_none() {
            at = present.instant(plus_days(date, 1), time, None)?;
        }
        match at < begin {
            true => Err(ErrorCode::InvalidRecurrence),
            false => Ok(Ending::Until(Until::Utc(at))),
        }
    }
}

/// Everything before the first and this length. What begins with the earliest time of its day ends with a whole day.
fn before(first: When, span: jiff::Span, whole_days: bool, present: &Present<'_>) -> Result<Ending, ErrorCode> {
    let beyond = |_| ErrorCode::TooFar;
    let last_day = |date| Some(Until::Day(plus_days(plus(date, span)?, -1)));
    let until = match first {
        When::Day(date) => last_day(date).ok_or(ErrorCode::TooFar)?,
        When::At(at) if whole_days => {
            last_day(present.settings.zone.to_datetime(at).date()).ok_or(ErrorCode::TooFar)?
        }
        When::At(at) => {
            let zoned = at.to_zoned(present.settings.zone.clone());
            let end = zoned.checked_add(span).map_err(beyond)?.timestamp();
            Until::Utc(end.checked_sub(1.second()).map_err(beyond)?)
        }
    };
    Ok(Ending::Until(until))
}
