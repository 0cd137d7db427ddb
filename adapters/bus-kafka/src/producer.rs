//! One idempotent producer, from its making to its first fatal error.
//!
//! Brokers check sequences: behind a batch that was refused they refuse whatever was in flight, so that nothing overtakes
//! it. But they take any sequence from a producer that they do not know, even one behind a gap. So the first message of
//! each partition is on its way alone, and a producer is made anew long before brokers forget it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::bus::Message;
use domain::ports::error::PortError;
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::config::KafkaConfig;
use crate::context::log;
use crate::error::{away, blocking, failed, unmade};
use crate::partitions::{Bound, Partitions};

/// How long a producer that was just made may take to reach a broker.
const PROBE: Duration = Duration::from_secs(4);
/// How often to look whether anything moves.
const GLANCE: Duration = Duration::from_millis(100);
/// How long to wait for room in the queue before looking again.
const ROOM: Duration = Duration::from_millis(5);

/// How long it is used: half of the day after which brokers forget one that writes nothing (`producer.id.expiration.ms`).
const LIFE: Duration = Duration::from_hours(12);

/// Which message failed, counted among those that were given, and how.
pub(crate) type Undelivered = (usize, RDKafkaErrorCode);

/// A connection on which one batch at a time is on its way.
pub(crate) struct Producer {
    inner: Arc<ThreadedProducer<Reports>>,
    patience: Duration,
    spoilt: AtomicBool,
    made: Instant,
    partitions: Mutex<Partitions>,
}

impl Producer {
    /// A producer that has reached a broker: the probe of a circuit breaker that is half open, too.
    pub(crate) async fn connect(config: &KafkaConfig) -> Result<Self, PortError> {
        let client = settings(config).create_with_context(Reports::default()).map_err(unmade)?;
        let inner: Arc<ThreadedProducer<Reports>> = Arc::new(client);
        let asked = Arc::clone(&inner);
        // If this is given up, the closure drops the last handle, on its own thread.
        let ask = move || asked.client().fetch_metadata(None, PROBE).map(|there| Partitions::of(&there));
        let partitions = blocking(PROBE + PROBE, ask).await?.map_err(|error| failed(&error))?;
        let (spoilt, made, partitions) = (AtomicBool::new(false), Instant::now(), Mutex::new(partitions));
        Ok(Self { inner, patience: config.patience, spoilt, made, partitions })
    }

    /// Whether nothing more can be sent with it.
    pub(crate) fn is_spoilt(&self) -> bool {
        let failed = || self.inner.client().fatal_error().is_some();
        self.spoilt.load(Ordering::Relaxed) || self.made.elapsed() >= LIFE || failed()
    }

    fn partitions(&self) -> MutexGuard<'_, Partitions> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends these messages in their order, and waits until a broker has acknowledged or refused each of them. Gives
    /// those that failed, in their order: of each partition everything from the first of them on.
    pub(crate) async fn send(
        &self,
        messages: &[Message<'_>],
        which: &[usize],
        config: &KafkaConfig,
    ) -> Result<Vec<Undelivered>, PortError> {
        let bound: Result<Vec<Bound>, PortError> =
            which.iter().map(|index| self.bound(*index, &messages[*index], config)).collect();
        let (first, rest) = self.partitions().strangers(bound?);
        let mut failures = self.wave(messages, &first).await?;
        if failures.is_empty() {
            self.partitions().introduce(first);
            failures = self.wave(messages, &rest).await?;
        } else {
            failures.extend(rest.iter().map(|one| (one.index, RDKafkaErrorCode::PurgeQueue)));
        }
        failures.sort_unstable_by_key(|(index, _)| *index);
        Ok(failures)
    }

    fn bound(&self, index: usize, message: &Message<'_>, config: &KafkaConfig) -> Result<Bound, PortError> {
        let topic = config.topic(message.topic, message.dead);
        match self.partitions().of_key(&topic, message.key) {
            Some(partition) => Ok(Bound { index, topic, partition }),
            None => Err(away(format!("the topic {topic} was not there when the connection was made"))),
        }
    }

    /// Enqueues messages and waits until all of them are reported. Gives those that failed.
    async fn wave(&self, messages: &[Message<'_>], which: &[Bound]) -> Result<Vec<Undelivered>, PortError> {
        let round = self.inner.context().begin();
        let whole = Whole(self);
        for bound in which {
            self.enqueue(&messages[bound.index], bound, opaque(round, bound.index)).await?;
        }
        self.all_reported().await?;
        std::mem::forget(whole);
        Ok(std::mem::take(&mut self.inner.context().round().failed))
    }

    async fn enqueue(&self, message: &Message<'_>, bound: &Bound, opaque: usize) -> Result<(), PortError> {
        let reports = self.inner.context();
        loop {
            reports.round().waiting += 1;
            match self.offer(message, bound, opaque) {
                Ok(()) => return Ok(()),
                Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)) => {
                    reports.round().waiting -= 1;
                    self.moving(self.room()).await?;
                }
                Err(error) => {
                    let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
                    reports.settle(opaque, Some(code));
                    return Ok(());
                }
            }
        }
    }

