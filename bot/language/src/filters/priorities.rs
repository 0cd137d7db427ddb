//! Priorities to show.
//!
//! ```text
//! priorities = priority { ( "or" | "and" | "," ) priority } | levels "priority" | "priority" levels | "urgent"
//! levels     = level { ( "or" | "and" | "," ) level }
//! ```

use crate::asides::{level, priority};
use crate::reading::Filter;
use crate::tokens::Cursor;

/// There are four priorities.
const MOST: usize = 8;

pub(super) fn priorities(c: &mut Cursor<'_>, filter: &mut Filter) -> Option<()> {
    let levels = c
        .attempt(named_first)
        .or_else(|| c.attempt(named_last))
        .or_else(|| list(c, priority))
        .or_else(|| c.word("urgent").map(|()| vec![1]))?;
    for level in levels {
        if !filter.priority.contains(&level) {
            filter.priority.push(level);
        }
    }
    Some(())
}

/// `priority high`, `priority 1 or 2`.
fn named_first(c: &mut Cursor<'_>) -> Option<Vec<u8>> {
    c.one_of(&["priority", "prio"])?;
    let _ = c.mark(':');
    list(c, any)
}

/// `high priority`, `high or urgent priority`.
fn named_last(c: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let levels = list(c, any)?;
    c.one_of(&["priority", "prio", "priorities"])?;
    Some(levels)
}

fn any(c: &mut Cursor<'_>) -> Option<u8> {
    let number = |word: &str| word.parse().ok().filter(|level| (1..=4).contains(level));
    c.take(|word| level(word).or_else(|| number(word))).or_else(|| priority(c))
}

fn list(c: &mut Cursor<'_>, item: fn(&mut Cursor<'_>) -> Option<u8>) -> Option<Vec<u8>> {
    let mut levels = vec![item(c)?];
    let next = |c: &mut Cursor<'_>| {
        let comma = c.mark(',');
        let or = c.one_of(&["or", "and", "&"]).map(|_| ());
        comma.or(or)?;
        item(c)
    };
    while levels.len() < MOST
        && let Some(level) = c.attempt(next)
    {
        levels.push(level);
    }
    Some(levels)
}
