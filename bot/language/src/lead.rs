//! Prepositions before a phrase. They go with it, out of the title.
//!
//! ```text
//! lead = { "on" | "at" | "@" | "by" | "before" | "due" [ ":" ] | "in" | "within" | "from" | "for" | "at" hedge | in hedge length
//!        | "no later than" | "after" | "around" | "until" | "till" | "til" | "through" | "ending" | "starting" | "beginning" }
//! hedge = "about" | "around" | "roughly" | "approximately" | "approx"
//! ```

use crate::length::length;
use crate::tokens::{Cursor, Token};

/// Nobody says more prepositions in a row.
const MOST: usize = 4;

/// The last preposition, where it matters to what follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Word {
    /// None, or one that does not matter.
    #[default]
    Other,
    /// `at`, behind which a bare number is an hour.
    At,
    /// `in`, behind which a length leads ahead.
    In,
    /// `for`, behind which a length limits a recurrence.
    For,
    /// `around`, behind which stands a date or a time.
    Around,
    /// `through`, which takes in the whole of a month.
    Through,
    /// `after`, behind which a length at the end leads ahead.
    After,
}

/// What a phrase does in a recurrence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// When it is.
    #[default]
    Due,
    /// When it begins.
    Start,
    /// When it ends, inclusive.
    Until,
}

/// The prepositions before a phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lead {
    /// The last of them.
    pub(crate) last: Word,
    /// What the phrase does.
    pub(crate) role: Role,
    /// Whether they make a bare weekday count in the middle of a text.
    pub(crate) firm: bool,
    /// Whether the first of them is a verb as well: `ends`.
    pub(crate) verb: bool,
    /// Whether no word stands before them.
    pub(crate) opens: bool,
    count: usize,
}

impl Lead {
    /// The `to` between a beginning and an end.
    pub(crate) const TO: Self = Self { role: Role::Until, ..Self::COUNTED };

    /// The word from which a length is counted: `2 weeks before christmas`.
    pub(crate) const COUNTED: Self = Self { firm: true, count: 1, ..Self::NONE };

    /// No prepositions.
    pub(crate) const NONE: Self =
        Self { last: Word::Other, role: Role::Due, firm: false, verb: false, opens: false, count: 0 };

    /// As if `at` stood there.
    pub(crate) const AT: Self = Self { last: Word::At, firm: true, count: 1, ..Self::NONE };

    /// Whether there are any.
    pub(crate) fn is_some(self) -> bool {
        self.count > 0
    }

    fn with(self, word: &str) -> Self {
        Self {
            last: match word {
                "at" | "@" => Word::At,
                "in" | "within" => Word::In,
                "for" => Word::For,
                "around" => Word::Around,
                "after" => Word::After,
                "through" | "thru" => Word::Through,
                _ => Word::Other,
            },
            role: match word {
                "from" | "starting" | "beginning" | "starts" => Role::Start,
                "until" | "till" | "til" | "through" | "thru" | "ending" | "ends" | "end" => Role::Until,
                _ => self.role,
            },
            firm: self.firm || !matches!(word, "for" | "from" | "after" | "around" | "in"),
            verb: self.verb || (self.count == 0 && matches!(word, "ends" | "starts")),
            opens: self.opens,
            count: self.count + 1,
        }
    }
}

/// Reads the prepositions here, none included.
pub(crate) fn lead(c: &mut Cursor<'_>) -> Lead {
    let mut lead = Lead { opens: c.before().is_none_or(Token::is_punctuation), ..Lead::NONE };
    while lead.count < MOST
        && let Some(word) = c.attempt(one)
    {
        if word == "due" {
            let _ = c.mark(':');
        }
        lead = lead.with(word);
    }
    lead
}

/// One preposition. What stands before another one belongs to a verb (`come in on friday`, `log on at 5`), and a till
/// behind an article is a thing.
fn one<'a>(c: &mut Cursor<'a>) -> Option<&'a str> {
    if c.words(&["no", "later", "than"]).is_some() || c.words(&["not", "later", "than"]).is_some() {
        return Some("by");
    }
    if let Some(word) = c.attempt(hedged) {
        return Some(word);
    }
    let article = matches!(c.before().and_then(Token::word), Some("the" | "a" | "my" | "our"));
    let word = c.take(preposition)?;
    let of_verb = matches!(word, "in" | "on" | "by" | "around" | "through" | "after");
    // The beginning of april is a day.
    if word == "beginning" && c.peek_word() == Some("of") {
        return None;
    }
    let before_another = of_verb && c.peek_word().and_then(preposition).is_some();
    let thing = article && word == "till";
    (!before_another && !thing).then_some(word)
}

/// `at about`, and `in about` before a length; elsewhere `in` belongs to a verb: `check in around 5pm`.
fn hedged<'a>(c: &mut Cursor<'a>) -> Option<&'a str> {
    let word = c.one_of(&["at", "in", "within"])?;
    c.one_of(&["about", "around", "roughly", "approximately", "approx"])?;
    (word == "at" || length(&mut c.clone()).is_some()).then_some(word)
}

fn preposition(word: &str) -> Option<&str> {
    matches!(
        word,
        "on" | "at"
            | "@"
            | "by"
            | "before"
            | "due"
            | "in"
            | "within"
            | "from"
            | "for"
            | "after"
            | "around"
            | "until"
            | "till"
            | "til"
            | "through"
            | "thru"
            | "ending"
            | "ends"
            | "starting"
            | "starts"
            | "beginning"
    )
    .then_some(word)
}
