//! Tokens: the pieces of a line that the grammar reads.
//!
//! ```text
//! line    = { space | token }
//! token   = quoted | emoji | entity | tag | person | mark | word
//! quoted  = '"' … '"' | '“' … '”' | '`' … '`'
//! entity  = "<@" id ">" | "<#" id [ "|" name ] ">" | "<!" … ">" | "<http" … ">"
//! emoji   = ":" name ":"
//! tag     = "#" letter { letter | digit | "_" | "-" | "/" }
//! person  = "@" { letter | digit | "_" | "." | "-" }
//! mark    = "," | ";" | ":" | "." | "!" | "?" | "(" | ")" | …
//! word    = anything else up to white space or a mark
//! ```
//!
//! A word keeps the marks inside it: `10:30`, `24.12.2026`, `mid-march`, `friday's`, `$5.30` are one
//! token each, so that no part of them is ever taken for something else.

mod cursor;
mod scan;
mod shape;

pub(crate) use cursor::Cursor;
pub(crate) use scan::scan;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word or number.
    Word,
    /// One mark of punctuation.
    Mark(char),
    /// Quoted text with its quotes, a link, the name of an emoji; nothing inside is read.
    Quoted,
    /// `#home`.
    Tag,
    /// `@ana`, `<@U02ABC>` or a group.
    Person,
    /// `<#C0123|ops>`.
    Channel,
}

/// A piece of the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'t> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text with ASCII letters in lower case.
    pub(crate) text: &'t str,
    /// Where it begins in the line, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// Whether it stands directly behind the token before it.
    pub(crate) glued: bool,
    /// Whether it is written as a name: one capital letter, then small ones.
    pub(crate) capital: bool,
}

impl<'t> Token<'t> {
    /// Its text if it is a word.
    pub(crate) fn word(&self) -> Option<&'t str> {
        (self.kind == Kind::Word).then_some(self.text)
    }

    /// Whether it is this mark.
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Whether it is neither read nor text that anything else stands before: an emoji, its name, a link.
    pub(crate) fn is_ornament(&self) -> bool {
        match self.kind {
            Kind::Quoted => self.text.starts_with([':', '<']),
            Kind::Word => !self.text.contains(char::is_alphanumeric) || self.text.contains("://"),
            _ => false,
        }
    }

    /// Whether it is text, and neither punctuation nor an ornament.
    pub(crate) fn is_text(&self) -> bool {
        !(self.is_punctuation() || self.is_ornament())
    }

    /// Whether it is punctuation, which is no text of its own.
    pub(crate) fn is_punctuation(&self) -> bool {
        matches!(self.kind, Kind::Mark(_))
    }
}
