//! The plain iterator over a schedule.

use super::schedule::Occurrence;
use super::steps::Ahead;

/// The occurrences of a schedule from its start. Made by [`Schedule::occurrences`].
///
/// It ends with the rule, or earlier when it has examined its share of candidates (50,000 days or
/// steps over the whole iteration); [`exhausted_budget`](Self::exhausted_budget) tells which.
///
/// [`Schedule::occurrences`]: super::Schedule::occurrences
#[derive(Clone, Debug)]
pub struct Occurrences<'a> {
    ahead: Ahead<'a>,
    ended: Option<Ended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    WithTheRule,
    WithTheBudget,
}

impl<'a> Occurrences<'a> {
    pub(super) fn new(ahead: Ahead<'a>) -> Self {
        Self { ahead, ended: None }
    }

    /// Whether it stopped because too many candidates were examined, not because the rule ended.
    pub fn exhausted_budget(&self) -> bool {
        self.ended == Some(Ended::WithTheBudget)
    }
}

impl Iterator for Occurrences<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        if self.ended.is_some() {
            return None;
        }
        let next = self.ahead.next();
        self.ended = match next {
            Ok(Some(_)) => None,
            Ok(None) => Some(Ended::WithTheRule),
            Err(_) => Some(Ended::WithTheBudget),
        };
        next.ok().flatten()
    }
}
