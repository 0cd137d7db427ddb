//! The changes behind `edit 3`.
//!
//! ```text
//! change = ( "no" | "clear" | "remove" ) field | "-" tag | tag | [ "assign" "to" ] person
//!        | [ "priority" [ "to" ] ] priority | [ "due" [ "date" ] [ "to" ] ] phrase
//! field  = "date" | "due" [ "date" ] | "priority" | "repeat" | "recurrence" | "assignee"
//! ```

use super::Line;
use crate::asides::{level, priority, set_aside, tag_name};
use crate::misread::ErrorCode;
use crate::once::once;
use crate::phrases::exactly;
use crate::reading::{Edit, Field, Ids};
use crate::tokens::{Cursor, Kind, Token};

/// Reads changes to the end; none if anything else is among them.
pub(super) fn changes(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Result<Edit, ErrorCode>> {
    let mut edit = Edit::of(Ids::NONE);
    let mut rest: Vec<Token<'_>> = Vec::new();
    while let Some(token) = c.peek() {
        if let Some(field) = c.attempt(cleared) {
            edit.clear.push(field);
        } else if let Some(tag) = c.attempt(minus) {
            edit.remove_tags.push(tag_name(tag, line.text));
        } else if let Some(priority) = c.attempt(set_priority) {
            edit.priority = Some(priority);
        } else if c.attempt(due).is_none() {
            rest.push(*token);
            let _ = c.bump();
        }
    }
    let (asides, rest) = set_aside(&rest, line.text);
    edit.priority = asides.priority.or(edit.priority);
    edit.remove_tags = once(edit.remove_tags);
    edit.tags = asides.tags;
    edit.people = asides.people;
    edit.to_me = asides.me;
    if rest.iter().all(Token::is_punctuation) {
        return Some(Ok(edit));
    }
    let timing = exactly(&rest, line.present)?;
    Some(timing.map(|timing| Edit { when: Some(timing.when), repeat: timing.repeat, ..edit }))
}

/// `no due date`: the field to clear.
fn cleared(c: &mut Cursor<'_>) -> Option<Field> {
    c.one_of(&["no", "clear", "remove", "without"])?;
    let _ = c.one_of(&["the", "a"]);
    Some(match c.take(Some)? {
        "date" | "deadline" => Field::Due,
        "due" => {
            let _ = c.word("date");
            Field::Due
        }
        "priority" | "prio" => Field::Priority,
        "repeat" | "recurrence" | "repeats" | "recurring" => Field::Repeat,
        "assignee" | "assignees" => Field::Assignee,
        _ => return None,
    })
}

/// `-#home`.
fn minus<'a>(c: &mut Cursor<'a>) -> Option<&'a Token<'a>> {
    c.mark('-')?;
    c.bump().filter(|token| token.kind == Kind::Tag && token.glued)
}

/// `priority high`, `priority to p1`.
fn set_priority(c: &mut Cursor<'_>) -> Option<u8> {
    let _ = c.word("the");
    c.one_of(&["priority", "prio"])?;
    let _ = c.word("to");
    let _ = c.mark(':');
    let number = |word: &str| word.parse().ok().filter(|level| (1..=4).contains(level));
    priority(c).or_else(|| c.take(|word| level(word).or_else(|| number(word))))
}

/// The words that lead to a due, where a preposition alone would not.
fn due(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.word("the");
    if c.one_of(&["due", "date"]).is_some() {
        let date = c.word("date").is_some();
        return c.word("to").or(date.then_some(()));
    }
    let start = c.before().is_some_and(|token| token.word().is_some());
    c.word("to")?;
    let person = c.peek().is_some_and(|token| token.kind == Kind::Person);
    (start && !person).then_some(())
}
