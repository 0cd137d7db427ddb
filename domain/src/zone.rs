//! An IANA time zone, stored by its name.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A time zone with an IANA name, e.g. `Europe/Madrid` or `UTC`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

/// The name is not in the zone data.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no time zone; try a name such as Europe/Madrid or America/New_York")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The rules behind the name.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// The instant of a wall time: in a gap with the offset from before it, in an overlap the first.
    /// Wall times at the very ends of the calendar are clamped to the representable range.
    #[must_use]
    pub fn instant(&self, wall: DateTime) -> Timestamp {
        self.0.to_timestamp(wall).unwrap_or(if wall.year() > 0 { Timestamp::MAX } else { Timestamp::MIN })
    }

    /// The wall time of an instant.
    #[must_use]
    pub fn wall(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        TimeZone::get(name).map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl From<TimeZone> for Zone {
    fn from(rules: TimeZone) -> Self {
        if rules.iana_name().is_some() { Self(rules) } else { Self::utc() }
    }
}
