//! The pieces of a sentence, in no platform's markup.

use jiff::Timestamp;

/// A piece of a sentence. A platform escapes all of them, and marks up what it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The bot's own words.
    Words(String),
    /// What somebody typed: a title, a tag, a name.
    Theirs(String),
    /// What can be typed at the bot.
    Typed(String),
    /// A channel, by the platform's id.
    Channel(String),
    /// A moment: for platforms that show times in the reader's own zone, and in words for the others.
    Moment {
        /// The instant.
        at: Timestamp,
        /// The asker's wall time, as it is shown where nothing better is known.
        text: String,
    },
}

/// One line of pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

impl Text {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// A sentence of the bot's own, in which back-ticks enclose what can be typed.
    pub fn say(sentence: impl AsRef<str>) -> Self {
        Self::new().then(sentence)
    }

    /// Goes on with own words, in which back-ticks enclose what can be typed.
    #[must_use]
    pub fn then(mut self, sentence: impl AsRef<str>) -> Self {
        for (nth, part) in sentence.as_ref().split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
            self.0.push(if nth % 2 == 1 { Piece::Typed(part.to_owned()) } else { Piece::Words(part.to_owned()) });
        }
        self
    }

    /// Goes on with what somebody typed.
    #[must_use]
    pub fn theirs(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Theirs(text.into()));
        self
    }

    /// Goes on with the name of a channel.
    #[must_use]
    pub fn channel(mut self, id: impl Into<String>) -> Self {
        self.0.push(Piece::Channel(id.into()));
        self
    }

    /// Goes on with a moment.
    #[must_use]
    pub fn moment(mut self, at: Timestamp, text: impl Into<String>) -> Self {
        self.0.push(Piece::Moment { at, text: text.into() });
        self
    }

    /// Goes on with another text.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.0.append(&mut other.0);
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts with something between them.
    pub fn joined(texts: impl IntoIterator<Item = Self>, between: &str) -> Self {
        texts
            .into_iter()
            .filter(|text| !text.is_empty())
            .fold(Self::new(), |all, next| if all.is_empty() { next } else { all.then(between).and(next) })
    }
}

impl From<&str> for Text {
    fn from(sentence: &str) -> Self {
        Self::say(sentence)
    }
}

impl From<String> for Text {
    fn from(sentence: String) -> Self {
        Self::say(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Text};

    #[test]
    fn back_ticks_enclose_what_can_be_typed() {
        let typed = |text: &str| Piece::Typed(text.to_owned());
        let words = |text: &str| Piece::Words(text.to_owned());
        assert_eq!(Text::say("`undo` takes it back").0, [typed("undo"), words(" takes it back")]);
        assert_eq!(Text::say("type `list`").0, [words("type "), typed("list")]);
    }

    #[test]
    fn nothing_stands_between_empty_texts() {
        let texts = [Text::new(), Text::say("a"), Text::new(), Text::say("b")];
        assert_eq!(Text::joined(texts, ", ").0.len(), 3);
    }
}
