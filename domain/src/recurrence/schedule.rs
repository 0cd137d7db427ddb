//! A rule in time: start, zone, and the questions asked of it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::budget::Budget;
use super::calendar::Calendar;
use super::check::whole_seconds;
use super::elapsed::Elapsed;
use super::end::End;
use super::steps::Ahead;
use super::{Occurrences, Rule, TooSparse};

/// Where a schedule begins (DTSTART), as wall time in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// Its occurrences are days without a time: BYHOUR, BYMINUTE and BYSECOND say nothing then.
    Day(Date),
    /// Its occurrences have a time of day. Fractions of a second are cut off.
    At(DateTime),
}

/// One time that a schedule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Occurrence {
    /// What the clock on the wall is meant to show; for [`Start::Day`] midnight. From a day up it
    /// is the time that the rule names, even where a clock change leaves it out.
    pub wall: DateTime,
    /// When that is; for [`Start::Day`] the beginning of the day.
    pub at: Timestamp,
}

/// A rule with its start and zone: the sequence of its occurrences.
///
/// From a day up they stand in the order of their wall times. When a clock jumps over several of
/// them (02:30 comes as 03:30, 03:00 as itself), their instants are not in that order; so step from
/// one to the next with [`following`](Self::following), which leaves out none.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) grid: Grid,
    pub(super) zone: TimeZone,
    pub(super) end: End,
    start: DateTime,
}

/// Which of the two ways the sequence runs.
#[derive(Clone, Debug)]
pub(super) enum Grid {
    Calendar(Calendar),
    Elapsed(Elapsed),
}

impl Schedule {
    /// The rule from this start in this zone.
    pub fn new(rule: Rule, start: Start, zone: TimeZone) -> Self {
        let (wall, whole_days) = match start {
            Start::Day(day) => (day.to_datetime(Time::midnight()), true),
            Start::At(wall) => (whole_seconds(wall), false),
        };
        let origin = zone.to_timestamp(wall).unwrap_or(Timestamp::MAX);
        Self::build(rule, wall, origin, whole_days, zone)
    }

    /// The rule from this instant in this zone. Below a day it tells apart the two 01:00s of a
    /// night on which clocks go back, as [`Start::At`] cannot.
    pub fn starting_at(rule: Rule, start: Timestamp, zone: TimeZone) -> Self {
        let wall = whole_seconds(zone.to_datetime(start));
        Self::build(rule, wall, start, false, zone)
    }

    fn build(rule: Rule, start: DateTime, origin: Timestamp, days: bool, zone: TimeZone) -> Self {
        let ends = rule.ends;
        let grid = match rule.below_a_day() {
            true => Grid::Elapsed(Elapsed::new(rule, origin, zone.clone())),
            false => Grid::Calendar(Calendar::new(rule, start, days)),
        };
        let end = End::new(ends, &grid, start, days, &zone);
        Self { grid, zone, end, start }
    }

    /// All occurrences from the start, until the rule ends or too many candidates were examined.
    pub fn occurrences(&self) -> Occurrences<'_> {
        Occurrences::new(Ahead::from_wall(self, self.start, Budget::iteration()))
    }

    /// The first occurrence whose wall time is `wall` or later; `None` if the rule ends before.
    ///
    /// # Errors
    /// [`TooSparse`] if none is found among the candidates that a query examines.
    pub fn first_from(&self, wall: DateTime) -> Result<Option<Occurrence>, TooSparse> {
        Ahead::from_wall(self, wall, Budget::query()).find(|next| next.wall >= wall)
    }

    /// The first occurrence whose instant is later than `at`; `None` if the rule ends before.
    ///
    /// # Errors
    /// [`TooSparse`] if none is found among the candidates that a query examines.
    pub fn next_after(&self, at: Timestamp) -> Result<Option<Occurrence>, TooSparse> {
        Ahead::from_instant(self, at, Budget::query()).find(|next| next.at > at)
    }

    /// The occurrence that stands behind `occurrence` in the sequence; `None` if that was the last.
    ///
    /// # Errors
    /// [`TooSparse`] if none is found among the candidates that a query examines.
    pub fn following(&self, occurrence: &Occurrence) -> Result<Option<Occurrence>, TooSparse> {
        match self.grid {
            Grid::Elapsed(_) => self.next_after(occurrence.at),
            Grid::Calendar(_) => {
                Ahead::from_wall(self, occurrence.wall, Budget::query()).find(|next| next.wall > occurrence.wall)
            }
        }
    }

    /// The last occurrence, in the order of the sequence, whose instant is `now` or earlier.
    ///
    /// # Errors
    /// [`TooSparse`] if none is found among the candidates that a query examines.
    pub fn latest_until(&self, now: Timestamp) -> Result<Option<Occurrence>, TooSparse> {
        let mut budget = Budget::query();
        let end = self.end.narrowed(now, &self.zone);
        end.pass()?;
        match &self.grid {
            Grid::Calendar(calendar) => {
                let mut walk = calendar.downward(end.wall);
                while let Some(wall) = walk.next(&mut budget)? {
                    match self.on_the_wall(wall) {
                        Some(found) if found.at <= end.at => return Ok(Some(found)),
                        _ => {}
                    }
                }
                Ok(None)
            }
            Grid::Elapsed(elapsed) => Ok(elapsed.downward(end.at).next(&mut budget)?.map(|at| self.in_time(at))),
        }
    }

    /// The first `limit` occurrences later than `after` and no later than `until`.
    ///
    /// # Errors
    /// [`TooSparse`] if the candidates that an iteration examines do not reach so far.
    pub fn between(&self, after: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<Occurrence>, TooSparse> {
        let mut found = Vec::new();
        let mut ahead = Ahead::from_instant(self, after, Budget::iteration()).by(until);
        while found.len() < limit
            && let Some(next) = ahead.find(|next| next.at > after)?
        {
            found.push(next);
        }
        Ok(found)
    }

    /// The wall time that the rule names, at its instant; `None` at the edges of the calendar.
    pub(super) fn on_the_wall(&self, wall: DateTime) -> Option<Occurrence> {
        Some(Occurrence { wall, at: self.zone.to_timestamp(wall).ok()? })
    }

    /// The instant, with what the clock on the wall shows then.
    pub(super) fn in_time(&self, at: Timestamp) -> Occurrence {
        Occurrence { wall: self.zone.to_datetime(at), at }
    }
}

/// Wall times between which all those lie whose instants are around `at`. Where a change of clocks
/// was less than 26 h ago (whole days have been left out), a wall time before it may come after it.
pub(super) fn walls_around(at: Timestamp, zone: &TimeZone) -> (DateTime, DateTime) {
    let before = at.checked_sub(SignedDuration::from_hours(26)).unwrap_or(Timestamp::MIN);
    let walls = [zone.to_offset(at), zone.to_offset(before)].map(|offset| offset.to_datetime(at));
    (walls[0].min(walls[1]), walls[0].max(walls[1]))
}
