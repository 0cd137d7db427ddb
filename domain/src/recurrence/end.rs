//! Where a schedule ends, worked out once, so that no query has to count.

use jiff::civil::{DateTime, Time, datetime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::budget::Budget;
use super::parts::Ends;
use super::schedule::{Grid, walls_around};
use super::{TooSparse, Until};

/// The last wall time that is an instant in every zone.
const HORIZON: DateTime = datetime(9999, 12, 29, 23, 59, 59, 0);

/// The last wall time and the last instant at which an occurrence may be, both inclusive. From a
/// day up both hold, below a day the instant alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) wall: DateTime,
    pub(super) at: Timestamp,
    /// False where counting was given up: nobody knows whether more follows.
    known: bool,
}

impl End {
    const OPEN: Self = Self { wall: HORIZON, at: Timestamp::MAX, known: true };

    pub(super) fn new(ends: Ends, grid: &Grid, start: DateTime, whole_days: bool, zone: &TimeZone) -> Self {
        let end = match (ends, grid) {
            (Ends::Never, _) => Self::OPEN,
            (Ends::Count(count), _) => Self::counted(count, grid, start),
            (Ends::Until(until), Grid::Elapsed(_)) => Self::instant(until, zone),
            (Ends::Until(until), Grid::Calendar(_)) => Self::wall(until, whole_days, zone),
        };
        Self { wall: end.wall.min(HORIZON), ..end }
    }

    /// This end, or the instant if that comes earlier.
    pub(super) fn narrowed(self, at: Timestamp, zone: &TimeZone) -> Self {
        let wall = self.wall.min(walls_around(at, zone).1);
        let at = self.at.min(at);
        // An end that counting gave up on stands in one of the two; the other is open.
        let earlier = if self.at == Timestamp::MAX { wall < self.wall } else { at < self.at };
        Self { wall, at, known: self.known || earlier }
    }

    /// What it means that the sequence has come to this end.
    pub(super) fn pass(&self) -> Result<(), TooSparse> {
        if self.known { Ok(()) } else { Err(TooSparse::query()) }
    }

    fn instant(until: Until, zone: &TimeZone) -> Self {
        let instant = |wall| zone.to_timestamp(wall).ok();
        let at = match until {
            Until::Utc(at) => Some(at),
            Until::Wall(wall) => instant(wall),
            Until::Day(day) => {
                let next = day.tomorrow().ok().and_then(|day| instant(day.to_datetime(Time::midnight())));
                next.and_then(|next| next.checked_sub(SignedDuration::from_secs(1)).ok())
            }
        };
        Self { at: at.unwrap_or(Timestamp::MAX), ..Self::OPEN }
    }

    fn wall(until: Until, whole_days: bool, zone: &TimeZone) -> Self {
        match until {
            Until::Day(day) => Self { wall: day.to_datetime(Time::MAX), ..Self::OPEN },
            Until::Wall(wall) => Self { wall, ..Self::OPEN },
            Until::Utc(at) if whole_days => Self { wall: zone.to_datetime(at), ..Self::OPEN },
            Until::Utc(at) => Self::OPEN.narrowed(at, zone),
        }
    }

    fn counted(count: u32, grid: &Grid, start: DateTime) -> Self {
        let mut budget = Budget::iteration();
        match grid {
            Grid::Calendar(calendar) => {
                let mut walk = calendar.upward(start);
                let last = last(count, || walk.next(&mut budget));
                Self { wall: last.0.unwrap_or(start), known: last.1, ..Self::OPEN }
            }
            Grid::Elapsed(elapsed) => {
                if let Some(at) = elapsed.nth(count) {
                    return Self { at, ..Self::OPEN };
                }
                let mut walk = elapsed.upward(Timestamp::MIN);
                let last = last(count, || walk.next(&mut budget));
                Self { at: last.0.unwrap_or(Timestamp::MIN), known: last.1, ..Self::OPEN }
            }
        }
    }
}

/// The `count`-th that `next` gives, or the last before it gave up or ended; and whether that is
/// the end indeed.
fn last<T>(count: u32, mut next: impl FnMut() -> Result<Option<T>, TooSparse>) -> (Option<T>, bool) {
    let mut last = None;
    for _ in 0..count {
        match next() {
            Ok(Some(found)) => last = Some(found),
            Ok(None) => break,
            Err(TooSparse { .. }) => return (last, false),
        }
    }
    (last, true)
}
