//! Publishing: whole batches in order, behind a circuit breaker.

use std::time::Duration;

use async_trait::async_trait;
use domain::ports::bus::{Message, Publisher, Rejected};
use domain::ports::error::PortError;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use rdkafka::error::RDKafkaErrorCode;
use recloser::{AsyncRecloser, Error, Recloser};
use tokio::sync::Mutex;
use tracing::info;

use crate::config::KafkaConfig;
use crate::error::away;
use crate::producer::{Producer, Undelivered};

/// Whether the circuit breaker is open: 1 while publishing is refused without trying, else 0.
pub const BREAKER: &str = "taskbot_kafka_breaker_open";
const PRODUCERS: &str = "taskbot_kafka_producers_total";

/// The longest value, in bytes: what the contracts promise to readers.
pub const LONGEST: usize = 256 * 1024;

/// How long a broker that failed is left alone.
const REST: Duration = Duration::from_secs(2);

/// Tells the recorder what each metric means. Call it once, after the recorder is installed.
pub fn describe() {
    describe_gauge!(BREAKER, Unit::Count, "1 while the circuit breaker in front of Kafka is open");
    describe_counter!(PRODUCERS, Unit::Count, "Connections to Kafka that were opened to publish");
}

/// Publishes through one idempotent producer, which is made anew after an error that it cannot recover from.
pub struct KafkaPublisher {
    config: KafkaConfig,
    breaker: AsyncRecloser,
    /// One batch at a time, so that those of one key stay in order.
    producer: Mutex<Option<Producer>>,
}

impl KafkaPublisher {
    /// A publisher that connects with the first message.
    #[must_use]
    pub fn new(config: KafkaConfig) -> Self {
        // One batch that got nowhere opens it, one that arrived closes it: each has waited long enough.
        let breaker = Recloser::custom().error_rate(0.5).closed_len(1).half_open_len(1).open_wait(REST).build();
        Self { config, breaker: breaker.into(), producer: Mutex::new(None) }
    }

    /// Delivers what fits. What a broker refuses for good is looked for by halves, since it refuses batches: the order
    /// stays, because the second half is sent after the first.
    async fn deliver(
        &self,
        producer: &mut Option<Producer>,
        messages: &[Message<'_>],
    ) -> Result<Vec<Rejected>, PortError> {
        let (fit, mut rejected) = sift(messages);
        let mut parts = vec![fit];
        while let Some(part) = parts.pop().filter(|part| !part.is_empty()) {
            let failures = self.attempt(producer, messages, &part).await?;
            let Some((_, code)) = failures.iter().find(|(_, code)| never(*code)) else {
                match failures.first() {
                    Some((_, code)) => return Err(away(code)),
                    None => continue,
                }
            };
            let failed: Vec<usize> = failures.iter().map(|(index, _)| *index).collect();
            match failed[..] {
                [index] => rejected.push(Rejected { index, reason: code.to_string() }),
                _ => {
                    let (first, second) = failed.split_at(failed.len() / 2);
                    parts.extend([second.to_vec(), first.to_vec()]);
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
        let mut producer = self.producer.lock().await;
        let delivered = self.breaker.call(self.deliver(&mut producer, messages)).await;
        match delivered {
            Ok(rejected) => {
                gauge!(BREAKER).set(0.0);
                Ok(rejected)
            }
            Err(Error::Rejected) => Err(away("it has just failed and is left alone for a moment")),
            Err(Error::Inner(error)) => {
                gauge!(BREAKER).set(1.0);
                retire(&mut producer, |_| true);
                Err(error)
            }
        }
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
    let (fit, long): (Vec<usize>, Vec<usize>) = (0..messages.len()).partition(|index| length(&messages[*index]) <= LONGEST);
    let reason = |index: usize| format!("{} bytes, at most {LONGEST} can be sent", length(&messages[index]));
    (fit, long.into_iter().map(|index| Rejected { index, reason: reason(index) }).collect())
}

/// Whether a broker says that it will never take the message.
const fn never(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(code, Code::MessageSizeTooLarge | Code::MessageBatchTooLarge | Code::InvalidRecord | Code::InvalidTimestamp)
}
