//! Kafka for tests: names of its own for each on the broker that `ci/test.sh` started, or a broker of its own.

use std::sync::Arc;
use std::time::Duration;

use bus_kafka::{KafkaBus, KafkaConfig, KafkaPublisher};
use domain::event::Topic;
use domain::ports::bus::{Message, Outbox, Publisher, Rejected};
use embedded::FileLeases;
use gateway::Relay;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Headers, Message as _};
use rdkafka::{Offset, TopicPartitionList};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::stack::OwnStack;
use super::world::World;

/// What to do when a variable is missing.
const HOW: &str = "run ci/test.sh, or: ci/stack.sh up";

/// Topics and groups of one test's own.
pub struct Cluster {
    pub config: KafkaConfig,
}

impl Cluster {
    /// On the broker that all tests share, with topics.
    pub async fn shared() -> Self {
        Self::at(&brokers()).await
    }

    /// On this broker, with topics.
    pub async fn at(brokers: &str) -> Self {
        Self::made(named(brokers)).await
    }

    /// On the broker that all tests share, with topics of so many partitions.
    pub async fn of_partitions(partitions: i32) -> Self {
        Self::made(KafkaConfig { partitions, ..named(&brokers()) }).await
    }

    async fn made(config: KafkaConfig) -> Self {
        // A broker that has just started on a busy machine may take its time.
        for _ in 0..5 {
            if bus_kafka::ensure_topics(&config).await.is_ok() {
                return Self { config };
            }
        }
        panic!("the broker {} makes no topics", config.brokers);
    }

    /// With a topic of tasks that takes no batches longer than this.
    pub async fn that_takes(bytes: u32) -> Self {
        let config = named(&brokers());
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", &config.brokers).create().expect("a client");
        let (name, bytes) = (format!("{}task-events", config.topic_prefix), bytes.to_string());
        let topic = NewTopic::new(&name, 3, TopicReplication::Fixed(1)).set("max.message.bytes", &bytes);
        let made = admin.create_topics(&[topic], &AdminOptions::new()).await.expect("answered");
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        bus_kafka::ensure_topics(&config).await.expect("topics");
        Self { config }
    }

    pub fn bus(&self) -> KafkaBus {
        KafkaBus::new(self.config.clone())
    }

    /// Changes a setting of a topic.
    pub async fn set(&self, topic: Topic, key: &str, value: &str) {
        let name = format!("{}{}", self.config.topic_prefix, topic.as_str());
        let client = ClientConfig::new().set("bootstrap.servers", &self.config.brokers).clone();
        let admin: AdminClient<DefaultClientContext> = client.create().expect("a client");
        let change = AlterConfig::new(ResourceSpecifier::Topic(&name)).set(key, value);
        let done = admin.alter_configs(&[change], &AdminOptions::new()).await.expect("answered");
        assert!(done.iter().all(Result::is_ok), "{done:?}");
    }

    /// Deletes a topic, as an administrator might by mistake.
    pub async fn delete(&self, topic: Topic) {
        let name = format!("{}{}", self.config.topic_prefix, topic.as_str());
        let client = ClientConfig::new().set("bootstrap.servers", &self.config.brokers).clone();
        let admin: AdminClient<DefaultClientContext> = client.create().expect("a client");
        let done = admin.delete_topics(&[&name], &AdminOptions::new()).await.expect("answered");
        assert!(done.iter().all(Result::is_ok), "{done:?}");
    }

