//! Which phrase of a line is meant.
//!
//! The last one that counts where it stands. A time alone at one end of the text joins a day or
//! recurrence at the other, and so does `until …` or `starting …` a recurrence; `for 10 weeks` at the end limits one at
//! the beginning.

use std::ops::Range;

use super::bounds::Text;
use super::cluster::{Cluster, clusters};
use super::{Fault, Timing};
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
    let text = Text::new(tokens, addressed, present.today);
    let mut all = clusters(tokens, present);
    let limit = all.last().filter(|last| last.plan.is_bare_limit() && text.ends(last)).cloned();
    all.retain(|cluster| text.counts(cluster));
    let Some(last) = all.pop() else {
        return Ok(None);
    };
    let first = all.into_iter().next();
    let mut meant = first
        .filter(|first| text.begins(first) && text.ends(&last))
        .and_then(|first| joined(first, &last))
        .unwrap_or(last);
    if let Some(limit) = limit.filter(|limit| text.begins(&meant) && meant.plan.is_limited_by(limit, tokens, present)) {
        meant = joined(meant.clone(), &limit).unwrap_or(meant);
    }
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
    let limit = two.is_bare_limit() && one.repeats.is_some();
    if !(time || bound || limit) {
        return None;
    }
    let mut whole = first;
    for found in &last.parts {
        whole.plan.absorb(found).then_some(())?;
        whole.parts.push(found.clone());
    }
    Some(whole)
}
