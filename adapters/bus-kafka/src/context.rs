//! What librdkafka says, in this program's log.

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;
use tracing::{debug, info, warn};

/// Passes on what librdkafka says. A broker that is away is no error of this program: it is logged as a warning here,
/// and told by whoever waits for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Voice;

impl ConsumerContext for Voice {}

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        debug!(%error, reason, "librdkafka");
    }
}

pub(crate) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            warn!(facility, message, "librdkafka");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => info!(facility, message, "librdkafka"),
        _ => debug!(facility, message, "librdkafka"),
    }
}
