//! A task as it was typed.

use super::{Repeat, When};

/// Somebody named in a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Person {
    /// `@ana`: a name in lower case, without `@`.
    Name(String),
    /// `<@U02ABC>`, `<@!8138>`: a platform's id as it was sent.
    Id(String),
    /// `<@&123>`, `<!subteam^S123>`: a group, as it was sent.
    Group(String),
}

impl Person {
    /// The name, id or group, as it is shown on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(text) | Self::Id(text) | Self::Group(text) => text,
        }
    }
}

/// Whom a line speaks to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addressee {
    /// Nobody in particular.
    #[default]
    Nobody,
    /// `remind me …`, `@me`.
    Me,
    /// `remind us …`: everybody where it was typed.
    Us,
    /// Those named.
    People,
    /// A channel.
    Channel,
}

/// What a line says word for word, if its text names people or channels to whom it need not speak:
/// `remind me to call @sam`, `check <#C0123|ops>`. Of a `remind …` that is what it means; elsewhere a channel in the text may be
/// the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verbatim {
    /// To whom it speaks, besides the speaker; the first of [`Draft::people`].
    pub to: Vec<Person>,
    /// The channel to which it speaks: `remind <#C0123|ops> …`.
    pub channel: Option<String>,
    /// The title, with the mentions as they were typed.
    pub title: String,
}

/// A task to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// What to do; never empty.
    pub title: String,
    /// When; with `repeat`, the first occurrence.
    pub when: Option<When>,
    /// How it repeats.
    pub repeat: Option<Repeat>,
    /// 1 urgent, 2 high, 3 medium, 4 low.
    pub priority: Option<u8>,
    /// Lower case, without `#`, each once, in the order typed.
    pub tags: Vec<String>,
    /// Everybody named, in the order typed; the first is the assignee.
    pub people: Vec<Person>,
    /// Whether the speaker is one of several it is for: `remind me and @bob`.
    pub me_too: bool,
    /// The channel to post in: an id as it was sent, or a name.
    pub channel: Option<String>,
    /// Typed as `remind …`.
    pub explicit_reminder: bool,
    /// Whom it speaks to.
    pub addressee: Addressee,
    /// Where `people`, `channel` and `title` are not what it says word for word.
    pub verbatim: Option<Verbatim>,
}
