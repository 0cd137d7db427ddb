//! Numbers and positions of more than one word.
//!
//! ```text
//! number  = digits | word | tens ( "-" | " " ) ones          (* 25, seven, twenty five *)
//! spelled = word | tens ( "-" | " " ) word                   (* third, twenty-fifth *)
//! ordinal = position [ [ "to" [ "the" ] ] "last" ] | "last" [ "but one" ] | "next to last" | "penultimate"
//! ```

use crate::tokens::Cursor;
use crate::vocabulary::{cardinal, ordinal_digits, ordinal_word, tens};

/// Reads a number.
pub(crate) fn number(c: &mut Cursor<'_>) -> Option<u32> {
    c.attempt(|c| compound(c, cardinal)).or_else(|| c.take(cardinal))
}

/// Reads a number of tens and ones in words: `twenty five`.
pub(crate) fn tens_and_ones(c: &mut Cursor<'_>) -> Option<u32> {
    c.attempt(|c| compound(c, cardinal))
}

/// Reads a position in words.
pub(crate) fn spelled_ordinal(c: &mut Cursor<'_>) -> Option<u32> {
    c.attempt(|c| compound(c, ordinal_word)).or_else(|| c.take(ordinal_word))
}

/// Reads a position; -1 is the last, -2 the second to last.
pub(crate) fn ordinal(c: &mut Cursor<'_>) -> Option<i8> {
    if c.one_of(&["penultimate"]).is_some() || c.words(&["next", "to", "last"]).is_some() {
        return Some(-2);
    }
    if c.word("last").is_some() {
        return Some(if c.words(&["but", "one"]).is_some() { -2 } else { -1 });
    }
    let position = spelled_ordinal(c).or_else(|| c.take(ordinal_digits))?;
    let position = i8::try_from(position).ok()?;
    let to_last: [&[&str]; 3] = [&["to", "the", "last"], &["to", "last"], &["last"]];
    let from_the_end = to_last.into_iter().any(|words| c.words(words).is_some());
    Some(if from_the_end { -position } else { position })
}

/// Tens and ones, in two words or one with a hyphen.
fn compound(c: &mut Cursor<'_>, ones: fn(&str) -> Option<u32>) -> Option<u32> {
    let below_ten = |word: &str| {
        let plain = word.bytes().all(|b| b.is_ascii_alphabetic());
        ones(word).filter(|number| plain && (1..10).contains(number))
    };
    // Twenty to fifty: no other word is looked at twice.
    c.peek_word().filter(|word| word.starts_with(['t', 'f']))?;
    let hyphened = c.take(|word| {
        let (first, last) = word.split_once('-')?;
        Some(tens(first)? + below_ten(last)?)
    });
    hyphened.or_else(|| Some(c.take(tens)? + c.take(below_ten)?))
}
