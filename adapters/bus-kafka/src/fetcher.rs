//! One member of a consumer group: a thread that fetches, and keeps the membership alive however long its reader takes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::event::Topic;
use domain::ports::bus::Record;
use domain::ports::error::PortError;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::{ClientContext, TopicPartitionList};
use tokio::sync::{Notify, oneshot};
use tracing::{debug, info, warn};

use crate::context::log;
use crate::error::{away, failed};
use crate::places::{Fetched, Partition, Places};
use crate::subscription::commit;

/// How long the thread waits for a record before it looks whether it is to end.
const POLL: Duration = Duration::from_millis(100);
/// How much is fetched ahead of the reader: records and bytes.
const AHEAD: (usize, usize) = (4_000, 8 << 20);
/// How long it waits for a reader that is busy before it pauses its partitions, so that it can go on to answer the
/// group. Pausing throws away what librdkafka has fetched, so it is not done for every moment of a backlog.
const BUSY: Duration = Duration::from_secs(1);

/// What the thread and its reader share.
#[derive(Default)]
pub(crate) struct Shared {
    places: Mutex<Places>,
    room: Condvar,
    failure: Mutex<Option<PortError>>,
    stop: AtomicBool,
    /// Whether partitions are paused, so that those which come are too.
    paused: AtomicBool,
    /// Something was fetched, assigned, or went wrong.
    pub(crate) news: Notify,
}

impl Shared {
    pub(crate) fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives out records, or what went wrong.
    pub(crate) fn take(&self, max: usize) -> Result<Vec<Record>, PortError> {
        if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(failure);
        }
        let records = self.places().take(max);
        self.room.notify_one();
        Ok(records)
    }

    /// Tells the thread to leave the group and to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.room.notify_one();
    }

    fn fail(&self, failure: PortError) {
        self.places().give_up();
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        self.news.notify_one();
    }

    /// Waits for room for a while. Returns whether there is any.
    fn wait_for_room(&self) -> bool {
        let full = |places: &mut Places| {
            let (records, bytes) = places.load();
            (records >= AHEAD.0 || bytes >= AHEAD.1) && !self.stop.load(Ordering::Relaxed)
        };
        let waited = self.room.wait_timeout_while(self.places(), BUSY, full);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

/// librdkafka's callbacks, all of which come on the thread that polls.
pub(crate) struct Member(pub(crate) Arc<Shared>);

impl ClientContext for Member {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        debug!(%error, reason, "librdkafka");
    }
}

impl ConsumerContext for Member {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => {
                info!(partitions = list.count(), "partitions were assigned");
                self.0.places().assign(partitions(list));
            }
            Rebalance::Revoke(list) => {
                info!(partitions = list.count(), "partitions were revoked");
                self.0.places().revoke(&partitions(list).collect::<Vec<_>>());
            }
            Rebalance::Error(error) => warn!(%error, "the group could not be rebalanced"),
        }
        self.0.news.notify_one();
    }

    /// librdkafka goes on pausing a partition that went while it was paused, however often it comes back.
    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(list) = rebalance
            && let Err(error) = halt(consumer, list, self.0.paused.load(Ordering::Relaxed))
        {
            self.0.fail(failed(&error));
        }
    }
}

/// Pauses partitions, or resumes them.
fn halt(consumer: &BaseConsumer<Member>, list: &TopicPartitionList, pause: bool) -> KafkaResult<()> {
    if pause { consumer.pause(list) } else { consumer.resume(list) }
}

fn partitions(list: &TopicPartitionList) -> impl Iterator<Item = Partition> {
    list.elements().into_iter().map(|one| (one.topic().to_owned(), one.partition())).collect::<Vec<_>>().into_iter()
}

/// Fetches until it is told to end, and then leaves the group.
pub(crate) struct Fetcher {
    pub(crate) consumer: Arc<BaseConsumer<Member>>,
    pub(crate) shared: Arc<Shared>,
    /// The names of the topics in the cluster.
    pub(crate) topics: Vec<(String, Topic)>,
    /// Dropped when the group was left.
    pub(crate) left: oneshot::Sender<()>,
}

impl Fetcher {
    pub(crate) fn run(self) {
        while !self.shared.stop.load(Ordering::Relaxed) {
            let room = self.shared.wait_for_room();
            if room == self.shared.paused.load(Ordering::Relaxed) {
                self.pause(!room);
            }
            match self.consumer.poll(POLL) {
                Some(Ok(message)) => self.keep(&message),
                Some(Err(error)) => self.judge(&error),
                None => {}
            }
        }
        self.leave();
    }

    /// Saves what was acknowledged last, unless it has failed, and leaves the group once nobody else uses the membership.
    fn leave(self) {
        let Self { consumer, shared, left, .. } = self;
        let unsaved = shared.places().unsaved();
        if !unsaved.is_empty()
            && let Err(error) = commit(&consumer, &unsaved)
        {
            info!(%error, "the last place could not be saved: its records come again");
        }
        let until = Instant::now() + BUSY;
        while Arc::strong_count(&consumer) > 1 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(consumer);
        drop(left);
    }

    fn pause(&self, pause: bool) {
        debug!(pause, "the reader is busy, or has time again");
        let assigned = self.consumer.assignment();
        match assigned.and_then(|assigned| halt(&self.consumer, &assigned, pause)) {
            Ok(()) => self.shared.paused.store(pause, Ordering::Relaxed),
            Err(error) => warn!(%error, pause, "partitions could not be paused or resumed, which is tried again"),
        }
    }

    fn keep(&self, message: &BorrowedMessage<'_>) {
        let Some((name, topic)) = self.topics.iter().find(|(name, _)| name == message.topic()) else { return };
        let (number, offset) = (message.partition(), message.offset());
        let record = Record {
            topic: *topic,
            origin: format!("{name}/{number}@{offset}"),
            key: String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned(),
            payload: message.payload().unwrap_or_default().to_vec(),
        };
        self.shared.places().push(Fetched { partition: (name.clone(), number), offset, record });
        self.shared.news.notify_one();
    }

    /// librdkafka connects again by itself; what it cannot mend ends the subscription.
    fn judge(&self, error: &KafkaError) {
        use RDKafkaErrorCode as Code;
        let failure = failed(error);
        match (error, error.rdkafka_error_code()) {
            (KafkaError::MessageConsumptionFatal(_), _) => self.shared.fail(away(format!("fatal: {error}"))),
            (_, Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition)) => {
                self.shared.fail(away(format!("a topic is missing: {error}")));
            }
            _ if !failure.is_transient() => self.shared.fail(failure),
            _ => debug!(%error, "fetching"),
        }
    }
}
