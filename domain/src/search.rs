//! Words as they are stored for search: folded, so that both databases find the same.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word that is kept, in characters; the rest of a longer one is not searched.
const WORD_MAX: usize = 40;

/// The distinct folded words of a text: NFKD, no marks, lower case, split where no letter or digit stands.
#[must_use]
pub fn words(text: &str) -> BTreeSet<String> {
    in_order(text).into_iter().collect()
}

/// The folded words of a query in the order typed: all must match, the last one as a prefix.
#[must_use]
pub fn in_order(text: &str) -> Vec<String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect()
}
