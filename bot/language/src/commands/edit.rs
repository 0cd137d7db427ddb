//! Changing fields.
//!
//! ```text
//! edit   = ( "edit" | "change" | "update" ) ids ( title | { change } )
//!        | "rename" ids [ "to" ] text
//!        | "tag" ids { tag } | "untag" ids { tag }
//!        | "assign" ids [ "to" ] who | "assign" who [ "to" ] ids | "unassign" ids
//!        | "prioritize" ids priority
//!        | ( "change" | … ) [ "the" ] "title of" ids "to" text
//! title  = [ "the" ] ( "title" | "name" ) [ "to" ] text | ":" text | quoted
//! text   = everything to the end, as typed
//! ```
//!
//! The changes are in [`changes`](super::changes).

use super::changes::changes;
use super::{Attempt, Line};
use crate::asides::{Asides, level, mention, priority};
use crate::ids::ids_then;
use crate::misread::ErrorCode;
use crate::reading::{CommandName, Edit, Field, Ids, Reading};
use crate::tokens::{Cursor, Kind};

/// What the words behind the ids change, or what is wrong with them.
type Change = Option<Result<Edit, ErrorCode>>;

pub(super) fn edit(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    let verb = c.take(Some)?;
    if verb == "assign"
        && let Some(edit) = c.attempt(|c| assign_first(c, line))
    {
        return Some(Ok(Reading::Edit(edit)));
    }
    if let Some(edit) = c.attempt(|c| title_of(c, line)) {
        return Some(Ok(Reading::Edit(edit)));
    }
    let behind = c.rest();
    let read = ids_then(&mut c, line.listed, |c| change(verb, c, line));
    let misread = |code, tokens| line.misread(CommandName::Edit, code, tokens);
    match read {
        Some((ids, Ok(edit))) => Some(Ok(Reading::Edit(Edit { ids, ..edit }))),
        Some((_, Err(ErrorCode::EmptyTitle))) => Some(Err(misread(ErrorCode::EmptyTitle, None))),
        Some((_, Err(code))) => Some(Err(misread(code, Some(behind)))),
        None => is_missing(verb, c, line).then(|| Err(misread(ErrorCode::MissingId, None))),
    }
}

fn blank() -> Edit {
    Edit::of(Ids::NONE)
}

fn change(verb: &str, c: &mut Cursor<'_>, line: &Line<'_>) -> Change {
    match verb {
        "rename" => rename(c, line),
        "tag" => tags(c, line).map(|tags| Ok(Edit { tags, ..blank() })),
        "untag" => tags(c, line).map(|remove_tags| Ok(Edit { remove_tags, ..blank() })),
        "assign" => assign(c, line).map(Ok),
        "unassign" => c.end().map(|()| Ok(Edit { clear: vec![Field::Assignee], ..blank() })),
        "prioritize" | "prioritise" => prioritize(c).map(Ok),
        _ => c.attempt(|c| title(c, line)).or_else(|| changes(c, line)),
    }
}

/// `the title of 3 to X`.
fn title_of(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Edit> {
    let _ = c.word("the");
    c.one_of(&["title", "name"])?;
    c.word("of")?;
    let (ids, text) = ids_then(c, line.listed, |c| {
        c.word("to")?;
        text(c, line).ok()
    })?;
    Some(Edit { ids, ..text })
}

fn rename(c: &mut Cursor<'_>, line: &Line<'_>) -> Change {
    let _ = c.one_of(&["to", "as"]);
    let _ = c.mark(':');
    Some(text(c, line))
}

/// `title to X`, `: X`, `"X"`.
fn title(c: &mut Cursor<'_>, line: &Line<'_>) -> Change {
    let quoted = matches!(c.rest(), [only] if only.kind == Kind::Quoted);
    if quoted || c.mark(':').is_some() {
        return Some(text(c, line));
    }
    let _ = c.one_of(&["the", "to"]);
    let quoted = matches!(c.rest(), [only] if only.kind == Kind::Quoted);
    if !quoted {
        c.one_of(&["title", "name"])?;
        let _ = c.word("to");
        let _ = c.mark(':');
    }
    Some(text(c, line))
}

/// All the rest, as typed.
fn text(c: &mut Cursor<'_>, line: &Line<'_>) -> Result<Edit, ErrorCode> {
    let title = crate::title::title(c.rest(), line.text).ok_or(ErrorCode::EmptyTitle)?;
    *c = c.moved_to(c.at() + c.rest().len());
    Ok(Edit { title: Some(title), ..blank() })
}

/// One or more tags, and nothing else.
fn tags(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Vec<String>> {
    let mut asides = Asides::default();
    while let Some(token) = c.bump() {
        match token.kind {
            Kind::Tag => asides.add_tag(token, line.text),
            Kind::Mark(',') => {}
            _ if token.word() == Some("and") => {}
            _ => return None,
        }
    }
    Some(asides.once().tags).filter(|tags| !tags.is_empty())
}

/// `to @ana and @bob`, `to me`.
fn assign(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Edit> {
    let _ = c.word("to");
    let who = who(c, line)?;
    c.end()?;
    Some(who)
}

/// `@ana to 3`, with ids behind.
fn assign_first(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Edit> {
    let who = who(c, line)?;
    let _ = c.word("to");
    let ids = crate::ids::ids_only(c, line.listed)?;
    Some(Edit { ids, ..who })
}

fn who(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Edit> {
    let mut asides = Asides::default();
    loop {
        match c.word("me") {
            Some(()) => asides.me = true,
            None => {
                let token = c.bump().filter(|token| token.kind == Kind::Person)?;
                asides.add_mention(mention(token, line.text));
            }
        }
        let comma = c.mark(',');
        let and = c.one_of(&["and", "&"]).map(|_| ());
        if comma.or(and).is_none() {
            break;
        }
    }
    let asides = asides.once();
    Some(Edit { people: asides.people, to_me: asides.me, ..blank() })
}

/// `high`, `to high`, `p1`.
fn prioritize(c: &mut Cursor<'_>) -> Option<Edit> {
    let _ = c.one_of(&["to", "as"]);
    let priority = priority(c).or_else(|| c.take(level))?;
    c.end()?;
    Some(Edit { priority: Some(priority), ..blank() })
}

/// Whether it is clear that ids are missing: nothing is behind the verb, or what would stand behind
/// the ids.
fn is_missing(verb: &str, mut c: Cursor<'_>, line: &Line<'_>) -> bool {
    if c.is_done() {
        return true;
    }
    match verb {
        "edit" | "change" | "update" => {
            let sign = ["due", "no", "title"];
            c.peek_word().is_some_and(|word| sign.contains(&word)) && change(verb, &mut c, line).is_some()
        }
        "rename" => c.peek_word() == Some("to"),
        _ => change(verb, &mut c, line).is_some(),
    }
}
