//! Settings.
//!
//! ```text
//! zone     = name | abbreviation                     (* Europe/Madrid; est, pt, cet: a region with its summer time *)
//! settings = "settings" | ( "timezone" | "tz" ) [ zone ]
//!          | "set" ( "timezone" | "time zone" | "tz" ) [ "to" ] zone
//!          | "set" ( "default" | "reminder" ) "time" [ "to" ] time
//!          | "set" "date order" [ "to" ] ( ( "day" | "month" ) "first" | "dmy" | "mdy" | "d/m" | "m/d" )
//!          | "set" ( "week start" | "start of week" ) [ "to" | "on" ] weekday
//!          | "set" "clock" [ "to" ] ( "24h" | "12h" )
//! ```

use jiff::tz::TimeZone;

use super::{Attempt, Line, zones};
use crate::misread::{ErrorCode, Misread};
use crate::reading::{CommandName, Reading, SettingsChange};
use crate::times::{clock, region};
use crate::tokens::Cursor;
use crate::vocabulary::weekday;

type Change = Option<Result<SettingsChange, ErrorCode>>;

pub(super) fn settings(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    let verb = c.one_of(&["settings", "timezone", "tz", "set"])?;
    let start = c;
    let change = match verb {
        "settings" => c.end().map(|()| Ok(SettingsChange::default())),
        "set" => set(&mut c, line.present.settings.hours_24),
        _ => timezone(&mut c),
    };
    let misread = |code| -> Misread {
        let misread = line.misread(CommandName::Settings, code, Some(start.rest()));
        let near = (code == ErrorCode::InvalidTimezone).then(|| zones::near(start.rest())).flatten();
        misread.proposing(near.map(|zone| format!("timezone {zone}")))
    };
    Some(change?.map(Reading::Settings).map_err(misread))
}

fn set(c: &mut Cursor<'_>, hours_24: bool) -> Change {
    c.attempt(|c| {
        zone_words(c)?;
        timezone(c)
    })
    .or_else(|| c.attempt(|c| default_time(c, hours_24)))
    .or_else(|| c.attempt(date_order))
    .or_else(|| c.attempt(week_start))
    .or_else(|| c.attempt(hours))
}

fn zone_words(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.word("my");
    c.words(&["time", "zone"]).or_else(|| c.one_of(&["timezone", "tz"]).map(|_| ()))
}

/// A zone, one word long; nothing at all asks for the present one.
fn timezone(c: &mut Cursor<'_>) -> Change {
    let _ = c.one_of(&["to", "is"]);
    if c.is_done() {
        return Some(Ok(SettingsChange::default()));
    }
    // Of several words only a place that there is makes a command: timezone bug in the calendar is a task.
    let place = (c.rest().len() > 1).then(|| zones::of_place(c.rest())).flatten();
    if place.is_some() {
        return Some(Err(ErrorCode::InvalidTimezone));
    }
    let name = c.take(Some)?;
    c.end()?;
    Some(zone_name(name).map(|name| SettingsChange { timezone: Some(name), ..SettingsChange::default() }))
}

/// The name as the zone database writes it.
fn zone_name(name: &str) -> Result<String, ErrorCode> {
    let unknown = ErrorCode::InvalidTimezone;
    let zone = TimeZone::get(region(name).unwrap_or(name)).map_err(|_| unknown)?;
    zone.iana_name().map(str::to_owned).ok_or(unknown)
}

fn default_time(c: &mut Cursor<'_>, hours_24: bool) -> Change {
    let _ = c.word("my");
    c.one_of(&["default", "reminder"])?;
    let _ = c.word("reminder");
    c.word("time")?;
    let _ = c.one_of(&["to", "at"]);
    if c.is_done() {
        return Some(Ok(SettingsChange::default()));
    }
    let time = clock(c, true).or_else(|| crate::times::named(c).map(Ok))?;
    c.end()?;
    let time = time.map(|clock| clock.on_a_clock_of(hours_24).time(None));
    Some(time.map(|time| SettingsChange { default_time: Some(time), ..SettingsChange::default() }))
}

/// `day first`, `dmy`, `d/m`.
fn date_order(c: &mut Cursor<'_>) -> Change {
    c.words(&["date", "order"]).or_else(|| c.words(&["date", "format"]))?;
    let _ = c.word("to");
    if c.is_done() {
        return Some(Ok(SettingsChange::default()));
    }
    let day_first = c.take(|word| match word {
        "day" | "dmy" | "d/m" | "d/m/y" | "dd/mm" | "day/month" => Some(true),
        "month" | "mdy" | "m/d" | "m/d/y" | "mm/dd" | "month/day" => Some(false),
        _ => None,
    })?;
    let _ = c.word("first");
    c.end()?;
    Some(Ok(SettingsChange { day_first: Some(day_first), ..SettingsChange::default() }))
}

/// `week start sunday`, `start of week to monday`.
fn week_start(c: &mut Cursor<'_>) -> Change {
    let _ = c.word("my");
    let early = c.words(&["week", "start"]).or_else(|| c.words(&["week", "starts"]));
    early.or_else(|| c.words(&["start", "of", "week"]))?;
    let _ = c.one_of(&["to", "on"]);
    if c.is_done() {
        return Some(Ok(SettingsChange::default()));
    }
    let day = c.take(weekday)?;
    c.end()?;
    Some(Ok(SettingsChange { week_start: Some(day), ..SettingsChange::default() }))
}

/// `clock 24h`, `clock to 12 hours`.
fn hours(c: &mut Cursor<'_>) -> Change {
    let _ = c.word("my");
    c.word("clock").or_else(|| c.words(&["time", "format"]))?;
    let _ = c.word("to");
    if c.is_done() {
        return Some(Ok(SettingsChange::default()));
    }
    let hours_24 = match c.take(Some)? {
        "24h" | "24" | "24-hour" | "24hr" => true,
        "12h" | "12" | "12-hour" | "12hr" | "am/pm" => false,
        _ => return None,
    };
    let _ = c.one_of(&["hour", "hours", "clock"]);
    c.end()?;
    Some(Ok(SettingsChange { hours_24: Some(hours_24), ..SettingsChange::default() }))
}
