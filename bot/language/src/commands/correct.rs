//! Correcting what was just understood, in a conversation alone.
//!
//! ```text
//! correction = opening { [ "," ] opening } [ "," ] ( phrase | { change } )
//! opening    = "no" | "nope" | "actually" | "sorry" | "i meant" | "i mean" | "make it" | "make that" | "rather"
//! ```
//!
//! It changes what was spoken of last: a day alone leaves it its time, a time alone its day.

use super::changes::changes;
use super::{Attempt, Line};
use crate::misread::ErrorCode;
use crate::phrases::{Timing, exactly, is_time_alone};
use crate::reading::{CommandName, Edit, Ids, Move, Reading, Spoken, Target, When};
use crate::tokens::Cursor;

/// What was spoken of last.
const IT: Ids = Ids::Spoken(Spoken::It);

pub(super) fn correct(line: &Line<'_>) -> Attempt {
    line.listed?;
    let mut c = line.cursor();
    while c.attempt(opening).is_some() {
        let _ = c.mark(',');
    }
    if c.at() == 0 || c.is_done() {
        return None;
    }
    let misread = |command, code: ErrorCode| line.misread(command, code, Some(c.rest()));
    if let Some(timing) = exactly(c.rest(), line.present) {
        let only_time = is_time_alone(c.rest(), line.present);
        return Some(match timing {
            Ok(timing) => Ok(corrected(timing, only_time)),
            Err(code) => Err(misread(CommandName::Move, code)),
        });
    }
    let edit = changes(&mut c.clone(), line)?;
    match edit {
        Ok(edit) if edit == Edit::of(Ids::NONE) => None,
        Ok(edit) => Some(Ok(Reading::Edit(Edit { ids: IT, ..edit }))),
        Err(code) => Some(Err(misread(CommandName::Edit, code))),
    }
}

fn corrected(timing: Timing, only_time: bool) -> Reading {
    let target = match (timing.repeat, timing.when) {
        (Some(repeat), when) => {
            return Reading::Edit(Edit { when: Some(when), repeat: Some(repeat), ..Edit::of(IT) });
        }
        (None, When::Day(date)) => Target::Day(date),
        (None, When::At(at)) if only_time => Target::Time(at),
        (None, when) => Target::To(when),
    };
    Reading::Move(Move { ids: IT, target })
}

fn opening(c: &mut Cursor<'_>) -> Option<()> {
    if c.one_of(&["no", "nope", "actually", "sorry", "rather"]).is_some() {
        return Some(());
    }
    match c.one_of(&["i", "make"])? {
        "i" => c.one_of(&["meant", "mean"]).map(|_| ()),
        _ => c.one_of(&["it", "that"]).map(|_| ()),
    }
}
