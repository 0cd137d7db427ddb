//! Filters: which tasks to show.
//!
//! ```text
//! filters = { filler | state | whom | priorities | tag | span | order }
//! filler  = "task" | "tasks" | "the" | "me" | "due" | "on" | "with" | "for" | "tagged" | "and" | ","
//! state   = "done" | "completed" | "finished" | "missed" | "skipped" | "past" | "deleted" | "all" | "open" | "overdue" | "late"
//!         | ( "no" | "without" ) [ "a" ] ( "date" | "due" [ "date" ] )
//! whom    = "my" | "mine" | "@me" | [ "assigned to" ] ( "me" | person )
//! ```

mod order;
mod priorities;
mod span;

use crate::asides::{Mention, mention, tag_name};
use crate::commands::Line;
use crate::misread::ErrorCode;
use crate::once::once;
use crate::reading::{Filter, StatusFilter, Whom};
use crate::tokens::{Cursor, Kind};

/// Filters, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// What they say.
    pub(crate) filter: Filter,
    /// What is wrong with one of them.
    pub(crate) code: Option<ErrorCode>,
}

/// Reads filters to the end; none if anything else is among them.
pub(crate) fn filters(c: &mut Cursor<'_>, line: &Line<'_>) -> Option<Said> {
    let mut said = Said::default();
    while !c.is_done() {
        one(c, line, &mut said)?;
    }
    said.filter.tags = once(said.filter.tags);
    Some(said)
}

fn one(c: &mut Cursor<'_>, line: &Line<'_>, said: &mut Said) -> Option<()> {
    let filter = &mut said.filter;
    c.attempt(|c| state(c, filter))
        .or_else(|| c.attempt(|c| whom(c, line, filter)))
        .or_else(|| c.attempt(|c| tag(c, line, filter)))
        .or_else(|| c.attempt(|c| priorities::priorities(c, filter)))
        .or_else(|| c.attempt(|c| order::order(c, filter)))
        .or_else(|| c.attempt(|c| span::span(c, line.present, said)))
        .or_else(|| filler(c))
}

fn filler(c: &mut Cursor<'_>) -> Option<()> {
    if c.mark(',').is_some() {
        return Some(());
    }
    let words = [
        "task",
        "tasks",
        "todo",
        "todos",
        "items",
        "reminders",
        "the",
        "me",
        "due",
        "on",
        "with",
        "for",
        "tagged",
        "and",
        "that",
        "are",
        "is",
        "in",
        "of",
        "only",
        "everything",
    ];
    c.one_of(&words).map(|_| ())
}

fn state(c: &mut Cursor<'_>, filter: &mut Filter) -> Option<()> {
    if c.one_of(&["no", "without"]).is_some() {
        let _ = c.one_of(&["a", "any"]);
        if c.word("due").is_some() {
            let _ = c.word("date");
        } else {
            c.one_of(&["date", "dates", "deadline"])?;
        }
        filter.no_due = true;
        return Some(());
    }
    if c.words(&["past", "due"]).is_some() {
        filter.overdue = true;
        return Some(());
    }
    match c.take(Some)? {
        "done" | "completed" | "finished" | "closed" => filter.status = Some(StatusFilter::Done),
        "missed" => filter.status = Some(StatusFilter::Missed),
        "skipped" => filter.status = Some(StatusFilter::Skipped),
        "past" => filter.status = Some(StatusFilter::Past),
        "deleted" => filter.status = Some(StatusFilter::Deleted),
        "all" => filter.status = Some(StatusFilter::All),
        "open" | "active" | "pending" => filter.status = None,
        "overdue" | "late" => filter.overdue = true,
        "undated" => filter.no_due = true,
        _ => return None,
    }
    Some(())
}

fn whom(c: &mut Cursor<'_>, line: &Line<'_>, filter: &mut Filter) -> Option<()> {
    let assigned = c.words(&["assigned", "to"]).is_some();
    let mine: &[&str] = if assigned { &["me"] } else { &["my", "mine"] };
    let whom = match c.one_of(mine) {
        Some(_) => Whom::Me,
        None => {
            let token = c.bump().filter(|token| token.kind == Kind::Person)?;
            match mention(token, line.text) {
                Mention::Me => Whom::Me,
                Mention::Person(person) => Whom::Person(person),
            }
        }
    };
    // Of several the first is the assignee.
    filter.assignee.get_or_insert(whom);
    Some(())
}

fn tag(c: &mut Cursor<'_>, line: &Line<'_>, filter: &mut Filter) -> Option<()> {
    let token = c.bump().filter(|token| token.kind == Kind::Tag)?;
    filter.tags.push(tag_name(token, line.text));
    Some(())
}
