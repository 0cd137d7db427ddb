//! Dead letters on the broker, for those who look there.

use std::time::Duration;

use domain::ports::bus::{Message, Record};
use tokio::time::timeout;
use tracing::warn;

use super::Runner;

/// How long a consumer waits until a letter is published.
const PATIENCE: Duration = Duration::from_secs(5);

impl Runner {
    /// Publishes a record that was buried to its topic's dead letters, and says why. The row that was stored is the
    /// truth: a broker that is away only means that the letter is not there too.
    pub(super) async fn post(&self, record: &Record, reason: &str) {
        let Some(letters) = &self.letters else { return };
        let payload = String::from_utf8_lossy(&record.payload);
        let headers = [("reason", reason), ("consumer", self.handler.name()), ("origin", record.origin.as_str())];
        let letter = Message { dead: true, headers: &headers, ..Message::new(record.topic, &record.key, &payload) };
        let said = match timeout(PATIENCE, letters.publish(&[letter])).await {
            Ok(Ok(rejected)) if rejected.is_empty() => return,
            Ok(Ok(rejected)) => rejected.into_iter().map(|one| one.reason).collect(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        warn!(origin = record.origin, said, "a dead letter is stored, but could not be published");
    }
}
