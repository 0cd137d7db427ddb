//! Who speaks, and when: all that a reading depends on besides the text.

use jiff::Timestamp;
use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;

/// A person's settings that change how a line is read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The zone in which all wall-clock words are read.
    pub zone: TimeZone,
    /// The time that a day gets where an instant is needed (`snooze until monday`).
    pub default_time: Time,
    /// Whether `4/5` is 4 May; else it is April 5.
    pub day_first: bool,
    /// The day on which a calendar week begins.
    pub week_start: Weekday,
    /// Whether `at 5` is 05:00; else it is 17:00.
    pub hours_24: bool,
}

impl Settings {
    /// The settings of somebody who has set nothing but a zone: 09:00, month before day, Monday, the 12-hour clock.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, default_time: time(9, 0, 0, 0), day_first: false, week_start: Weekday::Monday, hours_24: false }
    }
}

/// The moment and the speaker of a line.
#[derive(Clone, Debug)]
pub struct Context {
    /// When it was typed.
    pub now: Timestamp,
    /// How its speaker wants to be read.
    pub settings: Settings,
}
