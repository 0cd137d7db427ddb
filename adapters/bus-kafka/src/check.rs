//! Whether a broker answers.

use std::time::Duration;

use domain::ports::error::PortError;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::config::KafkaConfig;
use crate::context::Voice;
use crate::error::{blocking, failed, unmade};

/// Asks a broker for the cluster's metadata over a connection of its own.
///
/// # Errors
/// When none answers in time, or the configuration is wrong.
pub async fn check(config: &KafkaConfig, patience: Duration) -> Result<(), PortError> {
    let client = config.client("check");
    // Asking blocks, and so does closing the connection.
    blocking(patience + patience, move || {
        let client: BaseConsumer<Voice> = client.create_with_context(Voice).map_err(unmade)?;
        client.fetch_metadata(None, patience).map(drop).map_err(|error| failed(&error))
    })
    .await?
}
