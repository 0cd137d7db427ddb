//! Moving a due.
//!
//! ```text
//! move = verb ids [ "to" ] phrase
//!      | verb ids [ "by" | "back" | "out" ] length
//!      | spoken "to" phrase                               (* it to friday; in a conversation *)
//! verb = "move" | "reschedule" | "postpone" | "push" | "defer"
//! ```
//!
//! A day or time is where it goes, and a time alone leaves it its day; a length is a shift from where it is. Without ids
//! it is only clear that some are missing if the rest fits.

use super::{Attempt, Line};
use crate::ids::ids_then;
use crate::length::length;
use crate::misread::ErrorCode;
use crate::phrases::{exactly, is_time_alone};
use crate::reading::{CommandName, Ids, Move, Reading, Target};
use crate::tokens::{Cursor, Token};

pub(super) fn postpone(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    c.bump()?;
    let missing = || line.misread(CommandName::Move, ErrorCode::MissingId, None);
    if c.is_done() {
        return Some(Err(missing()));
    }
    let mut blamed: &[Token<'_>] = &[];
    let read = ids_then(&mut c, line.listed, |c| {
        blamed = c.rest();
        target(c, line)
    });
    match read {
        Some((ids, Ok(target))) => Some(Ok(Reading::Move(Move { ids, target, corrects: false }))),
        Some((_, Err(code))) => Some(Err(line.misread(CommandName::Move, code, Some(blamed)))),
        None => target(&mut c, line).map(|_| Err(missing())),
    }
}

/// `it to friday`, `the second one to monday 5pm`.
pub(super) fn stated(line: &Line<'_>) -> Attempt {
    let to = |c: &mut Cursor<'_>| c.word("to").and_then(|()| target(c, line));
    let (ids, target) = ids_then(&mut line.cursor(), line.listed, to)?;
    let spoken = matches!(ids, Ids::Spoken(_)).then_some(ids)?;
    let code = |code| line.misread(CommandName::Move, code, Some(line.tokens));
    Some(target.map(|target| Reading::Move(Move { ids: spoken, target, corrects: false })).map_err(code))
}

/// Where to, and nothing else.
fn target(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Result<Target, ErrorCode>> {
    c.attempt(shift).or_else(|| {
        let _ = c.one_of(&["to", "for", "until", "till"]);
        let timing = exactly(c.rest(), line.present)?;
        let only_time = is_time_alone(c.rest(), line.present);
        let once = timing.map(|timing| timing.repeat.is_none().then_some(timing.when));
        once.transpose().map(|when| when.map(|when| Target::said(when, only_time)))
    })
}

/// `by 2 days`, `back a week`.
fn shift(c: &mut Cursor<'_>) -> Option<Result<Target, ErrorCode>> {
    let _ = c.one_of(&["back", "out"]);
    let _ = c.one_of(&["by", "for"]);
    let length = length(c)?;
    c.end()?;
    Some(length.span().map(Target::By).ok_or(ErrorCode::TooFar))
}
