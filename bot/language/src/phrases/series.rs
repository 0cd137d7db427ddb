//! When a recurrence comes first, and its rule.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use super::Timing;
use super::plan::Plan;
use crate::calendar::plus_days;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::reading::{Repeat, RepeatFrom, When};
use crate::repeats::{Cycle, Days, Pattern, Repeats, rule};

/// A rule of the domain counts no more periods between two occurrences,
const LONGEST_INTERVAL: u32 = 1_000_000;

/// and no more occurrences.
const MOST_TIMES: u32 = 10_000;

/// Of the hours of a day no more are listed.
const MOST_A_DAY: usize = 12;

impl Plan {
    /// The first occurrence and the rule.
    pub(super) fn series(&self, repeats: &Repeats, present: &Present<'_>) -> Result<Timing, ErrorCode> {
        let pattern = repeats.pattern.as_ref().map_err(|code| *code)?;
        self.within_limits(pattern, present)?;
        if [self.start, self.day].into_iter().flatten().any(|day| day.date < present.today) {
            return Err(ErrorCode::PastDate);
        }
        let (pattern, times) = match self.within_hours(pattern) {
            Some((daily, times)) => (daily, times),
            None => (pattern.clone(), self.times(repeats)),
        };
        let pattern = &pattern;
        let (when, start) = match pattern.cycle.below_a_day() {
            true => (When::At(self.first_elapsed(pattern, &times, present)?), None),
            false => self.first(pattern, &times, present)?,
        };
        let ending = self.ending(when, pattern, &times, present)?;
        let (date, named) = match when {
            When::Day(date) => (date, &[][..]),
            When::At(_) if pattern.cycle.below_a_day() => (present.today, &[][..]),
            When::At(at) => (present.settings.zone.to_datetime(at).date(), &times[..]),
        };
        let from = match repeats.completion || self.completion {
            true => RepeatFrom::Completion,
            false => RepeatFrom::Schedule,
        };
        let rule = rule(pattern, date, named, ending)?;
        Ok(Timing { when, repeat: Some(Repeat { rule, start, from }) })
    }

    /// `every hour from 9am to 5pm`: every day, at each of those hours.
    fn within_hours(&self, pattern: &Pattern) -> Option<(Pattern, Vec<Time>)> {
        let (begin, end) = (self.clocks.first()?.time(self.part), self.range_end?.time(self.part));
        let step = pattern.cycle.span(pattern.interval).filter(|_| pattern.cycle.below_a_day())?;
        let later = |time: &Time| time.checked_add(step).ok().filter(|next| *next > *time);
        let times: Vec<Time> =
            std::iter::successors(Some(begin), later).take_while(|time| *time <= end).take(MOST_A_DAY + 1).collect();
        (2..=MOST_A_DAY).contains(&times.len()).then(|| (Pattern::every(Cycle::Days, 1), times))
    }

    /// Whether the pattern and its count are within what can be planned.
    fn within_limits(&self, pattern: &Pattern, present: &Present<'_>) -> Result<(), ErrorCode> {
        if pattern.interval == 0 || self.count == Some(0) {
            return Err(ErrorCode::InvalidRecurrence);
        }
        if self.count.is_some_and(|count| count > MOST_TIMES) {
            return Err(ErrorCode::TooManyTimes);
        }
        let span = pattern.cycle.span(pattern.interval).filter(|_| pattern.interval <= LONGEST_INTERVAL);
        let next = span.and_then(|span| present.after(span).ok());
        next.map(|_| ()).ok_or(ErrorCode::TooRare)
    }

    /// The times of day, in order.
    fn times(&self, repeats: &Repeats) -> Vec<Time> {
        let part = self.part.or(repeats.part);
        let mut times: Vec<Time> = self.clocks.iter().map(|clock| clock.time(part)).collect();
        if times.is_empty() {
            let named = repeats.clock.map(|clock| clock.time(part));
            times.extend(named.or(part.map(|part| part.time())));
        }
        times.sort_unstable();
        times.dedup();
        times
    }

    /// The first day of the pattern from its start or today on, whose time has not gone by; and that day and time
    /// as they were said, if in the speaker's own zone.
    fn first(
        &self,
        pattern: &Pattern,
        times: &[Time],
        present: &Present<'_>,
    ) -> Result<(When, Option<DateTime>), ErrorCode> {
        let start = self.start.or(self.day);
        // A date said beside a bare period is its first day, this year or next.
        let stated = start.filter(|_| pattern.days == Days::Start);
        let stated = stated.into_iter().flat_map(|day| [Some(day.date), day.later]);
        let from = start.map_or(present.today, |day| day.date);
        for date in stated.flatten().chain(pattern.from(from)) {
            if times.is_empty() {
                return Ok((When::Day(date), None));
            }
            for time in times {
                let at = present.instant(date, *time, self.zone.as_ref())?;
                if at > present.now {
                    let said = self.zone.is_none().then(|| date.to_datetime(*time));
                    return Ok((When::At(at), said));
                }
            }
        }
        Err(ErrorCode::InvalidRecurrence)
    }

    /// The first instant of a recurrence below a day: at the stated time, else one interval ahead.
    fn first_elapsed(&self, pattern: &Pattern, times: &[Time], present: &Present<'_>) -> Result<Timestamp, ErrorCode> {
        let start = self.start.or(self.day);
        if start.is_none() && times.is_empty() {
            let span = pattern.cycle.span(pattern.interval).ok_or(ErrorCode::TooRare)?;
            return present.after(span);
        }
        let date = start.map_or(present.today, |day| day.date);
        let default = [present.settings.default_time];
        let times = if times.is_empty() { &default[..] } else { times };
        let days = [date, plus_days(date, 1)];
        let all = days.iter().flat_map(|day| times.iter().map(move |time| (*day, *time)));
        for (day, time) in all {
            let at = present.instant(day, time, self.zone.as_ref())?;
            if at > present.now {
                return Ok(at);
            }
        }
        Err(ErrorCode::PastDate)
    }
}
