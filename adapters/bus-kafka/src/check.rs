//! Whether a broker answers.

use std::time::Duration;

use domain::ports::error::PortError;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;

use crate::config::KafkaConfig;
use crate::context::Witness;
use crate::error::{away, blocking, failed, unmade};

/// How many of its events are looked through for the reason of a failure, and how long each is waited for.
const WORDS: usize = 50;
const WORD: Duration = Duration::from_millis(10);

/// Asks a broker for the cluster's metadata over a connection of its own.
///
/// # Errors
/// When none answers in time, with the reason if it is known (a wrong password, an authority that is not trusted), or the
/// configuration is wrong.
pub async fn check(config: &KafkaConfig, patience: Duration) -> Result<(), PortError> {
    let client = config.client("check");
    // Asking blocks, and so does closing the connection.
    blocking(patience + patience, move || {
        let client: BaseConsumer<Witness> = client.create_with_context(Witness::default()).map_err(unmade)?;
        client.fetch_metadata(None, patience).map(drop).map_err(|error| why(&client, &error))
    })
    .await?
}

/// The reason that librdkafka has for a failure. It is told to whoever polls.
fn why(client: &BaseConsumer<Witness>, error: &KafkaError) -> PortError {
    for _ in 0..WORDS {
        if let Some(reason) = client.context().reason() {
            return away(reason);
        }
        drop(client.poll(WORD));
    }
    failed(error)
}
