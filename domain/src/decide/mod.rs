//! The pure half: from what is, and what is wanted, to what is written. No clock, no I/O.

pub mod delivery;

use jiff::Timestamp;

use crate::access::Sight;
use crate::change::Change;
use crate::command::Request;
use crate::outcome::Outcome;
use crate::ports::clock::Ids;
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Needs, Snapshot};

/// What is decided: everything to write, and what to say of it.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Everything to write; the default writes nothing.
    pub change: Change,
    /// What to say of it.
    pub outcome: Outcome,
}

/// What surrounds a decision.
pub struct Setting<'a> {
    /// The present instant.
    pub now: Timestamp,
    /// Random ids.
    pub ids: &'a dyn Ids,
    /// What the asker sees.
    pub sight: &'a Sight,
}

/// What must be loaded before the request can be decided.
#[must_use]
pub fn needs(request: &Request) -> Needs {
    Needs::in_tenant(request.tenant.clone())
}

/// Decides a request.
///
/// # Errors
/// A [`Refusal`] with the reason and the next step; then nothing is written.
pub fn decide(_snapshot: &Snapshot, _request: &Request, _setting: &Setting<'_>) -> Result<Decision, Refusal> {
    Err(Refusal::new(Code::Nothing, "", ""))
}
