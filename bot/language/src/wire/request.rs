//! A request.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::{Context, Settings};

/// A request. Keys that are not known are ignored.
#[derive(Deserialize)]
pub(super) struct Request<'a> {
    /// Copied into the answer.
    pub(super) id: Option<Value>,
    /// What was typed.
    #[serde(borrow)]
    pub(super) text: Cow<'a, str>,
    /// When, in RFC 3339.
    #[serde(borrow)]
    now: Cow<'a, str>,
    /// The speaker's zone, by its IANA name.
    #[serde(borrow)]
    tz: Cow<'a, str>,
    /// What else the speaker has set.
    #[serde(default)]
    settings: Wanted,
}

/// Settings that change readings; what is left out is as for everybody.
#[derive(Default, Deserialize)]
struct Wanted {
    /// `08:30`.
    default_time: Option<Time>,
    /// `mdy` or `dmy`.
    date_order: Option<Order>,
    /// `sunday`.
    week_start: Option<Start>,
    /// `12h` or `24h`.
    clock: Option<Clock>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Mdy,
    Dmy,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Start {
    Monday,
    Saturday,
    Sunday,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Clock {
    #[serde(rename = "12h")]
    Hours12,
    #[serde(rename = "24h")]
    Hours24,
}

impl Request<'_> {
    /// Who speaks and when, if both are given as they must be.
    pub(super) fn context(&self) -> Option<Context> {
        let now: Timestamp = self.now.parse().ok()?;
        let zone = TimeZone::get(&self.tz).ok()?;
        Some(Context { now, settings: self.settings.over(Settings::new(zone)) })
    }
}

impl Wanted {
    fn over(&self, settings: Settings) -> Settings {
        let week_start = match self.week_start {
            None | Some(Start::Monday) => Weekday::Monday,
            Some(Start::Saturday) => Weekday::Saturday,
            Some(Start::Sunday) => Weekday::Sunday,
        };
        Settings {
            default_time: self.default_time.unwrap_or(settings.default_time),
            day_first: self.date_order == Some(Order::Dmy),
            hours_24: self.clock == Some(Clock::Hours24),
            week_start,
            ..settings
        }
    }
}

/// The id of a line that is no request but has one.
pub(super) fn id_of(line: &str) -> Option<Value> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else {
        return None;
    };
    object.remove("id").filter(|id| !id.is_null())
}
