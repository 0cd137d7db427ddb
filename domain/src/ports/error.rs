//! How ports fail.

/// A backend could not answer. Says whether trying again can help, because only the adapter knows.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PortError {
    /// It may work later: not reachable, busy, timed out.
    #[error("{backend} is not available: {reason}")]
    Unavailable {
        /// Which, e.g. `store`.
        backend: &'static str,
        /// Why, without secrets.
        reason: String,
    },
    /// The time that is given to a question did not suffice for this one: to ask for less may help, and so may time.
    #[error("{backend} is not available: {reason}")]
    TooMuch {
        /// Which, e.g. `store`.
        backend: &'static str,
        /// Why, without secrets.
        reason: String,
    },
    /// It will not work without somebody's help, for anybody: wrong schema, missing grant, disk full.
    #[error("{backend} failed: {reason}")]
    Broken {
        /// Which, e.g. `store`.
        backend: &'static str,
        /// Why, without secrets.
        reason: String,
    },
    /// It cannot take or read this very value, however often it is asked; others it can.
    #[error("{backend} cannot do with this value: {reason}")]
    Unfit {
        /// Which, e.g. `store`.
        backend: &'static str,
        /// Why, without secrets.
        reason: String,
    },
}

impl PortError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::TooMuch { .. })
    }
}
