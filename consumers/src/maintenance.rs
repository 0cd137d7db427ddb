//! Keeping the outbox short.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::bus::Outbox;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long rows stay: as long as a missing version can be fetched from there.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How often old rows are deleted.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Deletes rows of the outbox that are a week old and that every reader has passed.
pub struct Maintenance {
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    readers: Vec<&'static str>,
}

impl Maintenance {
    /// Of this outbox, which these read.
    #[must_use]
    pub fn new(outbox: Arc<dyn Outbox>, clock: Arc<dyn Clock>, readers: Vec<&'static str>) -> Self {
        Self { outbox, clock, readers }
    }

    /// Once an hour, from the start on.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            match self.prune().await {
                Ok(0) => {}
                Ok(rows) => info!(rows, "pruned the outbox"),
                Err(error) => warn!(%error, "the outbox could not be pruned"),
            }
        }
    }

    /// Deletes what is old enough now. Returns how many rows.
    ///
    /// # Errors
    /// When the database cannot write.
    pub async fn prune(&self) -> Result<u64, PortError> {
        self.outbox.prune(self.clock.now() - KEPT, &self.readers).await
    }
}
