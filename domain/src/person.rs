//! People and the identities by which platforms know them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday, time};
use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::tenant::{Platform, TenantId};
use crate::zone::Zone;

/// The hour at which a day without a time reminds, unless the person chose another.
pub const DEFAULT_TIME: Time = time(9, 0, 0, 0);

/// A person: settings and a name for display. The name is never a key and never in an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Random, for ever.
    pub id: PersonId,
    /// What to call them; on the console also what others type after `@`.
    pub name: String,
    /// How their words are read and their times shown.
    pub settings: Settings,
    /// Raised by each change of the settings; 1 at first.
    pub version: u64,
}

/// What a person set, or what their platform says of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The zone their words are read in; `None` until it is known.
    pub zone: Option<Zone>,
    /// Wall time at which a day without a time reminds.
    pub default_time: Time,
    /// `4/5` is 4 May (true) or April 5 (false).
    #[serde(default)]
    pub day_first: bool,
    /// On which day a week begins.
    #[serde(default)]
    pub week_start: WeekStart,
    /// `at 5` is 05:00 (true) or 17:00 (false).
    #[serde(default)]
    pub hours_24: bool,
    /// Who may not have them reminded: their block list.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blocked: BTreeSet<PersonId>,
    /// The zone is the one of the platform's profile and changes with it, until the person says another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zone_of_profile: bool,
}

impl Settings {
    /// What a platform says of somebody new.
    #[must_use]
    pub fn of_profile(zone: Option<Zone>) -> Self {
        Self { zone_of_profile: zone.is_some(), zone, ..Self::default() }
    }

    /// Whether another zone in the platform's profile becomes theirs.
    #[must_use]
    pub const fn follows_profile(&self) -> bool {
        self.zone_of_profile || self.zone.is_none()
    }
}

/// The days on which people let a week begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    /// ISO 8601.
    #[default]
    Monday,
    /// In much of the Middle East.
    Saturday,
    /// In much of America and Asia.
    Sunday,
}

impl From<WeekStart> for Weekday {
    fn from(start: WeekStart) -> Self {
        match start {
            WeekStart::Monday => Self::Monday,
            WeekStart::Saturday => Self::Saturday,
            WeekStart::Sunday => Self::Sunday,
        }
    }
}

/// No week begins on that day.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no week begins on {0:?}")]
pub struct NoWeekStart(pub Weekday);

impl TryFrom<Weekday> for WeekStart {
    type Error = NoWeekStart;

    fn try_from(day: Weekday) -> Result<Self, Self::Error> {
        match day {
            Weekday::Monday => Ok(Self::Monday),
            Weekday::Saturday => Ok(Self::Saturday),
            Weekday::Sunday => Ok(Self::Sunday),
            other => Err(NoWeekStart(other)),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: None,
            default_time: DEFAULT_TIME,
            day_first: false,
            week_start: WeekStart::Monday,
            hours_24: false,
            blocked: BTreeSet::new(),
            zone_of_profile: false,
        }
    }
}

/// How a platform names a person: `ana` on the console, `slack:T1/U1`, `discord:G1/U1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The tenant in which the platform knows the person.
    pub tenant: TenantId,
    /// The platform's id of the person; on the console the name, in lower case.
    pub user: String,
}

impl Identity {
    /// A person of the console.
    #[must_use]
    pub fn console(name: &str) -> Self {
        Self { tenant: TenantId::console(), user: name.to_lowercase() }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenant.platform() {
            Platform::Console => f.write_str(&self.user),
            Platform::Slack | Platform::Discord => write!(f, "{}/{}", self.tenant, self.user),
        }
    }
}

/// The text names no identity.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no user: expected a name such as ana, or slack:TEAM/USER, or discord:GUILD/USER")]
pub struct NotAnIdentity(String);

impl FromStr for Identity {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAnIdentity(text.to_owned());
        let plain = |word: &str| {
            !word.is_empty()
                && word.chars().count() <= 64
                && word.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c))
        };
        match text.split_once('/') {
            None if plain(text) => Ok(Self::console(text)),
            Some((tenant, user)) if plain(user) => {
                Ok(Self { tenant: tenant.parse().map_err(|_| bad())?, user: user.to_owned() })
            }
            _ => Err(bad()),
        }
    }
}
