//! How Kafka fails, in the words of the ports.

use std::time::Duration;

use domain::ports::error::PortError;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::sync::oneshot;

const BACKEND: &str = "kafka";

/// It may work later.
pub(crate) fn away(reason: impl ToString) -> PortError {
    PortError::Unavailable { backend: BACKEND, reason: reason.to_string() }
}

/// It will not work without somebody's help.
pub(crate) fn broken(reason: impl ToString) -> PortError {
    PortError::Broken { backend: BACKEND, reason: reason.to_string() }
}

/// A client could not be made: the configuration is wrong. The value that is wrong may be a secret.
pub(crate) fn unmade(error: KafkaError) -> PortError {
    match error {
        KafkaError::ClientConfig(_, description, key, _) => broken(format!("{key}: {description}")),
        other => broken(other),
    }
}

/// A question failed: what only an administrator can mend is told from what passes.
pub(crate) fn failed(error: &KafkaError) -> PortError {
    use RDKafkaErrorCode as Code;
    match error.rdkafka_error_code() {
        Some(
            Code::Authentication
            | Code::SaslAuthenticationFailed
            | Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::UnsupportedSASLMechanism
            | Code::IllegalSASLState,
        ) => broken(error),
        _ => away(error),
    }
}

/// Waits so long for a call that blocks. It has a thread of its own: a process that ends waits for those that the runtime
/// lends, and librdkafka does not come back from every call while brokers are away.
pub(crate) async fn blocking<T: Send + 'static>(
    patience: Duration,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PortError> {
    let (done, answer) = oneshot::channel();
    let thread = std::thread::Builder::new().name("kafka-call".to_owned());
    // Who has asked may have given up by then.
    thread.spawn(move || drop(done.send(call()))).map_err(away)?;
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(broken),
        Err(_) => Err(away("no answer in time")),
    }
}