    fn offer(&self, message: &Message<'_>, bound: &Bound, opaque: usize) -> Result<(), KafkaError> {
        let mut record = BaseRecord::with_opaque_to(&bound.topic, opaque).key(message.key).partition(bound.partition);
        record.payload = message.payload;
        if !message.headers.is_empty() {
            let headers = OwnedHeaders::new_with_capacity(message.headers.len());
            let insert = |headers: OwnedHeaders, (key, value): &(&str, &str)| {
                headers.insert(Header { key, value: Some(*value) })
            };
            record = record.headers(message.headers.iter().fold(headers, insert));
        }
        self.inner.send(record).map_err(|(error, _)| error)
    }

    /// Until something was settled, which makes room in the queue.
    async fn room(&self) {
        let before = self.inner.context().round().settled;
        while self.inner.context().round().settled == before {
            sleep(ROOM).await;
        }
    }

    async fn all_reported(&self) -> Result<(), PortError> {
        while self.inner.context().round().waiting > 0 {
            self.moving(self.inner.context().done.notified()).await?;
        }
        Ok(())
    }

    /// Waits for something, as long as brokers acknowledge anything at all meanwhile. After a fatal error librdkafka
    /// keeps some messages without ever reporting them: those are thrown out, which is a report.
    async fn moving(&self, what: impl Future<Output = ()>) -> Result<(), PortError> {
        let mut what = std::pin::pin!(what);
        let (mut settled, mut since) = (self.inner.context().round().settled, Instant::now());
        while timeout(GLANCE, &mut what).await.is_err() {
            if self.inner.client().fatal_error().is_some() {
                self.inner.purge(PurgeConfig::default().queue().inflight());
            }
            let now = self.inner.context().round().settled;
            if now != settled {
                (settled, since) = (now, Instant::now());
            } else if since.elapsed() >= self.patience {
                return Err(away(format!("nothing was acknowledged for {:?}", self.patience)));
            }
        }
        Ok(())
    }
}

/// A batch of which all is reported, or nothing more is sent: without that, a message of an abandoned batch could
/// come behind those that are sent next.
struct Whole<'a>(&'a Producer);

impl Drop for Whole<'_> {
    fn drop(&mut self) {
        self.0.spoilt.store(true, Ordering::Relaxed);
        self.0.inner.context().begin();
        self.0.inner.purge(PurgeConfig::default().queue().inflight());
    }
}

/// Collects the delivery reports of the batch that is on its way.
#[derive(Default)]
struct Reports {
    round: Mutex<Round>,
    done: Notify,
}

#[derive(Default)]
struct Round {
    number: u32,
    waiting: usize,
    settled: usize,
    failed: Vec<Undelivered>,
}

impl Reports {
    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> u32 {
        let mut round = self.round();
        *round = Round { number: round.number.wrapping_add(1), ..Round::default() };
        round.number
    }

    fn settle(&self, opaque: usize, error: Option<RDKafkaErrorCode>) {
        let mut round = self.round();
        if (opaque >> 32) as u32 != round.number {
            return;
        }
        round.failed.extend(error.map(|code| (opaque & u32::MAX as usize, code)));
        round.waiting -= 1;
        round.settled += 1;
        if round.waiting == 0 {
            self.done.notify_one();
        }
    }
}

/// Round and index in one word, which librdkafka carries along.
fn opaque(round: u32, index: usize) -> usize {
    (round as usize) << 32 | index & u32::MAX as usize
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: usize) {
        let code = |error: &KafkaError| error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
        self.settle(opaque, result.as_ref().err().map(|(error, _)| code(error)));
    }
}

/// Ours is the patience, not librdkafka's: it would give up single messages and go on with those behind them. What
/// cannot be delivered without a gap is fatal for the producer, so that no version comes before an earlier one.
fn settings(config: &KafkaConfig) -> rdkafka::ClientConfig {
    let mut client = config.client("producer");
    client.set("enable.idempotence", "true").set("enable.gapless.guarantee", "true").set("acks", "all");
    client.set("message.timeout.ms", "0").set("compression.type", "lz4");
    // A lone message waits for nobody. On a backlog batches fill up behind the requests that are in flight.
    client.set("linger.ms", "0").set("queue.buffering.max.kbytes", "65536");
    client.set("retry.backoff.ms", "50").set("retry.backoff.max.ms", "500");
    client
}
