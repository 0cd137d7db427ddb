//! Subscribing: one consumer group per consumer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::event::Topic;
use domain::ports::bus::{Bus, Subscription};
use domain::ports::error::PortError;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::KafkaConfig;
use crate::error::{away, broken, failed, unmade};
use crate::fetcher::{Fetcher, Member, Shared};
use crate::subscription::KafkaSubscription;

/// How long the group may take to hand out its partitions: members that died are missed after ten seconds.
const JOIN: Duration = Duration::from_secs(30);
/// How long a place that this process has just given up may take to be free.
const LEAVE: Duration = Duration::from_secs(5);

/// The places that this process is giving up, by group.
pub(crate) type Leaving = Arc<Mutex<HashMap<String, oneshot::Receiver<()>>>>;

/// Reads topics as a member of the consumer's group. The partitions are shared among the members; records of one key
/// lie in one partition, in the order in which they were published.
pub struct KafkaBus {
    config: KafkaConfig,
    leaving: Leaving,
}

impl KafkaBus {
    /// A bus over these brokers.
    #[must_use]
    pub fn new(config: KafkaConfig) -> Self {
        Self { config, leaving: Leaving::default() }
    }

    /// Joins a group, and starts to fetch.
    fn join(&self, group: &str, topics: &[Topic]) -> Result<KafkaSubscription, PortError> {
        let shared = Arc::new(Shared::default());
        let member = Member(Arc::clone(&shared));
        let consumer: BaseConsumer<Member> =
            settings(&self.config, group).create_with_context(member).map_err(unmade)?;
        let consumer = Arc::new(consumer);
        let names: Vec<_> = topics.iter().map(|topic| (self.config.topic(*topic, false), *topic)).collect();
        let plain: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        consumer.subscribe(&plain).map_err(|error| failed(&error))?;
        let (left, leaves) = oneshot::channel();
        let (thread, place) = (Arc::clone(&consumer), Arc::clone(&shared));
        let fetcher = Fetcher { consumer: thread, shared: place, topics: names, left };
        std::thread::Builder::new().name(format!("kafka-{group}")).spawn(move || fetcher.run()).map_err(broken)?;
        Ok(KafkaSubscription::new(consumer, shared, (group.to_owned(), leaves), Arc::clone(&self.leaving)))
    }
}

#[async_trait]
impl Bus for KafkaBus {
    async fn subscribe(&self, consumer: &'static str, topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError> {
        let group = self.config.group(consumer);
        let leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner).remove(&group);
        if let Some(left) = leaving {
            let _either_way = timeout(LEAVE, left).await;
        }
        let subscription = self.join(&group, topics)?;
        match timeout(JOIN, subscription.joined()).await {
            Ok(joined) => joined?,
            Err(_) => return Err(away(format!("the group {group} has handed out no partitions"))),
        }
        Ok(Box::new(subscription))
    }

    async fn left(&self) {
        let leaving = std::mem::take(&mut *self.leaving.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            for left in leaving.into_values() {
                let _dropped_when_left = left.await;
            }
        };
        let _either_way = timeout(LEAVE, all).await;
    }
}

fn settings(config: &KafkaConfig, group: &str) -> ClientConfig {
    let mut client = config.client("consumer");
    client.set("group.id", group).set("partition.assignment.strategy", "cooperative-sticky");
    // A member that died is missed after ten seconds. One whose reader is busy goes on polling, see `Fetcher`.
    client.set("session.timeout.ms", "10000").set("heartbeat.interval.ms", "1000");
    // One that was given up while a call of its own hangs, say over a topic that is gone, still answers the group; as
    // nobody polls it, it is out after this, and no rebalance waits for it longer.
    client.set("max.poll.interval.ms", "20000");
    client.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    // Topics that are missing are an error at once, after which we subscribe again. librdkafka would wait for them for half
    // a minute, join the group meanwhile, be given nothing, and not ask for more when they are made as they were.
    client.set("topic.metadata.propagation.max.ms", "0").set("topic.metadata.refresh.interval.ms", "5000");
    // What was never acknowledged comes, and what retention took is fetched from the outbox.
    client.set("auto.offset.reset", "earliest").set("isolation.level", "read_uncommitted");
    client.set("queued.max.messages.kbytes", "8192").set("queued.min.messages", "10000");
    client.set("fetch.queue.backoff.ms", "10").set("fetch.error.backoff.ms", "100");
    client
}
