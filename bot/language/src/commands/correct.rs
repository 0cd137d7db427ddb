//! Correcting what was just understood, in a conversation alone.
//!
//! ```text
//! correction = opening { [ mark ] opening } [ mark ] meant [ "instead" ] [ [ "," ] "not" phrase ]
//! opening    = "no" | "nope" | "actually" | "sorry" | "rather" | "i meant" | "i mean" | "make it" | "make that"
//!            | "it should be" | "it's" | "not" phrase ( "," | "but" )         (* it's: not first *)
//! meant      = phrase | hour | length ( "later" | "earlier" ) | level | { change }
//! ```
//!
//! It changes what was spoken of last: a day alone leaves it its time, a time alone its day. What opens like one but
//! says only what is not meant is asked back.

use super::changes::changes;
use super::{Attempt, Line};
use crate::asides::level;
use crate::length::length;
use crate::misread::ErrorCode;
use crate::phrases::{Timing, exactly, exactly_at, is_led_by_one, is_time_alone};
use crate::reading::{CommandName, Edit, Ids, Move, Reading, Spoken, Target, When};
use crate::tokens::{Cursor, Token};

/// What was spoken of last.
const IT: Ids = Ids::Spoken(Spoken::It);

/// Nobody begins a correction with more words of its kind.
const MOST: usize = 4;

pub(super) fn correct(line: &Line<'_>) -> Attempt {
    line.listed?;
    let mut c = line.cursor();
    let mut marked = false;
    for _ in 0..MOST {
        let first = c.at() == 0;
        if c.attempt(|c| opening(c, first)).or_else(|| c.attempt(|c| denied(c, line))).is_none() {
            break;
        }
        marked = c.before().is_some_and(|token| token.word() == Some("be")) || mark(&mut c);
        if let Some(read) = meant(without_denial(c.rest(), line), line) {
            return Some(read);
        }
    }
    unsaid(c, marked, line)
}

fn opening(c: &mut Cursor<'_>, first: bool) -> Option<()> {
    if c.one_of(&["no", "nope", "actually", "sorry", "rather"]).is_some() {
        return Some(());
    }
    if !first && c.one_of(&["it's", "it’s"]).or_else(|| c.words(&["it", "is"]).map(|()| "")).is_some() {
        return Some(());
    }
    match c.one_of(&["i", "make", "it", "that"])? {
        "i" => c.one_of(&["meant", "mean"]).map(|_| ()),
        "make" => c.one_of(&["it", "that"]).map(|_| ()),
        _ => c.words(&["should", "be"]),
    }
}

/// `not tomorrow,` before what is meant.
fn denied(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<()> {
    c.word("not")?;
    let ends = |token: &Token<'_>| token.is_mark(',') || token.word() == Some("but");
    let end = c.rest().iter().position(ends)?;
    exactly(&c.rest()[..end], line.present).is_some().then_some(())?;
    *c = c.moved_to(c.at() + end + 1);
    Some(())
}

fn mark(c: &mut Cursor<'_>) -> bool {
    [',', '-', '–', '—', ':', '.', '!'].into_iter().any(|mark| c.mark(mark).is_some())
}

/// What is left without `instead` and `, not friday` at the end.
fn without_denial<'a>(tokens: &'a [Token<'a>], line: &Line<'_>) -> &'a [Token<'a>] {
    let not = tokens.iter().rposition(|token| token.word() == Some("not")).filter(|not| *not > 0);
    let denied = |not: &usize| exactly(&tokens[not + 1..], line.present).is_some();
    let kept = &tokens[..not.filter(denied).unwrap_or(tokens.len())];
    match kept.split_last() {
        Some((last, before)) if last.is_mark(',') || last.word() == Some("instead") => before,
        _ => kept,
    }
}

/// The correction, if the tokens are one and nothing else.
fn meant(tokens: &[Token<'_>], line: &Line<'_>) -> Attempt {
    if tokens.is_empty() {
        return None;
    }
    let misread = |command, code: ErrorCode| line.misread(command, code, Some(tokens));
    // Elsewhere an hour later is an hour from now; here it is counted from what was said before.
    if let Some(span) = shift(tokens) {
        return Some(Ok(Reading::Move(Move { ids: IT, target: Target::By(span), corrects: true })));
    }
    if let Some(timing) = exactly(tokens, line.present) {
        let only_time = is_time_alone(tokens, line.present);
        return Some(match timing {
            Ok(timing) => Ok(corrected(timing, only_time)),
            Err(code) => Err(misread(CommandName::Move, code)),
        });
    }
    match changes(&mut Cursor::new(tokens), line).or_else(|| urgency(tokens).map(Ok)) {
        Some(Ok(edit)) if edit == Edit::of(Ids::NONE) => None,
        Some(Ok(edit)) => Some(Ok(Reading::Edit(Edit { ids: IT, ..edit }))),
        Some(Err(code)) => Some(Err(misread(CommandName::Edit, code))),
        None => exactly_at(tokens, line.present)?.ok().map(|timing| Ok(corrected(timing, tokens.len() == 1))),
    }
}

fn corrected(timing: Timing, only_time: bool) -> Reading {
    let target = match (timing.repeat, timing.when) {
        (Some(repeat), when) => {
            return Reading::Edit(Edit { when: Some(when), repeat: Some(repeat), ..Edit::of(IT) });
        }
        (None, When::Day(date)) => Target::Day(date),
        (None, when) => Target::said(when, only_time),
    };
    Reading::Move(Move { ids: IT, target, corrects: true })
}

/// `an hour later`, `2 days earlier`.
fn shift(tokens: &[Token<'_>]) -> Option<jiff::Span> {
    let mut c = Cursor::new(tokens);
    let span = length(&mut c)?.span()?;
    let span = match c.one_of(&["later", "earlier", "sooner"])? {
        "later" => span,
        _ => span.negate(),
    };
    c.end()?;
    Some(span)
}

/// `urgent`.
fn urgency(tokens: &[Token<'_>]) -> Option<Edit> {
    let mut c = Cursor::new(tokens);
    let priority = c.take(level)?;
    c.end()?;
    Some(Edit { priority: Some(priority), ..Edit::of(Ids::NONE) })
}

/// What only says what is not meant, or says more behind a date than is understood: `not friday`, `no, saturday would be
/// better`.
fn unsaid(mut c: Cursor<'_>, marked: bool, line: &Line<'_>) -> Attempt {
    let blamed = c.rest();
    let denies = c.word("not").is_some() && exactly(c.rest(), line.present).is_some();
    let asks = denies || (marked && is_led_by_one(blamed, line.present));
    asks.then(|| Err(line.misread(CommandName::Move, ErrorCode::Correction, Some(blamed))))
}