    /// The first records of a topic as another program sees them: key, value, headers.
    pub async fn raw(&self, topic: &str, count: usize) -> Vec<RawRecord> {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.config.brokers).set("group.id", format!("{topic}.raw"));
        client.set("auto.offset.reset", "earliest").set("enable.auto.commit", "false");
        let consumer: StreamConsumer = client.create().expect("a client");
        consumer.subscribe(&[topic]).expect("subscribed");
        let mut records = Vec::new();
        while records.len() < count {
            let message = tokio::time::timeout(Duration::from_secs(60), consumer.recv()).await.expect("in time");
            records.push(raw(&message.expect("a record")));
        }
        records
    }

    /// Everything that a topic holds now, each partition in its order, by a client of its own: key and value.
    pub fn everything(&self, topic: Topic) -> Vec<(String, Option<String>)> {
        let name = format!("{}{}", self.config.topic_prefix, topic.as_str());
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.config.brokers).set("group.id", format!("{name}.everything"));
        let consumer: BaseConsumer = client.set("enable.auto.commit", "false").create().expect("a client");
        let patience = Duration::from_secs(30);
        let metadata = consumer.fetch_metadata(Some(&name), patience).expect("the topic");
        let (mut places, mut left) = (TopicPartitionList::new(), 0);
        for partition in metadata.topics()[0].partitions() {
            // A client that has just met the cluster may ask the wrong broker.
            let ask = || consumer.fetch_watermarks(&name, partition.id(), patience);
            let (low, high) = (0..20).find_map(|_| ask().ok()).expect("offsets");
            places.add_partition_offset(&name, partition.id(), Offset::Beginning).expect("a place");
            left += high - low;
        }
        consumer.assign(&places).expect("assigned");
        let mut records = Vec::new();
        while left > 0 {
            let message = consumer.poll(patience).expect("in time").expect("a record");
            let (key, value, _) = raw(&message);
            records.push((key, value));
            left -= 1;
        }
        records
    }

    /// Sets a consumer's group back to the beginning of the tasks, once nobody is in it any more. How many records it had
    /// read of them.
    pub async fn rewind(&self, consumer: &str) -> i64 {
        let name = format!("{}task-events", self.config.topic_prefix);
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.config.brokers).set("enable.auto.commit", "false");
        client.set("group.id", format!("{}{consumer}", self.config.group_prefix));
        let group: BaseConsumer = client.create().expect("a client");
        let metadata = group.fetch_metadata(Some(&name), Duration::from_secs(30)).expect("the topic");
        let (mut places, mut begin) = (TopicPartitionList::new(), TopicPartitionList::new());
        for partition in metadata.topics()[0].partitions() {
            places.add_partition(&name, partition.id());
            begin.add_partition_offset(&name, partition.id(), Offset::Offset(0)).expect("a place");
        }
        let read = group.committed_offsets(places, Duration::from_secs(30)).expect("places");
        // Whoever was killed is a member until it is missed.
        for _ in 0..240 {
            if group.commit(&begin, CommitMode::Sync).is_ok() {
                return read
                    .elements()
                    .iter()
                    .filter_map(|place| place.offset().to_raw())
                    .filter(|read| *read > 0)
                    .sum();
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the group {consumer} is never empty");
    }

    /// Publishes with a publisher of its own.
    pub async fn publish(&self, messages: &[Message<'_>]) -> Vec<Rejected> {
        published(&self.publisher(), messages).await
    }

    pub fn publisher(&self) -> KafkaPublisher {
        KafkaPublisher::new(self.config.clone())
    }
}

fn brokers() -> String {
    std::env::var("STACK_KAFKA").unwrap_or_else(|_| panic!("STACK_KAFKA names no broker: {HOW}"))
}

/// Publishes as the relay does: again, until a busy machine's broker has taken everything.
pub async fn published(publisher: &KafkaPublisher, messages: &[Message<'_>]) -> Vec<Rejected> {
    for _ in 0..30 {
        match publisher.publish(messages).await {
            Ok(rejected) => return rejected,
            Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_secs(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the broker takes nothing");
}

/// Key, value and headers.
pub type RawRecord = (String, Option<String>, Vec<(String, String)>);

fn raw(message: &BorrowedMessage<'_>) -> RawRecord {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let headers = headers.map(|header| (header.key.to_owned(), text(header.value.unwrap_or_default())));
    (text(message.key().unwrap_or_default()), message.payload().map(text), headers.collect())
}

/// A configuration with names that no other test uses.
pub fn named(brokers: &str) -> KafkaConfig {
    // A name that no other run has used on this broker either.
    let unique = tempfile::Builder::new().prefix("test-").rand_bytes(16).tempfile().expect("a file");
    let prefix = format!("{}.", unique.path().file_name().expect("a name").to_string_lossy());
    let config = KafkaConfig::from_url(&format!("kafka://{brokers}")).expect("brokers");
    KafkaConfig { topic_prefix: prefix.clone(), group_prefix: prefix, partitions: 3, ..config }
}

/// A relay that runs until this is dropped.
pub struct Relaying {
    pub stop: CancellationToken,
    pub running: JoinHandle<()>,
}

impl Relaying {
    pub fn start(world: &World, cluster: &Cluster) -> Self {
        Self::through(world, Arc::new(cluster.publisher()))
    }

    pub fn through(world: &World, publisher: Arc<dyn Publisher>) -> Self {
        let stop = CancellationToken::new();
        let relay = Arc::new(relay(world, publisher));
        Self { stop: stop.clone(), running: tokio::spawn(relay.run(stop)) }
    }

    /// Waits until all that is committed is published.
    pub async fn settled(&self, world: &World) {
        let head = world.store.head().await.expect("a head");
        for _ in 0..9_000 {
            if world.store.cursor(Relay::NAME).await.expect("a cursor").position >= head {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the relay did not come to the end of the outbox");
    }
}

impl Drop for Relaying {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub fn relay(world: &World, publisher: Arc<dyn Publisher>) -> Relay {
    Relay {
        outbox: world.store.clone(),
        publisher,
        inbox: world.store.clone(),
        leases: Arc::new(FileLeases::default()),
        clock: world.tasks.clock.clone(),
        bell: world.tasks.bell.clone(),
    }
}

/// A broker that this test alone uses, and may stop.
pub struct OwnBroker {
    stack: OwnStack,
    pub brokers: String,
}

impl OwnBroker {
    pub async fn start() -> Self {
        let stack = OwnStack::up(&["kafka"]).await;
        let brokers = stack.brokers();
        Self { stack, brokers }
    }

    pub async fn stop(&self) {
        self.stack.kill("kafka").await;
    }

    pub async fn start_again(&self) {
        self.stack.start("kafka").await;
    }

    /// It dies, its disk is lost, and another takes its place at the same address.
    pub async fn comes_back_empty(&self) {
        self.stack.kill("kafka").await;
        self.stack.lose("kafka");
        self.stack.start("kafka").await;
    }
}
