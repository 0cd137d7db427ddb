//! Where a text begins and ends, and which phrases count there.
//!
//! Punctuation, thanks, emoji and links are no text that a phrase could stand before, nor is what stands in brackets
//! behind it: `call Bo tomorrow (important) 👍`.

use jiff::civil::Date;

use super::cluster::Cluster;
use crate::days::Stance;
use crate::tokens::{Cursor, Token};

/// The text of a line.
pub(super) struct Text<'a> {
    tokens: &'a [Token<'a>],
    addressed: bool,
    start: usize,
    today: Date,
}

impl<'a> Text<'a> {
    /// `addressed` says that the line is `remind … <when> to …`.
    pub(super) fn new(tokens: &'a [Token<'a>], addressed: bool, today: Date) -> Self {
        Self { tokens, addressed, start: tokens.iter().position(Token::is_text).unwrap_or(0), today }
    }

    /// Whether the phrase counts where it stands.
    pub(super) fn counts(&self, cluster: &Cluster) -> bool {
        match cluster.stance() {
            Stance::Anywhere => true,
            Stance::Ends => self.begins(cluster) || self.ends(cluster),
            Stance::End => self.ends(cluster) || self.is_when_of_reminder(cluster) || self.is_timed_beginning(cluster),
            Stance::Beside => false,
        }
    }

    /// Whether no text stands before it.
    pub(super) fn begins(&self, cluster: &Cluster) -> bool {
        cluster.start() <= self.start
    }

    /// Whether no text stands behind it.
    pub(super) fn ends(&self, cluster: &Cluster) -> bool {
        let mut c = Cursor::new(self.tokens).moved_to(cluster.end());
        while c.attempt(beyond).is_some() {}
        c.is_done()
    }

    /// `remind me friday to …`
    fn is_when_of_reminder(&self, cluster: &Cluster) -> bool {
        let next = self.tokens.get(cluster.end()).and_then(Token::word);
        self.addressed && self.begins(cluster) && matches!(next, Some("to" | "about" | "that"))
    }

    /// `friday morning call Bo`; not `last friday night photos`.
    fn is_timed_beginning(&self, cluster: &Cluster) -> bool {
        let to_come = cluster.plan.day.is_some_and(|day| day.date >= self.today);
        to_come && cluster.plan.has_time() && self.begins(cluster)
    }
}

/// Takes what is no text: a mark, an emoji, a smiley (`:D`), a link, thanks, or all that stands in brackets.
fn beyond(c: &mut Cursor<'_>) -> Option<()> {
    let token = c.bump()?;
    let thanks = matches!(token.word(), Some("please" | "pls" | "thanks"));
    if token.is_mark('(') {
        let close = c.rest().iter().position(|token| token.is_mark(')'));
        *c = c.moved_to(c.at() + close.map_or(0, |close| close + 1));
    }
    let smiley = token.is_mark(':') && c.peek().is_some_and(|face| face.glued && face.text.len() == 1);
    let _ = smiley.then(|| c.bump());
    (thanks || !token.is_text()).then_some(())
}
