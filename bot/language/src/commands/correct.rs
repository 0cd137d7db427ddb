//! Correcting what was just understood, in a conversation alone.
//!
//! ```text
//! correction = ( "no" | "nope" | "actually" | "sorry" | "i meant" | "i mean" | "make it" ) [ "," ] phrase
//! ```
//!
//! It moves what was spoken of last.

use super::{Attempt, Line};
use crate::phrases::exactly;
use crate::reading::{CommandName, Ids, Move, Reading, Spoken, Target};
use crate::tokens::Cursor;

pub(super) fn correct(line: &Line<'_>) -> Attempt {
    line.listed?;
    let mut c = line.cursor();
    while c.attempt(opening).is_some() {
        let _ = c.mark(',');
    }
    if c.at() == 0 {
        return None;
    }
    let timing = exactly(c.rest(), line.present)?;
    let moved = timing.map(|timing| {
        timing
            .repeat
            .is_none()
            .then_some(Reading::Move(Move { ids: Ids::Spoken(Spoken::It), target: Target::To(timing.when) }))
    });
    let misread = |code| line.misread(CommandName::Move, code, Some(c.rest()));
    moved.map_err(misread).transpose()
}

fn opening(c: &mut Cursor<'_>) -> Option<()> {
    if c.one_of(&["no", "nope", "actually", "sorry"]).is_some() {
        return Some(());
    }
    match c.one_of(&["i", "make"])? {
        "i" => c.one_of(&["meant", "mean"]).map(|_| ()),
        _ => c.word("it"),
    }
}
