//! Why a line could not be read, in codes for programs and a sentence for people.

use std::fmt;
use std::ops::Range;

use crate::reading::CommandName;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A day that no calendar has: `31 feb`.
    InvalidDate,
    /// A time that no clock shows: `25:00`.
    InvalidTime,
    /// A day or time that was said outright and has gone by.
    PastDate,
    /// A recurrence that never comes: `every 0 days`.
    InvalidRecurrence,
    /// A recurrence below a minute: `every 2 seconds`. On the wire one that never comes.
    TooOften,
    /// A recurrence whose second time lies beyond the last year, or that counts too many: `every 5000 years`.
    TooRare,
    /// A recurrence that comes more often in all than is counted: `20000 times`.
    TooManyTimes,
    /// A day beyond the last year: `9999-12-31`, `in 900 years`. On the wire one that no calendar has.
    TooFar,
    /// More tasks than one line takes: `delete 1-5000`. On the wire as if none were named.
    TooManyIds,
    /// A correction that does not say what is meant instead: `not friday`. Only in a conversation.
    Correction,
    /// Nothing is left for the title.
    EmptyTitle,
    /// The command needs to know which task.
    MissingId,
    /// No such time zone.
    InvalidTimezone,
    /// A request that is none; only on the wire.
    BadRequest,
}

impl ErrorCode {
    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidDate | Self::TooFar | Self::Correction => "invalid_date",
            Self::InvalidTime => "invalid_time",
            Self::PastDate => "past_date",
            Self::InvalidRecurrence | Self::TooOften | Self::TooRare | Self::TooManyTimes => "invalid_recurrence",
            Self::EmptyTitle => "empty_title",
            Self::MissingId | Self::TooManyIds => "missing_id",
            Self::InvalidTimezone => "invalid_timezone",
            Self::BadRequest => "bad_request",
        }
    }

    /// What would have been understood instead.
    fn hint(self) -> &'static str {
        match self {
            Self::InvalidDate => {
                "That day is in no calendar; I understand `friday`, `march 12`, `4/15` or `2026-12-24`."
            }
            Self::InvalidTime => "No clock shows that time; I understand `5pm`, `17:30`, `at 5` or `noon`.",
            Self::PastDate => "That has gone by already; say a day to come, such as `tomorrow 9am` or `next friday`.",
            Self::InvalidRecurrence => {
                "That never comes; I understand `every 3 days`, `every mon and fri` or `every day until 1 dec`."
            }
            Self::TooOften => {
                "The shortest interval is a minute; type `every minute`, `every 20 minutes`, or once, `in 20 seconds`."
            }
            Self::TooRare => {
                "The next time must come before the year 2200, and one interval counts a million at most; type \
                 `every 10 years`, or once, `in 3 years`."
            }
            Self::TooManyTimes => {
                "I count up to 10,000 times; leave the number out, and it comes until you end it, or type `until 1 dec`."
            }
            Self::TooFar => {
                "I plan up to the year 2199, as nobody knows the clocks of later ones; say an earlier day, or none. \
                 Quotes keep a number that is no date."
            }
            Self::Correction => {
                "To correct what was spoken of say only what is meant, such as `no, saturday` or `no, 5pm`; a new task \
                 begins without `no`."
            }
            Self::TooManyIds => "One line takes 50 tasks at most; name fewer, for example",
            Self::EmptyTitle => {
                "Say what is to be done, for example `call Ana tomorrow 5pm`; quotes keep words that look like a date."
            }
            Self::MissingId => "Say which task by its number, for example",
            Self::InvalidTimezone => {
                "I know no such time zone; name one such as `Europe/Madrid`, `America/New_York` or `UTC`."
            }
            Self::BadRequest => "A request needs `text`, `now` (RFC 3339) and `tz` (an IANA zone).",
        }
    }
}

/// A line that names a command but cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Which command it would have been.
    pub command: CommandName,
    /// What is wrong.
    pub code: ErrorCode,
    /// The bytes of the text that are to blame, where that can be said.
    pub at: Option<Range<usize>>,
    /// One sentence: what would have been understood.
    pub hint: String,
}

impl Misread {
    /// A misread of a command with the sentence that belongs to its code.
    pub(crate) fn new(command: CommandName, code: ErrorCode, at: Option<Range<usize>>) -> Self {
        let hint = match code {
            ErrorCode::MissingId | ErrorCode::TooManyIds => format!("{} `{}`.", code.hint(), example(command)),
            ErrorCode::EmptyTitle if command == CommandName::Edit => {
                "Say the new title, for example `rename 3 to call Ana`.".to_owned()
            }
            _ => code.hint().to_owned(),
        };
        Self { command, code, at, hint }
    }

    /// The same with what may have been meant before its hint.
    pub(crate) fn proposing(self, line: Option<String>) -> Self {
        let hint = match line {
            Some(line) => format!("Did you mean `{line}`?"),
            None => self.hint,
        };
        Self { hint, ..self }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hint)
    }
}

impl std::error::Error for Misread {}

/// A line that names a task as the command wants it.
fn example(command: CommandName) -> &'static str {
    match command {
        CommandName::Reopen => "reopen 3",
        CommandName::Edit => "edit 3 due friday",
        CommandName::Move => "move 3 to friday",
        CommandName::Snooze => "snooze 3 for 20 min",
        CommandName::Delete => "delete 3",
        CommandName::History => "history 3",
        _ => "done 3",
    }
}
