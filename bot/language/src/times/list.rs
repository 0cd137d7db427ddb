//! Several times of one day.
//!
//! ```text
//! list = time { ( "," | "and" ) [ "at" ] time }
//! time = clock | named
//! ```
//!
//! A bare number goes on a list only where the list ends behind it, or behind what comes again: `every day at 7 and 19
//! brush teeth`.

use super::doubt::{counts, doubt};
use super::{Clock, Times, clock, named};
use crate::tokens::Cursor;

/// Nobody lists more times of a day than that.
pub(super) const MOST: usize = 24;

impl Times {
    /// Takes the hours that follow, whatever stands behind them. Only of what comes again are there sure to be several.
    pub(crate) fn go_on(&mut self, c: &mut Cursor<'_>) {
        while self.bare
            && self.clocks.len() < MOST
            && let Some((last_at, clock)) = c.attempt(further)
        {
            self.clocks.push(clock);
            self.last_at = last_at;
        }
    }
}

/// `and 19`, where 19 counts nothing.
fn further(c: &mut Cursor<'_>) -> Option<(usize, Clock)> {
    c.one_of(&["and", "&"])?;
    let start = *c;
    let clock = clock(c, true)?.ok()?;
    doubt(start, *c).is_none().then_some((start.at(), clock))
}

/// A further time of a list: `and 5pm`, `, 1pm`, and at the list's end `and 17`.
pub(super) fn another(c: &mut Cursor<'_>, at: bool) -> Option<(usize, Clock)> {
    let comma = c.mark(',');
    let and = c.one_of(&["and", "&"]);
    comma.or(and.map(|_| ()))?;
    let again = c.one_of(&["at", "@"]).is_some();
    let start = c.at();
    if let Some(Ok(clock)) = c.attempt(|c| clock(c, false).or_else(|| named(c).map(Ok))) {
        return Some((start, clock));
    }
    let clock = clock(c, at || again)?.ok()?;
    let ends = c.ends_before(&["every", "each", "ev", "daily", "on", "until"]) || goes_on(*c);
    ends.then_some((start, clock))
}

/// Whether the list goes on: `9, 12 and 15`.
fn goes_on(mut c: Cursor<'_>) -> bool {
    c.one_of(&["and", "&"]).is_some() && matches!(clock(&mut c, true), Some(Ok(_))) && !counts(c)
}
