//! From text to a reading, with the speaker's settings. Without a zone only relative times are taken.

use domain::refusal::{Code, Refusal};
use jiff::tz::{TimeZone, offset};
use language::{Context, Draft, Misread, Reading, Repeat, Settings, read_in_conversation};

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

    /// The line without the slash command before it: `/task done 3` is `done 3`, `/remindme to stretch` is `remind me to
    /// stretch`, and `/remindme @sam to stretch` is `remind @sam to stretch`. After each of them every command is
    /// understood.
    pub(super) fn spoken(&self) -> String {
        let text = self.message.text.trim_start();
        let Some((verb, rest)) = text.split_once(char::is_whitespace) else { return text.to_owned() };
        match verb.to_ascii_lowercase().as_str() {
            "/task" | "/todo" => rest.to_owned(),
            "/remindme" if self.is_command(rest) => rest.to_owned(),
            "/remindme" if self.names_somebody(rest) => format!("remind {rest}"),
            "/remindme" => format!("remind me {rest}"),
            _ => text.to_owned(),
        }
    }

    /// Whether the line is anything else than what a reminder is about.
    fn is_command(&self, line: &str) -> bool {
        let adds = first_of(line, &["add", "remind"]) || ["new", "create"].iter().any(|verb| opens(line, verb));
        own::read(line, self).is_some()
            || match self.read_line(line) {
                Some(Reading::Add(_)) => adds,
                read => read.is_some(),
            }
    }

    /// Whether the line begins with whom to remind.
    fn names_somebody(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // Without a link behind it, `#home` is a tag.
        let channel = first.starts_with('#') && first_of(second, &["to", "about", "that", "of"]);
        let said = channel || first_of(first, &["me", "us"]) || first.starts_with(['@', '<']);
        let read = || self.read_line(&format!("remind {line}"));
        said && matches!(read(), Some(Reading::Add(Draft { explicit_reminder: true, .. })))
    }

    fn misread(&self, misread: Misread) -> No {
        No::Misread { text: self.line.clone(), misread }
    }
}

/// Whether the first word is one of these.
fn first_of(line: &str, words: &[&str]) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    words.iter().any(|word| first.trim_end_matches(':').eq_ignore_ascii_case(word))
}

/// `new task`, `create a reminder`.
fn opens(line: &str, verb: &str) -> bool {
    let mut words = line.split_whitespace();
    let noun = |word: &str| first_of(word, &["task", "todo", "reminder"]);
    words.next().is_some_and(|word| word.eq_ignore_ascii_case(verb))
        && words.find(|word| !first_of(word, &["a", "the", "new"])).is_some_and(noun)
}

fn zone_wanted() -> Refusal {
    Refusal::new(
        Code::Unknown,
        "I do not know your time zone yet, so I cannot tell when that is.",
        "Say it once, e.g. `timezone Europe/Madrid`, then type that again; `in 20 minutes` works without it.",
    )
}
