//! Priorities.
//!
//! ```text
//! priority = "p1" … "p4" | "!" ( "1" … "4" | level ) | level "priority" | "priority" [ ":" ] level
//! level    = "urgent" | "high" | "medium" | "med" | "low"
//! ```

use crate::tokens::Cursor;

/// Reads a priority, 1 urgent to 4 low.
pub(crate) fn priority(c: &mut Cursor<'_>) -> Option<u8> {
    c.take(short).or_else(|| c.attempt(marked)).or_else(|| c.attempt(level_first)).or_else(|| c.attempt(level_last))
}

fn short(word: &str) -> Option<u8> {
    match word {
        "p1" => Some(1),
        "p2" => Some(2),
        "p3" => Some(3),
        "p4" => Some(4),
        _ => None,
    }
}

/// `!high`, `!2`: a mark of its own and the word right behind it.
fn marked(c: &mut Cursor<'_>) -> Option<u8> {
    let behind = c.peek().is_some_and(|token| token.glued);
    c.mark('!').filter(|()| !behind)?;
    c.peek().filter(|token| token.glued)?;
    c.take(|word| level(word).or_else(|| number(word)))
}

fn number(word: &str) -> Option<u8> {
    word.parse().ok().filter(|level| word.len() == 1 && (1..=4).contains(level))
}

/// `high priority`.
fn level_first(c: &mut Cursor<'_>) -> Option<u8> {
    let level = c.take(level)?;
    c.one_of(&["priority", "prio"])?;
    Some(level)
}

/// `priority high`, `priority: high`.
fn level_last(c: &mut Cursor<'_>) -> Option<u8> {
    c.one_of(&["priority", "prio"])?;
    let _ = c.mark(':');
    c.take(level)
}

/// A priority by name.
pub(crate) fn level(word: &str) -> Option<u8> {
    match word {
        "urgent" => Some(1),
        "high" => Some(2),
        "medium" | "med" => Some(3),
        "low" => Some(4),
        _ => None,
    }
}
