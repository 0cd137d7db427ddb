//! Times counted from an hour.
//!
//! ```text
//! past = length "before" ( hour [ meridiem ] | named ) | length "after" named
//!      | ( [ "a" ] ( "half" | "quarter" ) | minutes ) ( "past" | "after" | "to" | "till" ) ( hour [ meridiem ] | named )
//! ```

use super::clock::{Read, plain};
use super::doubt::{Doubt, doubt};
use super::{Clock, Reading, named};
use crate::length::length;
use crate::numbers::number;
use crate::tokens::Cursor;

/// Nobody counts back farther on the clock, in minutes.
const HALF_A_DAY: i64 = 12 * 60;

/// `30 minutes before 5pm`, `an hour before noon`.
pub(super) fn ahead_of(c: &mut Cursor<'_>) -> Read {
    let minutes = length(c)?.minutes().filter(|minutes| (1..=HALF_A_DAY).contains(minutes))?;
    // Two hours after 5 may be how long, and from when.
    let (clock, minutes) = match c.one_of(&["before", "after"])? {
        "before" => (plain(c, true).or_else(|| named(c).map(Ok))?.ok()?, -minutes),
        _ => (named(c)?, minutes),
    };
    let time = clock.time(None);
    // The hours before a midnight are of the day before it, which is the one that people mean.
    let all = (i64::from(time.hour()) * 60 + i64::from(time.minute()) + minutes).rem_euclid(2 * HALF_A_DAY);
    let (hour, minute) = (i8::try_from(all / 60).ok()?, i8::try_from(all % 60).ok()?);
    Some(Ok(Clock::sure(hour, minute)))
}

/// `half past 3`, `quarter to 5 pm`, `ten past nine`, `at 5 to 12`.
pub(super) fn past(c: &mut Cursor<'_>, at: bool) -> Read {
    let (minute, sure) = c.attempt(named_minutes).or_else(|| c.attempt(|c| minutes(c, at)))?;
    let to = c.one_of(&["past", "after", "to", "till"])?;
    // At 5 to 12 it is; 5 to 12 people are not.
    let fits = match to {
        "past" => true,
        "to" | "till" | "after" => minute != 30 && sure,
        _ => false,
    };
    let start = *c;
    let hour = fits.then(|| plain(c, true).or_else(|| named(c).map(Ok))).flatten()?;
    if doubt(start, *c).is_some_and(|doubt| doubt == Doubt::Word || !matches!(minute, 15 | 30)) {
        return None;
    }
    let hour = match hour {
        Ok(clock) if clock.minute == 0 && clock.second == 0 => clock,
        _ => return None,
    };
    Some(Ok(match to {
        "to" | "till" => before(hour, minute),
        _ => Clock { minute, ..hour },
    }))
}

/// `half`, `a quarter`.
fn named_minutes(c: &mut Cursor<'_>) -> Option<(i8, bool)> {
    let _ = c.word("a");
    Some((if c.one_of(&["half", "quarter"])? == "half" { 30 } else { 15 }, true))
}

/// `ten`, `twenty five minutes`. Behind `at` they can only be minutes.
fn minutes(c: &mut Cursor<'_>, at: bool) -> Option<(i8, bool)> {
    let minutes = number(c).filter(|minutes| (1..30).contains(minutes))?;
    let said = c.one_of(&["minutes", "minute", "min"]).is_some();
    Some((i8::try_from(minutes).ok()?, at || said))
}

/// So many minutes before the hour.
fn before(hour: Clock, minutes: i8) -> Clock {
    let previous = match (hour.reading, hour.hour) {
        (Reading::Open, 1) => 12,
        (_, 0) => 23,
        (_, hour) => hour - 1,
    };
    // The stated hour decides between am and pm: quarter to 7 is 6:45 in the morning.
    let reading = match hour.reading {
        Reading::Open if hour.hour == 7 || hour.hour == 1 => Reading::Sure,
        reading => reading,
    };
    Clock { reading, ..Clock::sure(previous, 60 - minutes) }
}
