//! Phrases as they stand in a line: parts side by side that complete each other.

use super::part::{Found, Part, part, to_end};
use super::plan::Plan;
use crate::days::Stance;
use crate::present::Present;
use crate::times::Doubt;
use crate::tokens::{Cursor, Token};

/// A phrase as it stands in a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    pub(super) parts: Vec<Found>,
    pub(super) plan: Plan,
}

impl Cluster {
    /// At which token it begins.
    pub(super) fn start(&self) -> usize {
        self.parts.first().map_or(0, |found| found.tokens.start)
    }

    /// Behind which token it ends.
    pub(super) fn end(&self) -> usize {
        self.parts.last().map_or(0, |found| found.tokens.end)
    }

    /// Where it counts: wherever its firmest part does.
    pub(super) fn stance(&self) -> Stance {
        let counts = |found: &Found| match found.stance {
            Stance::Beside => None,
            // An adverb counts just before a time or day.
            stance => Some(match self.parts.len() > 1 && found.is_adverb() {
                true => Stance::Anywhere,
                false => stance,
            }),
        };
        let stances: Vec<Stance> = self.parts.iter().filter_map(counts).collect();
        match stances[..] {
            [] => Stance::Beside,
            _ if stances.contains(&Stance::Anywhere) => Stance::Anywhere,
            [first, ..] => first,
        }
    }

    /// Of several days or times without a recurrence only the last is meant.
    fn settle(&mut self) {
        if self.plan.repeats.is_some() {
            return;
        }
        // From monday until friday: both may belong to a recurrence at the other end of the text.
        if !self.plan.is_bound_alone() {
            self.settle_days();
        }
        if self.plan.clocks.len() < 2 {
            return;
        }
        for found in &mut self.parts {
            if let Part::Times(times) = &found.part {
                found.tokens.start = times.last_at;
            }
        }
        let last = self.plan.clocks.len() - 1;
        self.plan.clocks.drain(..last);
    }

    /// Without a recurrence `from 3 march` begins nothing, and a day behind it is the one.
    pub(super) fn settle_days(&mut self) {
        let is_day = |found: &Found| matches!(found.part, Part::Day(..));
        let Some(last) = self.parts.iter().rposition(is_day) else { return };
        if !self.parts[..last].iter().any(is_day) {
            return;
        }
        let parts = std::mem::take(&mut self.parts).into_iter().enumerate();
        let kept = parts.filter(|(at, found)| *at == last || !is_day(found)).map(|(_, found)| found);
        *self = Self::default();
        kept.for_each(|found| {
            self.complete_by(&found);
        });
    }

    /// Takes the part if its place is free.
    fn complete_by(&mut self, found: &Found) -> bool {
        let taken = self.plan.absorb(found);
        if taken {
            self.parts.push(found.clone());
        }
        taken
    }

    /// Takes the part that follows, and the hours behind it; gives it back if it belongs to another phrase.
    fn extend(&mut self, mut found: Found, c: &mut Cursor<'_>) -> Option<Found> {
        if let Part::Times(times) = &mut found.part
            && self.plan.repeats.is_some()
        {
            times.go_on(c);
            found.tokens.end = c.at();
        }
        let of_days = self.plan.day.is_some() || self.plan.start.is_some() || self.plan.repeats.is_some();
        let taken = (of_days || found.is_sure(false)) && self.complete_by(&found);
        (!taken).then_some(found)
    }

    /// One that begins with this part; none if nothing can begin with it (`for 10 minutes`).
    fn with(mut found: Found) -> Option<Self> {
        // The sale ends friday: a verb of the title, as long as nothing before it repeats.
        found.tokens.start += usize::from(found.verb);
        let mut cluster = Self::default();
        cluster.complete_by(&found).then_some(cluster)
    }
}

impl Found {
    /// Whether it is no number behind `at` that counts what follows: beside a day it never is, at the beginning of the
    /// text a figure is not.
    fn is_sure(&self, begins: bool) -> bool {
        match &self.part {
            Part::Times(times) => match times.doubt {
                None => true,
                Some(Doubt::Counts) => begins,
                Some(Doubt::Word) => false,
            },
            _ => true,
        }
    }

    fn is_adverb(&self) -> bool {
        matches!(&self.part, Part::Repeats(repeats) if repeats.adverb)
    }
}

/// The phrases of a line, in order.
pub(super) fn clusters(tokens: &[Token<'_>], present: &Present<'_>) -> Vec<Cluster> {
    let mut c = Cursor::new(tokens);
    let mut clusters: Vec<Cluster> = Vec::new();
    while !c.is_done() {
        let open = clusters.last().is_some_and(|last| last.plan.has_no_end() && last.end() == c.at());
        let end = open.then(|| to_end(&mut c, present)).flatten();
        let found = end.or_else(|| c.peek_word().and_then(|_| part(&mut c, present)));
        let Some(found) = found else {
            let _ = c.bump();
            continue;
        };
        let last = clusters.last_mut().filter(|last| beside(tokens, last.end(), found.tokens.start));
        let rest = match last {
            Some(last) => last.extend(found, &mut c),
            None => Some(found),
        };
        let begins = |found: &Found| tokens[..found.tokens.start].iter().all(Token::is_punctuation);
        clusters.extend(rest.filter(|found| found.is_sure(begins(found))).and_then(Cluster::with));
    }
    clusters.iter_mut().for_each(Cluster::settle);
    clusters
}

/// Whether only light punctuation stands between two tokens.
fn beside(tokens: &[Token<'_>], end: usize, start: usize) -> bool {
    let light = |token: &Token<'_>| [',', '-', '–', '—', '('].iter().any(|mark| token.is_mark(*mark));
    tokens.get(end..start).is_some_and(|between| between.iter().all(light))
}
