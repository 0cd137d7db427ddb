//! A request.

use std::borrow::Cow;

use jiff::Timestamp;
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
}

impl Request<'_> {
    /// Who speaks and when, if both are given as they must be.
    pub(super) fn context(&self) -> Option<Context> {
        let now: Timestamp = self.now.parse().ok()?;
        let zone = TimeZone::get(&self.tz).ok()?;
        Some(Context { now, settings: Settings::new(zone) })
    }
}

/// The id of a line that is no request but has one.
pub(super) fn id_of(line: &str) -> Option<Value> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else {
        return None;
    };
    object.remove("id").filter(|id| !id.is_null())
}
