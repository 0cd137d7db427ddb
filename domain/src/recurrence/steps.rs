//! Walking a schedule forward, within its end and a budget.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::budget::Budget;
use super::end::End;
use super::schedule::{Grid, Occurrence, Schedule, walls_around};
use super::{TooSparse, calendar, elapsed};

/// The occurrences ahead of a place in a schedule.
#[derive(Clone, Debug)]
pub(super) struct Ahead<'a> {
    schedule: &'a Schedule,
    walk: Walk<'a>,
    end: End,
    budget: Budget,
}

#[derive(Clone, Debug)]
enum Walk<'a> {
    Calendar(calendar::Ascending<'a>),
    Elapsed(elapsed::Ascending<'a>),
}

impl<'a> Ahead<'a> {
    /// From `wall` on, or a little before it: the caller looks for what it wants.
    pub(super) fn from_wall(schedule: &'a Schedule, wall: DateTime, budget: Budget) -> Self {
        let walk = match &schedule.grid {
            Grid::Calendar(calendar) => Walk::Calendar(calendar.upward(wall)),
            Grid::Elapsed(elapsed) => {
                let at = schedule.zone.to_ambiguous_timestamp(wall).earlier();
                Walk::Elapsed(elapsed.upward(at.unwrap_or(Timestamp::MIN)))
            }
        };
        Self { schedule, walk, end: schedule.end, budget }
    }

    /// From `at` on, or a little before it: the caller looks for what it wants.
    pub(super) fn from_instant(schedule: &'a Schedule, at: Timestamp, budget: Budget) -> Self {
        let walk = match &schedule.grid {
            Grid::Calendar(calendar) => Walk::Calendar(calendar.upward(walls_around(at, &schedule.zone).0)),
            Grid::Elapsed(elapsed) => Walk::Elapsed(elapsed.upward(at)),
        };
        Self { schedule, walk, end: schedule.end, budget }
    }

    /// No further than this instant.
    pub(super) fn by(self, at: Timestamp) -> Self {
        Self { end: self.schedule.end.narrowed(at, &self.schedule.zone), ..self }
    }

    /// The first one, from here on, that is `wanted`.
    pub(super) fn find(&mut self, wanted: impl Fn(&Occurrence) -> bool) -> Result<Option<Occurrence>, TooSparse> {
        while let Some(next) = self.next()? {
            if wanted(&next) {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    /// The next one; `None` past the end.
    pub(super) fn next(&mut self) -> Result<Option<Occurrence>, TooSparse> {
        match &mut self.walk {
            Walk::Calendar(walk) => {
                while let Some(wall) = walk.next(&mut self.budget)? {
                    if wall > self.end.wall {
                        return self.end.pass().map(|()| None);
                    }
                    match self.schedule.on_the_wall(wall) {
                        Some(next) if next.at <= self.end.at => return Ok(Some(next)),
                        _ => {}
                    }
                }
                Ok(None)
            }
            Walk::Elapsed(walk) => match walk.next(&mut self.budget)? {
                Some(at) if at > self.end.at => self.end.pass().map(|()| None),
                next => Ok(next.map(|at| self.schedule.in_time(at))),
            },
        }
    }
}
