//! Commands: the first word decides, if what follows fits it.
//!
//! ```text
//! line    = [ "/" ] { polite } command [ thanks ] | add
//! command = done | list | reopen | undo | edit | move | snooze | delete | history | help | settings
//! polite  = "please" | "pls" | "can you" | "could you" | "hey" [ "bot" ] | ( "hi" | "hello" | "ok" ) "bot"
//! thanks  = "please" | "thanks" | "thank you"
//! ```
//!
//! What does not fit the command that its first word names is a new task, title and all.

mod add;
mod changes;
mod correct;
mod done;
mod edit;
mod help;
mod history;
mod list;
mod polite;
mod postpone;
mod settings;
mod snooze;
mod undo;
mod zones;

use std::ops::Range;

use crate::ids::{Listed, fault};
use crate::misread::{ErrorCode, Misread};
use crate::present::Present;
use crate::reading::{CommandName, Reading};
use crate::tokens::{Cursor, Token};

/// What a command makes of a line: none if the line does not fit it.
pub(crate) type Attempt = Option<Result<Reading, Misread>>;

/// A line with all that reading it needs.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    /// As typed.
    pub(crate) text: &'a str,
    /// Its tokens, politeness before the command gone.
    pub(crate) tokens: &'a [Token<'a>],
    /// When and by whom.
    pub(crate) present: &'a Present<'a>,
    /// What the conversation has shown.
    pub(crate) listed: Listed,
}

impl<'a> Line<'a> {
    /// At its first token.
    fn cursor(&self) -> Cursor<'a> {
        Cursor::new(self.tokens)
    }

    /// A misread at these tokens, or anywhere.
    fn misread(&self, command: CommandName, code: ErrorCode, tokens: Option<&[Token<'_>]>) -> Misread {
        let at = tokens.and_then(bytes);
        Misread::new(command, code, at)
    }
}

/// The bytes that tokens take in their line.
fn bytes(tokens: &[Token<'_>]) -> Option<Range<usize>> {
    Some(tokens.first()?.start..tokens.last()?.end)
}

/// Reads a line.
pub(crate) fn read(line: &Line<'_>) -> Result<Reading, Misread> {
    let line = Line { tokens: polite::without_lead(line.tokens), ..*line };
    let bare = Line { tokens: polite::without_thanks(line.tokens), ..line };
    let reading = command(&bare).unwrap_or_else(|| add::add(&line))?;
    match reading.ids().and_then(|ids| fault(ids, line.listed)) {
        Some(code) => Err(line.misread(reading.command(), code, None)),
        None => Ok(reading),
    }
}

fn command(line: &Line<'_>) -> Attempt {
    let stated = correct::correct(line).or_else(|| done::stated(line)).or_else(|| postpone::stated(line));
    stated.or_else(|| snooze::about(line)).or_else(|| {
        let first = line.cursor();
        let Some(verb) = first.peek_word() else {
            return help::help(line);
        };
        match verb {
            "done" | "complete" | "finish" | "close" | "mark" => done::done(line),
            "reopen" | "undone" | "uncomplete" => done::reopen(line),
            "delete" | "del" | "remove" | "rm" | "cancel" => done::delete(line),
            "undo" => undo::undo(line),
            "edit" | "change" | "update" | "rename" | "tag" | "untag" | "assign" | "unassign" | "prioritize"
            | "prioritise" => edit::edit(line),
            "move" | "reschedule" | "postpone" | "push" | "defer" => postpone::postpone(line),
            "snooze" => snooze::snooze(line),
            "history" | "log" | "audit" => history::history(line),
            "help" => help::help(line),
            "settings" | "timezone" | "tz" | "set" => settings::settings(line),
            _ => list::list(line),
        }
    })
}
