//! Which phrase of a line is meant.
//!
//! The last one that counts where it stands. A time alone at one end of the text joins a day or
//! recurrence at the other, and so does `until …` or `starting …` a recurrence.

use std::ops::Range;

use super::cluster::{Cluster, clusters};
use super::{Fault, Timing};
use crate::days::Stance;
use crate::present::Present;
use crate::tokens::Token;

/// The phrase that is meant, and the tokens that it takes out of the title.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) timing: Timing,
    pub(crate) tokens: Vec<Range<usize>>,
}

/// Finds the phrase that is meant. `addressed` says that the line is `remind … <when> to …`, where a
/// phrase at the beginning counts if `to` follows.
pub(crate) fn choose(tokens: &[Token<'_>], addressed: bool, present: &Present<'_>) -> Result<Option<Chosen>, Fault> {
    let text = Text::new(tokens, addressed);
    let mut all = clusters(tokens, present);
    all.retain(|cluster| text.counts(cluster));
    let Some(last) = all.pop() else {
        return Ok(None);
    };
    let first = all.into_iter().next();
    let mut meant = first
        .filter(|first| text.begins(first) && text.ends(&last))
        .and_then(|first| joined(first, &last))
        .unwrap_or(last);
    if meant.plan.repeats.is_none() {
        meant.settle_days();
    }
    match meant.plan.timing(present) {
        Ok(timing) => Ok(Some(Chosen { timing, tokens: meant.parts.into_iter().map(|found| found.tokens).collect() })),
        Err(code) => Err(Fault { code, tokens: meant.start()..meant.end() }),
    }
}

/// Two phrases as one, if one of them is what the other lacks.
fn joined(first: Cluster, last: &Cluster) -> Option<Cluster> {
    let (one, two) = (&first.plan, &last.plan);
    let time = (one.is_time_alone() && !two.has_time()) || (two.is_time_alone() && !one.has_time());
    let bound = (one.is_bound_alone() && two.repeats.is_some()) || (two.is_bound_alone() && one.repeats.is_some());
    if !(time || bound) {
        return None;
    }
    let mut whole = first;
    for found in &last.parts {
        whole.plan.absorb(found).then_some(())?;
        whole.parts.push(found.clone());
    }
    Some(whole)
}

/// The text, where it begins and ends but for punctuation and thanks.
struct Text<'a> {
    tokens: &'a [Token<'a>],
    addressed: bool,
    start: usize,
    end: usize,
}

impl<'a> Text<'a> {
    fn new(tokens: &'a [Token<'a>], addressed: bool) -> Self {
        let thanks = |token: &Token<'_>| matches!(token.word(), Some("please" | "pls" | "thanks"));
        let is_text = |token: &Token<'_>| !token.is_punctuation();
        let last = tokens.iter().rposition(|token| is_text(token) && !thanks(token));
        Self {
            tokens,
            addressed,
            start: tokens.iter().position(is_text).unwrap_or(0),
            end: last.map_or(0, |last| last + 1),
        }
    }

    fn counts(&self, cluster: &Cluster) -> bool {
        match cluster.stance() {
            Stance::Anywhere => true,
            Stance::Ends => self.begins(cluster) || self.ends(cluster),
            Stance::End => self.ends(cluster) || self.is_when_of_reminder(cluster),
            Stance::Beside => false,
        }
    }

    /// Whether nothing but punctuation stands before it.
    fn begins(&self, cluster: &Cluster) -> bool {
        cluster.start() <= self.start
    }

    /// Whether nothing but punctuation and thanks stands behind it.
    fn ends(&self, cluster: &Cluster) -> bool {
        cluster.end() >= self.end
    }

    /// `remind me friday to …`
    fn is_when_of_reminder(&self, cluster: &Cluster) -> bool {
        let next = self.tokens.get(cluster.end()).and_then(Token::word);
        self.addressed && self.begins(cluster) && matches!(next, Some("to" | "about" | "that"))
    }
}
