//! From text to tokens.

use super::shape::{emoji, entity, is_mark, person, quoted, tag, word};
use super::{Kind, Token};

/// Cuts a line into tokens. `text` is `line` with ASCII letters in lower case.
pub(crate) fn scan<'t>(line: &'t str, text: &'t str) -> Vec<Token<'t>> {
    let mut scanner =
        Scanner { line, text, at: 0, tokens: Vec::with_capacity(text.len() / 4 + 1), unclosed: Vec::new() };
    while let Some(rest) = scanner.next_start() {
        let (kind, length) = scanner.shape(rest);
        scanner.push(kind, length);
    }
    scanner.tokens
}

struct Scanner<'t> {
    line: &'t str,
    text: &'t str,
    at: usize,
    tokens: Vec<Token<'t>>,
    /// Quotes known to have no closing one ahead, so that none is looked for twice.
    unclosed: Vec<char>,
}

impl<'t> Scanner<'t> {
    /// Skips white space; what is left of the line, if anything.
    fn next_start(&mut self) -> Option<&'t str> {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        (!rest.is_empty()).then_some(rest)
    }

    /// What stands at the beginning of `rest`, and how long it is.
    fn shape(&mut self, rest: &str) -> (Kind, usize) {
        let open = rest.chars().next().unwrap_or_default();
        if self.at_word_start() {
            if let Some(length) = self.quote(rest, open) {
                return (Kind::Quoted, length);
            }
            if let Some(length) = emoji(rest) {
                return (Kind::Quoted, length);
            }
            if let Some(length) = tag(rest) {
                return (Kind::Tag, length);
            }
            if let Some(length) = person(rest) {
                return (Kind::Person, length);
            }
        }
        entity(rest).unwrap_or_else(|| match open {
            '/' if self.tokens.is_empty() && is_command(rest) => (Kind::Mark('/'), 1),
            '@' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => (Kind::Word, 1),
            '-' if !rest[1..].starts_with(char::is_alphanumeric) || rest.starts_with("-#") => (Kind::Mark('-'), 1),
            _ if is_mark(open) => (Kind::Mark(open), open.len_utf8()),
            _ => (Kind::Word, word(rest)),
        })
    }

    /// The quoted text here; a quote that nothing closes is a mark.
    fn quote(&mut self, rest: &str, open: char) -> Option<usize> {
        if !matches!(open, '"' | '“' | '`') || self.unclosed.contains(&open) {
            return None;
        }
        let length = quoted(rest);
        if length.is_none() {
            self.unclosed.push(open);
        }
        length
    }

    /// Whether the place is not inside or right behind a word.
    fn at_word_start(&self) -> bool {
        let glued = |token: &Token<'_>| token.end == self.at && token.kind == Kind::Word;
        !self.tokens.last().is_some_and(glued)
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        let glued = self.tokens.last().is_some_and(|token| token.end == start);
        self.tokens.push(Token {
            kind,
            text: &self.text[start..end],
            start,
            end,
            glued,
            capital: is_name(&self.line.as_bytes()[start..end]),
        });
        self.at = end;
    }
}

/// Whether a slash begins a command (`/todo`) and not a path.
fn is_command(rest: &str) -> bool {
    let word = rest[1..].split_whitespace().next().unwrap_or_default();
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && !word.contains('/')
}

fn is_name(word: &[u8]) -> bool {
    matches!(word, [first, second, ..] if first.is_ascii_uppercase() && second.is_ascii_lowercase())
}
