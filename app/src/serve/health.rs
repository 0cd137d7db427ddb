//! What `/health/ready` asks of this process.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::bus::Outbox;

/// Whether the database answers.
pub(crate) struct DatabaseCheck(pub Arc<dyn Outbox>);

#[async_trait]
impl gateway::Check for DatabaseCheck {
    fn name(&self) -> &str {
        "database"
    }

    fn required(&self) -> bool {
        true
    }

    async fn check(&self) -> Result<(), String> {
        self.0.head().await.map(drop).map_err(|error| error.to_string())
    }
}
