//! What librdkafka says, in this program's log.

use std::sync::{Mutex, PoisonError};

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

/// Passes it on as well, and remembers why a broker could not be reached: what is asked of it only fails then.
#[derive(Debug, Default)]
pub(crate) struct Witness(Mutex<Option<String>>);

impl Witness {
    /// The last reason, e.g. that the password is wrong.
    pub(crate) fn reason(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ConsumerContext for Witness {}

impl ClientContext for Witness {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
        if facility == "FAIL" {
            // What stands in front of it is the name of a thread.
            let reason = message.split_once("]: ").map_or(message, |(_, reason)| reason);
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Voice.error(error, reason);
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
