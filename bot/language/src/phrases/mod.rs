//! Phrases: the days, times and recurrences of a line, put together.
//!
//! ```text
//! phrase = part { [ "," ] part }
//! part   = [ lead ] ( repeats | day | times | day part | limit )
//!        | ( start | until ) month                       (* of a recurrence before it *)
//! limit  = [ "for" ] [ "up to" ] number ( "times" | "x" ) | "for" [ "up to" | "the next" ] length | "after completion"
//! ```
//!
//! Parts that stand side by side and complete each other are one phrase. A line has one phrase: the
//! last that counts, joined by one at the other end of the text if one of the two is a time alone.

mod bounds;
mod choose;
mod cluster;
mod ending;
mod limit;
mod part;
mod plan;
mod series;
mod when;

use std::ops::Range;

use crate::days::Stance;
use crate::misread::ErrorCode;
use crate::present::Present;
use crate::reading::{Repeat, When};
use crate::tokens::{Cursor, Token};
use plan::Plan;

pub(crate) use choose::choose;

/// When something is, and how it repeats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timing {
    pub(crate) when: When,
    pub(crate) repeat: Option<Repeat>,
}

/// What is wrong with a phrase, and in which tokens.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: ErrorCode,
    pub(crate) tokens: Range<usize>,
}

/// Reads tokens that are one phrase and nothing else; none if they are not.
pub(crate) fn exactly(tokens: &[Token<'_>], present: &Present<'_>) -> Option<Result<Timing, ErrorCode>> {
    let plan = whole(tokens, present)?;
    plan.is_timing().then(|| plan.timing(present))
}

/// The same for what begins with a bare hour, as if `at` stood before it: `5`, `5 tomorrow`.
pub(crate) fn exactly_at(tokens: &[Token<'_>], present: &Present<'_>) -> Option<Result<Timing, ErrorCode>> {
    let mut c = Cursor::new(tokens);
    let mut plan = Plan::default();
    plan.absorb(&part::hour(&mut c, present)?).then_some(())?;
    Some(completed(plan, c, present)?.timing(present))
}

/// Whether the tokens begin with a day, time or recurrence.
pub(crate) fn is_led_by_one(tokens: &[Token<'_>], present: &Present<'_>) -> bool {
    let found = part::part(&mut Cursor::new(tokens), present);
    found.is_some_and(|found| found.stance != Stance::Beside)
}

/// Whether the tokens are a time of day and nothing else.
pub(crate) fn is_time_alone(tokens: &[Token<'_>], present: &Present<'_>) -> bool {
    whole(tokens, present).is_some_and(|plan| plan.is_time_alone())
}

/// The plan of tokens that are parts which complete each other.
fn whole(tokens: &[Token<'_>], present: &Present<'_>) -> Option<Plan> {
    completed(Plan::default(), Cursor::new(tokens), present)
}

/// The plan with the parts that are all there is.
fn completed(mut plan: Plan, mut c: Cursor<'_>, present: &Present<'_>) -> Option<Plan> {
    while !c.is_done() {
        let found = part::part(&mut c, present)?;
        plan.absorb(&found).then_some(())?;
        let _ = c.mark(',');
    }
    Some(plan)
}
