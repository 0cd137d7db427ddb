//! The publisher: what it refuses, and how it goes on after an error that its producer cannot recover from.

use std::time::Duration;

use bus_kafka::{KafkaConfig, KafkaPublisher, LONGEST};
use domain::event::Topic;
use domain::ports::bus::{Message, Publisher};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::{all, reader};
use crate::kit::dice::Dice;
use crate::kit::kafka::{Cluster, named};

fn message<'a>(key: &'a str, payload: &'a str) -> Message<'a> {
    Message::new(Topic::TaskEvents, key, payload)
}

async fn payloads(cluster: &Cluster, at_least: usize) -> Vec<String> {
    let mut place = reader(cluster, "payloads").await;
    let records = all(&mut *place, at_least).await;
    records.into_iter().map(|record| String::from_utf8(record.payload).expect("UTF-8")).collect()
}

#[tokio::test]
async fn a_message_that_is_too_long_is_rejected_and_stops_no_other() {
    let cluster = Cluster::shared().await;
    let long = "x".repeat(LONGEST + 1);
    let messages = [message("a", "1"), message("a", &long), message("a", "2")];
    let rejected = cluster.publish(&messages).await;
    assert_eq!(rejected.iter().map(|one| one.index).collect::<Vec<_>>(), [1]);
    assert_eq!(payloads(&cluster, 2).await, ["1", "2"]);
}

#[tokio::test]
async fn what_a_broker_refuses_for_good_is_found_among_thousands() {
    let cluster = Cluster::that_takes(20_000).await;
    // Random letters, so that no compression makes it fit.
    let mut dice = Dice::seeded(1);
    let long: String = (0..100_000).map(|_| char::from(b'0' + dice.below(75) as u8)).collect();
    let numbers: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let mut messages: Vec<_> = numbers.iter().map(|number| message("a", number)).collect();
    messages.insert(500, message("a", &long));
    let rejected = cluster.publish(&messages).await;
    assert_eq!(rejected.iter().map(|one| one.index).collect::<Vec<_>>(), [500]);
    let mut came = payloads(&cluster, 1_000).await;
    came.dedup();
    assert_eq!(came.len(), 1_000, "nothing else is missing");
    assert_eq!(came, numbers, "and the order stays");
}

#[tokio::test]
async fn a_producer_that_failed_for_good_is_made_anew() {
    let brokers: MockCluster<'static, DefaultProducerContext> = MockCluster::new(1).expect("a mock of a broker");
    let config = KafkaConfig { patience: Duration::from_secs(2), ..named(&brokers.bootstrap_servers()) };
    let name = format!("{}task-events", config.topic_prefix);
    brokers.create_topic(&name, 1, 1).expect("a topic");
    let publisher = KafkaPublisher::new(config);
    publisher.publish(&[message("a", "1")]).await.expect("published");
    let fatal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    brokers.request_errors(RDKafkaApiKey::Produce, &[fatal]);
    let failed = publisher.publish(&[message("a", "2")]).await.expect_err("fatal");
    assert!(failed.is_transient(), "{failed}");
    let at_once = publisher.publish(&[message("a", "2")]).await.expect_err("left alone for a moment");
    assert!(at_once.is_transient(), "{at_once}");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(publisher.publish(&[message("a", "2")]).await.expect("published"), []);
}

#[tokio::test]
async fn without_a_broker_publishing_fails_soon_and_then_at_once() {
    let config = named("127.0.0.1:1");
    let publisher = KafkaPublisher::new(config);
    let began = std::time::Instant::now();
    publisher.publish(&[message("a", "1")]).await.expect_err("nobody there");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let began = std::time::Instant::now();
    publisher.publish(&[message("a", "1")]).await.expect_err("the breaker is open");
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_tombstone_and_headers_arrive() {
    let cluster = Cluster::shared().await;
    let gone = Message { payload: None, headers: &[("traceparent", "00-1-2-01")], ..message("a", "") };
    cluster.publish(&[gone]).await;
    let read = cluster.raw(&format!("{}task-events", cluster.config.topic_prefix), 1).await;
    assert_eq!(read, [("a".to_owned(), None, vec![("traceparent".to_owned(), "00-1-2-01".to_owned())])]);
}
