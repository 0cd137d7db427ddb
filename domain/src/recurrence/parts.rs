//! What a rule is made of.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

/// How long a rule's period is. Seconds are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// `FREQ=MINUTELY`: 60 s of elapsed time.
    Minutely,
    /// `FREQ=HOURLY`: 3,600 s of elapsed time.
    Hourly,
    /// `FREQ=DAILY`.
    Daily,
    /// `FREQ=WEEKLY`.
    Weekly,
    /// `FREQ=MONTHLY`.
    Monthly,
    /// `FREQ=YEARLY`.
    Yearly,
}

/// A weekday, or the n-th one of the month (or, in a yearly rule without months, of the year).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NthWeekday {
    /// `None` is every one; `Some(1)` the first, `Some(-1)` the last. Never 0.
    pub ordinal: Option<i16>,
    /// Which day of the week.
    pub weekday: Weekday,
}

impl From<Weekday> for NthWeekday {
    fn from(weekday: Weekday) -> Self {
        Self { ordinal: None, weekday }
    }
}

/// The last moment at which an occurrence may be, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Until {
    /// Through the end of this day in the schedule's zone.
    Day(Date),
    /// Through this instant.
    Utc(Timestamp),
    /// Through this wall time in the schedule's zone.
    Wall(DateTime),
}

/// How a rule ends. One of them at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ends {
    Never,
    Count(u32),
    Until(Until),
}
