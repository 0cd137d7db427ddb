//! Putting off a reminder.
//!
//! ```text
//! snooze = "snooze" [ ids ] [ [ "for" | "in" ] length | [ "until" | "til" | "to" ] phrase ]
//!        | "remind me" ( about time | time about )          (* in a conversation *)
//! about  = ( "about" | "of" ) spoken
//! ```
//!
//! Without ids it is the last reminder, without a time an hour. A bare number is an id.

use jiff::{Timestamp, ToSpan};

use super::{Attempt, Line};
use crate::ids::ids_then;
use crate::length::length;
use crate::misread::ErrorCode;
use crate::phrases::{exactly, exactly_at};
use crate::present::Present;
use crate::reading::{CommandName, Ids, Reading, Snooze, When};
use crate::tokens::Cursor;

type Until = Option<Result<Timestamp, ErrorCode>>;

pub(super) fn snooze(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    c.word("snooze")?;
    let behind = c;
    let read = ids_then(&mut c, line.listed, |c| until(c, line.present))
        .or_else(|| Some((Ids::NONE, until(&mut c, line.present)?)));
    let (ids, until) = read?;
    Some(match until {
        Ok(until) => Ok(Reading::Snooze(Snooze { ids, until })),
        Err(code) => Err(line.misread(CommandName::Snooze, code, Some(behind.rest()))),
    })
}

/// `remind me about it tomorrow`, `remind me at 5 of that`: what was spoken of reminds again then.
pub(super) fn about(line: &Line<'_>) -> Attempt {
    line.listed.filter(|known| *known > 0)?;
    let mut c = line.cursor();
    c.words(&["remind", "me"])?;
    let (behind, start) = (c.rest(), c.at());
    let about = behind.iter().rposition(|token| matches!(token.word(), Some("about" | "of")))?;
    let mut c = c.moved_to(start + about + 1);
    let when = |c: &mut Cursor<'_>| match about {
        0 if !c.is_done() => until(c, line.present),
        0 => None,
        _ => c.end().and_then(|()| until(&mut Cursor::new(&behind[..about]), line.present)),
    };
    let (ids, until) = ids_then(&mut c, line.listed, when)?;
    let spoken = matches!(ids, Ids::Spoken(_)).then_some(ids)?;
    let code = |code| line.misread(CommandName::Snooze, code, Some(behind));
    Some(until.map(|until| Reading::Snooze(Snooze { ids: spoken, until })).map_err(code))
}

/// Until when, and nothing else.
fn until(c: &mut Cursor<'_>, present: &Present<'_>) -> Until {
    if c.is_done() {
        return Some(present.after(1.hour()));
    }
    c.attempt(|c| for_length(c, present)).or_else(|| until_phrase(c, present))
}

fn for_length(c: &mut Cursor<'_>, present: &Present<'_>) -> Until {
    let _ = c.one_of(&["for", "in", "another", "by"]);
    let length = length(c)?;
    c.end()?;
    let span = length.span().ok_or(ErrorCode::TooFar);
    Some(span.and_then(|span| present.after(span)))
}

/// A day without a time is that day at the default time.
fn until_phrase(c: &mut Cursor<'_>, present: &Present<'_>) -> Until {
    let until = c.one_of(&["until", "till", "til", "to", "for"]).filter(|word| *word != "for");
    let hour = || until.and_then(|_| exactly_at(c.rest(), present));
    let timing = match exactly(c.rest(), present).or_else(hour)? {
        Ok(timing) => timing,
        Err(code) => return Some(Err(code)),
    };
    if timing.repeat.is_some() {
        return None;
    }
    Some(match timing.when {
        When::At(at) => Ok(at),
        When::Day(date) => present
            .instant(date, present.settings.default_time, None)
            .and_then(|at| (at > present.now).then_some(at).ok_or(ErrorCode::PastDate)),
    })
}
