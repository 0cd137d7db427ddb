//! The order and size of a list.
//!
//! ```text
//! order = ( "by" | ( "sort" | "sorted" | "order" | "ordered" ) [ "by" ] ) key
//!       | ( "top" | "first" | "limit" ) [ "to" ] number
//! key   = "due" [ "date" ] | "date" | "priority" | "created" | "creation"
//! ```

use crate::reading::{Filter, Sort};
use crate::tokens::Cursor;
use crate::vocabulary::cardinal;

pub(super) fn order(c: &mut Cursor<'_>, filter: &mut Filter) -> Option<()> {
    match c.one_of(&["sort", "sorted", "order", "ordered", "by", "top", "first", "limit"])? {
        "top" | "first" | "limit" => {
            let _ = c.word("to");
            filter.limit = Some(c.take(cardinal).filter(|limit| *limit > 0)?);
        }
        _ => {
            let _ = c.word("by");
            filter.sort = Some(key(c)?);
        }
    }
    Some(())
}

fn key(c: &mut Cursor<'_>) -> Option<Sort> {
    match c.take(Some)? {
        "due" => {
            let _ = c.word("date");
            Some(Sort::Due)
        }
        "date" | "deadline" => Some(Sort::Due),
        "priority" | "prio" => Some(Sort::Priority),
        "created" | "creation" | "age" | "newest" => Some(Sort::Created),
        _ => None,
    }
}
