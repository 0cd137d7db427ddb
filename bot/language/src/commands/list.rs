//! Showing tasks.
//!
//! ```text
//! list = ( "list" | "ls" | "show" ) { filter }
//!      | ( "what's" | "what is" ) ( "due" | "overdue" | "late" | "on" ) { filter }
//!      | "what do i have" { filter } | "my" { filter } "tasks" { filter }
//!      | ( "find" | "search" ) { tag | person | word }
//!      | [ "list" | "show" ] "more"                            (* as many as a list ever shows *)
//! ```
//!
//! It is a list only if all that follows are filters.

use super::{Attempt, Line};
use crate::asides::{Asides, mention};
use crate::filters::{Said, filters};
use crate::misread::ErrorCode;
use crate::reading::{CommandName, Filter, Reading, Whom};
use crate::title::title;
use crate::tokens::{Cursor, Kind, Token};

/// No list shows more tasks.
const MOST_SHOWN: u32 = 200;

pub(super) fn list(line: &Line<'_>) -> Attempt {
    let mut c = line.cursor();
    if c.attempt(more).is_some() {
        return Some(Ok(Reading::List(Filter { limit: Some(MOST_SHOWN), ..Filter::default() })));
    }
    if c.one_of(&["find", "search"]).is_some() {
        return find(c, line);
    }
    opening(&mut c)?;
    let behind = c.rest();
    let said = filters(&mut c, line)?;
    Some(match said {
        Said { code: Some(code), .. } => Err(misread(line, code, behind)),
        Said { filter, .. } => Ok(Reading::List(filter)),
    })
}

/// `more`, and nothing else.
fn more(c: &mut Cursor<'_>) -> Option<()> {
    let _ = c.one_of(&["list", "show"]);
    let _ = c.word("me");
    c.word("more")?;
    c.end()
}

fn misread(line: &Line<'_>, code: ErrorCode, tokens: &[Token<'_>]) -> crate::misread::Misread {
    line.misread(CommandName::List, code, Some(tokens))
}

/// Reads the command words; what is also a filter (`my`, `overdue`) is left.
fn opening(c: &mut Cursor<'_>) -> Option<()> {
    if c.one_of(&["list", "ls", "show"]).is_some() {
        return Some(());
    }
    if c.words(&["what", "do", "i", "have"]).is_some() {
        return Some(());
    }
    let what = c.one_of(&["what's", "what’s", "whats"]).map(|_| ()).or_else(|| c.words(&["what", "is"]));
    let words: &[&str] = match what {
        Some(()) => &["due", "overdue", "late", "on"],
        None => {
            // What is mine is a list only if tasks are spoken of: my tasks, my overdue tasks.
            c.rest().iter().find(|token| token.word() == Some("tasks"))?;
            &["my"]
        }
    };
    words.contains(&c.peek_word()?).then_some(())
}

/// Words to find, tags and people apart.
fn find(c: Cursor<'_>, line: &Line<'_>) -> Attempt {
    let mut asides = Asides::default();
    let mut words = Vec::new();
    for token in c.rest() {
        match token.kind {
            Kind::Tag => asides.add_tag(token, line.text),
            Kind::Person => asides.add_mention(mention(token, line.text)),
            _ => words.push(*token),
        }
    }
    let asides = asides.once();
    let person = asides.people.into_iter().next().map(Whom::Person);
    let filter = Filter {
        tags: asides.tags,
        assignee: asides.me.then_some(Whom::Me).or(person),
        text: title(without_filler(&words), line.text),
        ..Filter::default()
    };
    (filter != Filter::default()).then_some(Ok(Reading::List(filter)))
}

/// The words without those that carry no meaning before what is looked for.
fn without_filler<'a>(words: &'a [Token<'a>]) -> &'a [Token<'a>] {
    let filler = ["task", "tasks", "the", "me", "for", "with", "tagged"];
    let is_filler = |token: &Token<'_>| token.word().is_some_and(|word| filler.contains(&word));
    let meant = words.iter().position(|token| !is_filler(token));
    &words[meant.unwrap_or(0)..]
}
