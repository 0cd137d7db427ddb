//! Completing, reopening and removing: a verb and ids, which are all that follows.
//!
//! ```text
//! done   = ( "done" | "complete" | "finish" | "close" ) ids
//!        | "mark" ids [ "as" ] ( "done" | "complete" | "completed" | "finished" )
//!        | ids [ "is" | "are" ] "done"
//! reopen = ( "reopen" | "undone" | "uncomplete" ) ids
//! delete = ( "delete" | "del" | "remove" | "rm" | "cancel" ) ids
//! ```

use super::{Attempt, Line};
use crate::ids::{ids_only, ids_then};
use crate::misread::ErrorCode;
use crate::reading::{CommandName, Ids, Reading};
use crate::tokens::Cursor;

/// `3 done`.
pub(super) fn stated(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    let (ids, ()) = ids_then(&mut c, line.listed, |c| {
        let _ = c.one_of(&["is", "are"]);
        c.one_of(&["done", "completed", "finished"])?;
        c.end()
    })?;
    Some(Ok(Reading::Done(ids)))
}

pub(super) fn done(line: &Line<'_>) -> Attempt {
    if line.cursor().peek_word() == Some("mark") {
        return marked(line);
    }
    verb_and_ids(line, CommandName::Done, Reading::Done)
}

/// `mark 3 as done`.
fn marked(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    c.word("mark")?;
    if c.attempt(as_done).is_some() {
        let missing = line.misread(CommandName::Done, ErrorCode::MissingId, None);
        return Some(Err(missing));
    }
    let (ids, ()) = ids_then(&mut c, line.listed, as_done)?;
    Some(Ok(Reading::Done(ids)))
}

fn as_done(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.word("as");
    c.one_of(&["done", "complete", "completed", "finished"])?;
    c.end()
}

pub(super) fn reopen(line: &Line<'_>) -> Attempt {
    verb_and_ids(line, CommandName::Reopen, Reading::Reopen)
}

pub(super) fn delete(line: &Line<'_>) -> Attempt {
    verb_and_ids(line, CommandName::Delete, Reading::Delete)
}

fn verb_and_ids(line: &Line<'_>, command: CommandName, make: fn(Ids) -> Reading) -> Attempt {
    let mut c = line.cursor();
    c.bump()?;
    if c.is_done() || only_noun(c) {
        return Some(Err(line.misread(command, ErrorCode::MissingId, None)));
    }
    ids_only(&mut c, line.listed).map(|ids| Ok(make(ids)))
}

/// `delete task`, with no number behind it.
fn only_noun(mut c: Cursor<'_>) -> bool {
    c.one_of(&["task", "tasks"]).is_some() && c.is_done()
}
