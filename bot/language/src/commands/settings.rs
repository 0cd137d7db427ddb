//! Settings.
//!
//! ```text
//! settings = "settings" | ( "timezone" | "tz" ) [ zone ]
//!          | "set" ( "timezone" | "time zone" | "tz" ) [ "to" ] zone
//!          | "set" ( "default" | "reminder" ) "time" [ "to" ] time
//!          | "set" "date order" [ "to" ] ( "day" | "month" ) "first"
//!          | "set" "week start" [ "to" ] weekday
//! ```

use jiff::tz::TimeZone;

use super::{Attempt, Line};
use crate::misread::{ErrorCode, Misread};
use crate::reading::{CommandName, Reading, SettingsChange};
use crate::times::clock;
use crate::tokens::Cursor;
use crate::vocabulary::weekday;

type Change = Option<Result<SettingsChange, ErrorCode>>;

pub(super) fn settings(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    let verb = c.one_of(&["settings", "timezone", "tz", "set"])?;
    let start = c;
    let change = match verb {
        "settings" => c.end().map(|()| Ok(SettingsChange::default())),
        "set" => set(&mut c),
        _ => timezone(&mut c),
    };
    let misread = |code| -> Misread { line.misread(CommandName::Settings, code, Some(start.rest())) };
    Some(change?.map(Reading::Settings).map_err(misread))
}

fn set(c: &mut Cursor<'_>) -> Change {
    c.attempt(|c| {
        zone_words(c)?;
        timezone(c)
    })
    .or_else(|| c.attempt(default_time))
    .or_else(|| c.attempt(date_order))
    .or_else(|| c.attempt(week_start))
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
    let name = c.take(Some)?;
    c.end()?;
    Some(zone_name(name).map(|name| SettingsChange { timezone: Some(name), ..SettingsChange::default() }))
}

/// The name as the zone database writes it.
fn zone_name(name: &str) -> Result<String, ErrorCode> {
    let unknown = ErrorCode::InvalidTimezone;
    let zone = TimeZone::get(name).map_err(|_| unknown)?;
    zone.iana_name().map(str::to_owned).ok_or(unknown)
}

fn default_time(c: &mut Cursor<'_>) -> Change {
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
    Some(time.map(|clock| SettingsChange { default_time: Some(clock.time(None)), ..SettingsChange::default() }))
}

fn date_order(c: &mut Cursor<'_>) -> Change {
    c.words(&["date", "order"])?;
    let _ = c.word("to");
    let first = c.one_of(&["day", "month"])?;
    c.word("first")?;
    c.end()?;
    Some(Ok(SettingsChange { day_first: Some(first == "day"), ..SettingsChange::default() }))
}

fn week_start(c: &mut Cursor<'_>) -> Change {
    c.words(&["week", "start"])?;
    let _ = c.one_of(&["to", "on"]);
    let day = c.take(weekday)?;
    c.end()?;
    Some(Ok(SettingsChange { week_start: Some(day), ..SettingsChange::default() }))
}
