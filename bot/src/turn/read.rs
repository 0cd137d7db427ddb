//! From text to a reading, with the speaker's settings. Without a zone only relative times are taken.

use domain::refusal::{Code, Refusal};
use jiff::tz::{TimeZone, offset};
use language::{Context, Misread, Reading, Repeat, Settings, read_in_conversation};

use super::own;
use super::talk::Talk;
use crate::reply::answer::No;

impl Talk<'_> {
    /// What the message means.
    pub(super) fn read(&self) -> Result<Reading, No> {
        match &self.me.settings.zone {
            Some(zone) => self.read_in(zone.rules().clone()).map_err(|misread| self.misread(misread)),
            None => self.read_anywhere(),
        }
    }

    /// The reading, if it is the same at both ends of the world: then the zone does not matter.
    fn read_anywhere(&self) -> Result<Reading, No> {
        let east = self.read_in(TimeZone::fixed(offset(14)));
        let west = self.read_in(TimeZone::fixed(offset(-12)));
        match (east, west) {
            (Ok(east), Ok(west)) if east == west => Ok(east),
            (Err(east), Err(west)) if east == west => Err(self.misread(east)),
            _ => Err(zone_wanted().into()),
        }
    }

    /// What was picked in a form is an instant; what repeats comes at the wall time of a zone, so that must be known.
    pub(super) fn zone_for(&self, repeat: Option<&Repeat>) -> Result<(), Refusal> {
        match &self.me.settings.zone {
            None if repeat.is_some() => Err(zone_wanted()),
            _ => Ok(()),
        }
    }

    /// What another line would mean; `None` if it cannot be read.
    pub(super) fn read_line(&self, line: &str) -> Option<Reading> {
        self.read_as(line, self.zone().rules().clone()).ok()
    }

    fn read_in(&self, zone: TimeZone) -> Result<Reading, Misread> {
        self.read_as(&self.line, zone)
    }

    fn read_as(&self, line: &str, zone: TimeZone) -> Result<Reading, Misread> {
        let mine = &self.me.settings;
        let settings = Settings {
            zone,
            default_time: mine.default_time,
            day_first: mine.day_first,
            week_start: mine.week_start.into(),
            hours_24: mine.hours_24,
        };
        let context = Context { now: self.now(), settings };
        // What was just spoken of can be meant as well as what was listed.
        let known = self.conversation.listed.len().max(self.conversation.subject.len());
        read_in_conversation(line, &context, known)
    }

    /// The line without the slash command before it: `/task done 3` is `done 3`, and `/remindme to stretch` is `remind me
    /// to stretch`. After each of them every command is understood.
    pub(super) fn spoken(&self) -> String {
        let text = self.message.text.trim_start();
        let Some((verb, rest)) = text.split_once(char::is_whitespace) else { return text.to_owned() };
        match verb.to_ascii_lowercase().as_str() {
            "/task" | "/todo" => rest.to_owned(),
            "/remindme" if self.is_command(rest) => rest.to_owned(),
            "/remindme" => format!("remind me {rest}"),
            _ => text.to_owned(),
        }
    }

    /// Whether the line is anything else than something to do.
    fn is_command(&self, line: &str) -> bool {
        let read = self.read_line(line);
        own::read(line, self).is_some() || read.is_some_and(|reading| !matches!(reading, Reading::Add(_)))
    }

    fn misread(&self, misread: Misread) -> No {
        No::Misread { text: self.line.clone(), misread }
    }
}

fn zone_wanted() -> Refusal {
    Refusal::new(
        Code::Unknown,
        "I do not know your time zone yet, so I cannot tell when that is.",
        "Say it once, e.g. `timezone Europe/Madrid`, then type that again; `in 20 minutes` works without it.",
    )
}
