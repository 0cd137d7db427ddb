//! Times of day.
//!
//! ```text
//! times   = ( range | list ) [ zone ] [ hedge ]
//! hedge   = "sharp" | "exactly" | "approximately" | "or so"                (* at the end of the text *)
//! part    = [ "in the" | "at" ] [ "early" | "late" ] ( "morning" | "afternoon" | "evening" | "night" )
//! ```
//!
//! Ranges are in [`range`](mod@range), lists in [`list`](mod@list), the clock is in [`clock`](mod@clock), named times in
//! [`named`](mod@named), zones in [`zone`](mod@zone).

mod beside;
mod clock;
mod dotted;
mod doubt;
mod list;
mod meridiem;
mod named;
mod past;
mod range;
mod spelled;
mod zone;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::misread::ErrorCode;
use crate::tokens::Cursor;
use crate::vocabulary::{DayPart, digits};

pub(crate) use clock::clock;
pub(crate) use doubt::Doubt;
pub(crate) use named::{day_part, named};
pub(crate) use zone::region;

/// How sure an hour is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Said on the 24-hour clock or with am or pm.
    Sure,
    /// An hour from 1 to 12, to be decided: 1 to 6 are afternoon, 7 to 11 morning, 12 noon, unless a
    /// part of the day beside it says otherwise.
    Open,
    /// The same, said by somebody whose clock has 24 hours: `5` is 05:00 unless a part of the day is beside it.
    Open24,
    /// `midnight`, which belongs to the coming night.
    Midnight,
}

/// A time of day as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) hour: i8,
    pub(crate) minute: i8,
    pub(crate) second: i8,
    pub(crate) reading: Reading,
}

impl Clock {
    pub(crate) const fn sure(hour: i8, minute: i8) -> Self {
        Self { hour, minute, second: 0, reading: Reading::Sure }
    }

    /// The same as somebody says it whose clock has 24 hours, or not.
    pub(crate) fn on_a_clock_of(self, hours_24: bool) -> Self {
        match (self.reading, hours_24) {
            (Reading::Open, true) => Self { reading: Reading::Open24, ..self },
            _ => self,
        }
    }

    /// The time that is meant beside this part of the day.
    pub(crate) fn time(self, part: Option<DayPart>) -> Time {
        let hour = match (self.reading, part) {
            (Reading::Open | Reading::Open24, Some(part)) if self.hour <= 12 => part.hour(self.hour),
            (Reading::Open, None) if self.hour <= 6 => self.hour + 12,
            _ => self.hour,
        };
        Time::new(hour, self.minute, self.second, 0).unwrap_or(Time::midnight())
    }
}

/// One or more times of day, with the zone that was said.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) clocks: Vec<Clock>,
    pub(crate) zone: Option<TimeZone>,
    /// At which token the last of them begins.
    pub(crate) last_at: usize,
    /// Whether the first is a name such as `noon`.
    pub(crate) named: bool,
    /// The end of a range.
    pub(crate) end: Option<Clock>,
    /// Why the only one may be none.
    pub(crate) doubt: Option<Doubt>,
    /// Whether the first is a bare number.
    bare: bool,
}

/// Reads one or more times. `at` says that the word `at` stands before them, so that a bare number
/// is an hour.
pub(crate) fn times(c: &mut Cursor<'_>, at: bool) -> Option<Result<Times, ErrorCode>> {
    let mut times =
        Times { clocks: Vec::new(), zone: None, last_at: c.at(), named: false, end: None, doubt: None, bare: false };
    let start = *c;
    if let Some((start, end)) = range::range(c, at) {
        times.clocks.push(start);
        times.end = Some(end);
        times.zone = c.attempt(zone::zone);
        return Some(Ok(times));
    }
    match clock(c, at) {
        Some(Ok(clock)) => times.clocks.push(clock),
        Some(Err(code)) => return Some(Err(code)),
        None => {
            times.clocks.push(named(c)?);
            times.named = true;
        }
    }
    while times.clocks.len() < list::MOST
        && let Some((last_at, clock)) = c.attempt(|c| list::another(c, at))
    {
        times.clocks.push(clock);
        times.last_at = last_at;
    }
    times.doubt = doubt::doubt(start, *c);
    times.bare = at && start.peek_word().and_then(digits).is_some();
    times.zone = c.attempt(zone::zone);
    let _ = c.attempt(hedge);
    Some(Ok(times))
}

/// How exactly a time is meant, where nothing else is behind it.
fn hedge(c: &mut Cursor<'_>) -> Option<()> {
    let one = c.one_of(&["sharp", "exactly", "approximately"]).map(|_| ());
    one.or_else(|| c.words(&["or", "so"]))?;
    c.is_at_end().then_some(())
}
