//! Limits that stand behind the title: `every monday dance class for 10 weeks`.

use jiff::{Span, ToSpan};

use super::cluster::Cluster;
use super::plan::Plan;
use crate::calendar::plus;
use crate::present::Present;
use crate::repeats::{Cycle, Days, Pattern};
use crate::tokens::Token;

impl Plan {
    /// Whether this limit is one of the recurrence and not a part of its title. A number of times without `for` is a
    /// title's where it comes more often than weekly (`every day do push-ups 3 times`), a length that holds it but once
    /// is one always (`every monday plan for 2 days`).
    pub(super) fn is_limited_by(&self, limit: &Cluster, tokens: &[Token<'_>], present: &Present<'_>) -> bool {
        let Some(pattern) = self.pattern() else { return false };
        match limit.plan.length {
            Some(length) => length.span().is_some_and(|length| {
                plus(present.today, length) > period(pattern).and_then(|period| plus(present.today, period))
            }),
            None => {
                let says_for = tokens.get(limit.start()).and_then(Token::word) == Some("for");
                says_for
                    || limit.plan.completion
                    || period(pattern).is_none_or(|period| plus(present.today, period) >= plus(present.today, 1.week()))
            }
        }
    }
}

/// How much time lies between two of it; of several weekdays a day.
fn period(pattern: &Pattern) -> Option<Span> {
    match &pattern.days {
        _ if pattern.cycle.below_a_day() => Some(Span::new()),
        Days::Week(several) if several.len() > 1 => Cycle::Days.span(1),
        _ => pattern.cycle.span(pattern.interval),
    }
}
