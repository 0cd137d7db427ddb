//! A place among tokens, and the small words of the grammar.

use super::{Kind, Token};

/// A place among tokens. Grammar functions advance it when they match and leave it where it was when
/// they do not ([`attempt`](Self::attempt) sees to that).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the first of these tokens.
    pub(crate) fn new(tokens: &'a [Token<'a>]) -> Self {
        Self { tokens, at: 0 }
    }

    /// At another of the same tokens.
    pub(crate) fn moved_to(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// How many tokens lie behind it.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The tokens ahead.
    pub(crate) fn rest(&self) -> &'a [Token<'a>] {
        &self.tokens[self.at.min(self.tokens.len())..]
    }

    /// The next token.
    pub(crate) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    /// The token before this place.
    pub(crate) fn before(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    /// The next token's text if it is a word.
    pub(crate) fn peek_word(&self) -> Option<&'a str> {
        self.peek()?.word()
    }

    /// Whether no text is next: nothing, a mark or an ornament.
    pub(crate) fn is_at_end(&self) -> bool {
        !self.peek().is_some_and(Token::is_text)
    }

    /// Whether the text ends here, or goes on with one of these words.
    pub(crate) fn ends_before(&self, words: &[&str]) -> bool {
        self.is_at_end() || self.peek_word().is_some_and(|word| words.contains(&word))
    }

    /// Whether nothing is ahead.
    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Nothing may be ahead.
    pub(crate) fn end(&self) -> Option<()> {
        self.is_done().then_some(())
    }

    /// Takes the next token, whatever it is.
    pub(crate) fn bump(&mut self) -> Option<&'a Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Runs `read`; goes back if it does not match.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let result = read(self);
        if result.is_none() {
            self.at = start;
        }
        result
    }

    /// Takes the next word if `meaning` knows it.
    pub(crate) fn take<T>(&mut self, meaning: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        let value = meaning(self.peek_word()?)?;
        self.at += 1;
        Some(value)
    }

    /// Takes exactly this word.
    pub(crate) fn word(&mut self, word: &str) -> Option<()> {
        self.take(|text| (text == word).then_some(()))
    }

    /// Takes one of these words.
    pub(crate) fn one_of(&mut self, words: &[&str]) -> Option<&'a str> {
        self.take(|text| words.contains(&text).then_some(text))
    }

    /// Takes these words in a row.
    pub(crate) fn words(&mut self, words: &[&str]) -> Option<()> {
        self.attempt(|c| words.iter().try_for_each(|word| c.word(word)))
    }

    /// Takes this mark.
    pub(crate) fn mark(&mut self, mark: char) -> Option<()> {
        let matches = self.peek()?.kind == Kind::Mark(mark);
        self.at += usize::from(matches);
        matches.then_some(())
    }

    /// Takes as many commas, colons and the like as there are.
    pub(crate) fn skip_marks(&mut self) {
        while self.peek().is_some_and(Token::is_punctuation) {
            self.at += 1;
        }
    }
}
