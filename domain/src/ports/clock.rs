//! Time and ids are handed in, so that tests decide both.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

/// The clock by which "never early" is measured.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Whether it can be believed. While not, nothing is claimed: a reminder that is late is better than one that is
    /// early.
    fn is_trusted(&self) -> bool {
        true
    }

    /// Until the clock shows this instant, or about then; callers look at the clock again.
    async fn until(&self, at: Timestamp);
}

/// Where random ids come from.
pub trait Ids: Send + Sync {
    /// A new id, later ids sorting after earlier ones (UUIDv7).
    fn fresh(&self) -> Uuid;
}
