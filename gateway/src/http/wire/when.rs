//! Days and instants in text.

use std::fmt;
use std::str::FromStr;

use domain::due::Due;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, Time};

/// `2026-03-06` or `2026-03-06T17:00:00+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// A day without a time.
    Day(Date),
    /// An instant.
    At(Timestamp),
}

/// The text is neither.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day (2026-03-06) or a time with its offset (2026-03-06T17:00:00+01:00)")
    }
}

impl FromStr for When {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        // A query string turns the `+` of an offset into a space.
        let text = match text.rfind(' ') {
            Some(at) if at >= "2026-03-06T17:00".len() => format!("{}+{}", &text[..at], &text[at + 1..]),
            _ => text.to_owned(),
        };
        let year = text.get(..5).filter(|year| year.ends_with('-') && year[..4].bytes().all(|b| b.is_ascii_digit()));
        match (year, text.len()) {
            (Some(_), 10) => text.parse().map(Self::Day).map_err(|_| NotATime),
            (Some(_), 17..) if !text.contains('[') => text.parse().map(Self::At).map_err(|_| NotATime),
            _ => Err(NotATime),
        }
    }
}

impl When {
    /// As a due in a zone.
    pub(crate) fn due(self, zone: Zone) -> Due {
        match self {
            Self::Day(date) => Due::day(date, zone),
            Self::At(at) => Due::instant(at, zone),
        }
    }

    /// As an instant; a day begins at midnight in UTC.
    pub(crate) fn instant(self) -> Timestamp {
        match self {
            Self::Day(date) => Zone::utc().instant(date.to_datetime(Time::midnight())),
            Self::At(at) => at,
        }
    }
}
