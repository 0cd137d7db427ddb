//! Asides: what may stand anywhere in a line and is no text of it.
//!
//! ```text
//! aside = tag | person | channel | priority
//! ```

mod people;
mod priority;

use crate::once::once;
use crate::reading::Person;
use crate::tokens::{Cursor, Kind, Token};

pub(crate) use people::{Mention, channel, mention};
pub(crate) use priority::{level, priority};

/// The asides of a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asides {
    /// Lower case, in the order typed.
    pub(crate) tags: Vec<String>,
    /// In the order typed.
    pub(crate) people: Vec<Person>,
    /// Whether `@me` is among them.
    pub(crate) me: bool,
    /// The channel to post in.
    pub(crate) channel: Option<String>,
    /// The last priority said.
    pub(crate) priority: Option<u8>,
}

impl Asides {
    /// The same, each tag and person once.
    pub(crate) fn once(self) -> Self {
        Self { tags: once(self.tags), people: once(self.people), ..self }
    }

    /// Adds a tag token of this line.
    pub(crate) fn add_tag(&mut self, token: &Token<'_>, line: &str) {
        self.tags.push(tag_name(token, line));
    }

    /// Adds a mention.
    pub(crate) fn add_mention(&mut self, mention: Mention) {
        match mention {
            Mention::Me => self.me = true,
            Mention::Person(person) => self.people.push(person),
        }
    }
}

/// The name of a tag token of this line.
pub(crate) fn tag_name(token: &Token<'_>, line: &str) -> String {
    line[token.start + 1..token.end].to_lowercase()
}

/// Takes the asides out of tokens: what they say, and the tokens that are left.
pub(crate) fn set_aside<'t>(tokens: &[Token<'t>], line: &str) -> (Asides, Vec<Token<'t>>) {
    take_out(tokens, line, &[])
}

/// The tokens that are left if those of these kinds are text.
pub(crate) fn with<'t>(text: &[Kind], tokens: &[Token<'t>], line: &str) -> Vec<Token<'t>> {
    take_out(tokens, line, text).1
}

fn take_out<'t>(tokens: &[Token<'t>], line: &str, text: &[Kind]) -> (Asides, Vec<Token<'t>>) {
    let mut asides = Asides::default();
    let mut rest: Vec<Token<'t>> = Vec::with_capacity(tokens.len());
    let mut c = Cursor::new(tokens);
    let mut after_person = false;
    while let Some(token) = tokens.get(c.at()) {
        if let Some(level) = priority(&mut c) {
            asides.priority = Some(level);
            continue;
        }
        let _ = c.bump();
        match token.kind {
            kind if text.contains(&kind) => {
                after_person = false;
                rest.push(*token);
            }
            Kind::Tag => asides.add_tag(token, line),
            Kind::Person => {
                people::drop_lead(&mut rest, after_person);
                after_person = true;
                asides.add_mention(mention(token, line));
                continue;
            }
            Kind::Channel => {
                people::drop_place(&mut rest);
                asides.channel.get_or_insert_with(|| channel(token, line));
            }
            _ => {
                after_person &= people::joins(token);
                rest.push(*token);
            }
        }
    }
    (asides.once(), rest)
}
