//! The bound on work: every query examines a limited number of candidates.

/// Candidates (days, steps) that one query may examine: 1 ms, or 10 ms without optimisation. Daily
/// rules may so leave out 27 years.
const CANDIDATES: u32 = 10_000;

/// Candidates that a whole iteration, or counting to the end of a rule, may examine.
const ITERATION: u32 = 50_000;

/// The rule has no occurrence among the candidates that one query examines.
///
/// Either it never matches (`FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30`) or so rarely that looking on
/// would hold up everybody else. The rule is to be refused, or its series ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rule matches too rarely: nothing in {examined} dates")]
pub struct TooSparse {
    /// How many candidates were examined.
    pub examined: u32,
}

impl TooSparse {
    /// What a query says that gives up.
    pub(super) fn query() -> Self {
        Self { examined: CANDIDATES }
    }
}

/// What is left of the candidates that may be examined.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    total: u32,
    left: u32,
}

impl Budget {
    /// For one query.
    pub(super) fn query() -> Self {
        Self { total: CANDIDATES, left: CANDIDATES }
    }

    /// For an iteration from the start.
    pub(super) fn iteration() -> Self {
        Self { total: ITERATION, left: ITERATION }
    }

    /// Takes `candidates` from what is left.
    pub(super) fn spend(&mut self, candidates: u32) -> Result<(), TooSparse> {
        match self.left.checked_sub(candidates) {
            Some(left) => self.left = left,
            None => {
                return Err(TooSparse { examined: self.total });
            }
        }
        Ok(())
    }
}
