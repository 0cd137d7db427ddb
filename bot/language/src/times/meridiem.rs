//! The half of the day behind an hour.
//!
//! ```text
//! meridiem = ( "am" | "pm" | "a.m." | "p.m." | "p" ) [ "ish" ] | "a" "m" | "p" "m"
//! ```

use crate::tokens::Cursor;

/// A meridiem of its own: `pm`, `p.m.`, `p m`; true is pm.
pub(super) fn meridiem(c: &mut Cursor<'_>) -> Option<bool> {
    if let Some(pm) = c.attempt(in_two_letters) {
        return Some(pm);
    }
    let word = c.take(|word| (word != "p" && !word.ends_with("ish")).then_some(word))?;
    let pm = meridiem_of(word)?;
    eat_dot(c, word);
    Some(pm)
}

fn in_two_letters(c: &mut Cursor<'_>) -> Option<bool> {
    let pm = c.one_of(&["a", "p"])? == "p";
    c.word("m").map(|()| pm)
}

pub(super) fn meridiem_of(letters: &str) -> Option<bool> {
    let exact = letters.strip_suffix("ish").map(|letters| letters.trim_end_matches('-'));
    match exact.filter(|letters| !letters.is_empty()).unwrap_or(letters) {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" | "p" => Some(true),
        _ => None,
    }
}

/// The dot that ends `p.m.`
pub(super) fn eat_dot(c: &mut Cursor<'_>, letters: &str) {
    if letters.contains('.') && c.peek().is_some_and(|token| token.glued) {
        let _ = c.mark('.');
    }
}
