//! Publishing: whole batches in order, behind a circuit breaker.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::bus::{Message, Publisher, Rejected};
use domain::ports::error::PortError;
use metrics::{Unit, counter, describe_counter};
use rdkafka::error::RDKafkaErrorCode;
use tokio::sync::Mutex;
use tracing::info;

use crate::breaker::{self, Breaker};
use crate::config::KafkaConfig;
use crate::error::away;
use crate::producer::{Producer, Undelivered};

const PRODUCERS: &str = "taskbot_kafka_producers_total";

/// The longest value, in bytes: what the contracts promise to readers.
pub const LONGEST: usize = 256 * 1024;

/// How long a broker that failed is left alone.
const REST: Duration = Duration::from_secs(2);

/// Tells the recorder what each metric means. Call it once, after the recorder is installed.
pub fn describe() {
    breaker::describe();
    describe_counter!(PRODUCERS, Unit::Count, "Connections to Kafka that were opened to publish");
}

/// Publishes through one idempotent producer, which is made anew after an error that it cannot recover from.
pub struct KafkaPublisher {
    config: KafkaConfig,
    breaker: Breaker,
    /// One batch at a time, so that those of one key stay in order.
    producer: Mutex<Option<Producer>>,
}

impl KafkaPublisher {
    /// A publisher that connects with the first message.
    #[must_use]
    pub fn new(config: KafkaConfig) -> Self {
        Self { config, breaker: Breaker::new(REST), producer: Mutex::new(None) }
    }

    /// Delivers what fits. A broker refuses batches: which of its messages it will never take is looked for by halves.
    /// The order stays, because the second half is sent after the first, with all that was sent behind the batch.
    async fn deliver(
        &self,
        producer: &mut Option<Producer>,
        messages: &[Message<'_>],
    ) -> Result<Vec<Rejected>, PortError> {
        let (fit, mut rejected) = sift(messages);
        let mut parts = Vec::from_iter(Some(fit).filter(|fit| !fit.is_empty()));
        while let Some(part) = parts.pop() {
            let failures = self.attempt(producer, messages, &part).await?;
            let suspects: Vec<&Undelivered> = failures.iter().filter(|(_, code)| never(*code)).collect();
            let mut failed: Vec<usize> = failures.iter().map(|(index, _)| *index).collect();
            match suspects[..] {
                [] => failures.first().map_or(Ok(()), |(_, code)| Err(away(code)))?,
                [(index, code)] => {
                    rejected.push(Rejected { index: *index, reason: code.to_string() });
                    failed.retain(|other| other != index);
                    parts.extend(Some(failed).filter(|failed| !failed.is_empty()));
                }
                _ => {
                    let (middle, _) = suspects[suspects.len() / 2];
                    let second = failed.split_off(failed.partition_point(|index| index < middle));
                    parts.extend([second, failed]);
                }
            }
        }
        Ok(rejected)
    }

    async fn attempt(
        &self,
        producer: &mut Option<Producer>,
        messages: &[Message<'_>],
        part: &[usize],
    ) -> Result<Vec<Undelivered>, PortError> {
        retire(producer, Producer::is_spoilt);
        let connected = match producer.take() {
            Some(connected) => connected,
            None => {
                let connected = Producer::connect(&self.config).await?;
                counter!(PRODUCERS).increment(1);
                connected
            }
        };
        producer.insert(connected).send(messages, part, &self.config).await
    }
}

#[async_trait]
impl Publisher for KafkaPublisher {
    async fn publish(&self, messages: &[Message<'_>]) -> Result<Vec<Rejected>, PortError> {
        let resting = || away("it has just failed and is left alone for a moment");
        if !self.breaker.admits() {
            return Err(resting());
        }
        let mut producer = self.producer.lock().await;
        // Whoever had it before may have failed meanwhile.
        if !self.breaker.admits() {
            return Err(resting());
        }
        let delivered = self.deliver(&mut producer, messages).await;
        match delivered {
            Ok(_) => self.breaker.succeeded(),
            Err(_) => {
                self.breaker.failed();
                retire(&mut producer, |_| true);
            }
        }
        delivered
    }
}

/// Lets go of a producer, on a thread of its own, because that blocks.
fn retire(producer: &mut Option<Producer>, which: impl Fn(&Producer) -> bool) {
    if let Some(old) = producer.take_if(|producer| which(producer)) {
        info!("the producer is made anew");
        drop(tokio::task::spawn_blocking(move || drop(old)));
    }
}

/// Parts what may be sent from what is too long.
fn sift(messages: &[Message<'_>]) -> (Vec<usize>, Vec<Rejected>) {
    let length = |message: &Message<'_>| message.payload.map_or(0, str::len);
    let (fit, long): (Vec<usize>, Vec<usize>) =
        (0..messages.len()).partition(|index| length(&messages[*index]) <= LONGEST);
    let reason = |index: usize| format!("{} bytes, at most {LONGEST} can be sent", length(&messages[index]));
    (fit, long.into_iter().map(|index| Rejected { index, reason: reason(index) }).collect())
}

/// Whether a broker says that it will never take the message.
const fn never(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidRecord | Code::InvalidTimestamp
    )
}
