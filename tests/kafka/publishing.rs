//! The publisher: what it refuses, and how it goes on after an error that its producer cannot recover from.

use std::collections::{HashMap, HashSet};

use bus_kafka::{KafkaPublisher, LONGEST};
use domain::event::Topic;
use domain::ports::bus::{Message, Publisher};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::{all, different, reader};
use crate::kit::dice::Dice;
use crate::kit::kafka::{Cluster, named, published};

fn message<'a>(key: &'a str, payload: &'a str) -> Message<'a> {
    Message::new(Topic::TaskEvents, key, payload)
}

async fn payloads(cluster: &Cluster, count: usize) -> Vec<String> {
    let mut place = reader(cluster, "payloads").await;
    let records = all(&mut *place, different(count)).await;
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

/// Random letters, so that no compression makes them fit.
fn too_long() -> String {
    let mut dice = Dice::seeded(1);
    (0..100_000).map(|_| char::from(b'0' + dice.below(75) as u8)).collect()
}

#[tokio::test]
async fn what_a_broker_refuses_for_good_is_found_among_thousands() {
    let (cluster, long) = (Cluster::that_takes(20_000).await, too_long());
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

/// Numbers of several keys in turn, each key's from 0 on, with something too long among the first and further on.
fn mixed<'a>(keys: &'a [String], numbers: &'a [String], long: &'a str) -> Vec<Message<'a>> {
    let turns = numbers.iter().flat_map(|number| keys.iter().map(move |key| message(key, number)));
    let mut messages: Vec<_> = turns.collect();
    for place in [20, 250] {
        messages.insert(place, message(&keys[place % keys.len()], long));
    }
    messages
}

#[tokio::test]
async fn nothing_overtakes_what_is_sent_again_after_a_refusal() {
    let (cluster, long) = (Cluster::that_takes(20_000).await, too_long());
    let numbers: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let keys: Vec<Vec<String>> = (0..5).map(|round| (0..6).map(|key| format!("{round}-{key}")).collect()).collect();
    for keys in &keys {
        // Each round begins with a producer that no broker knows.
        let rejected = cluster.publish(&mixed(keys, &numbers, &long)).await;
        assert_eq!(rejected.iter().map(|one| one.index).collect::<HashSet<_>>(), HashSet::from([20, 250]));
    }
    let mut next: HashMap<String, usize> = HashMap::new();
    for record in all(&mut *reader(&cluster, "order").await, different(5 * 6 * numbers.len())).await {
        let number: usize = String::from_utf8_lossy(&record.payload).parse().expect("a number");
        let next = next.entry(record.key).or_default();
        assert!(number <= *next, "{} came while {next} was the next ({})", number, record.origin);
        *next = (*next).max(number + 1);
    }
    assert_eq!(next.len(), 5 * 6);
    assert!(next.values().all(|next| *next == numbers.len()), "nothing else is missing: {next:?}");
}

#[tokio::test]
async fn a_producer_that_failed_for_good_is_made_anew() {
    let brokers: MockCluster<'static, DefaultProducerContext> = MockCluster::new(1).expect("a mock of a broker");
    let config = named(&brokers.bootstrap_servers());
    let name = format!("{}task-events", config.topic_prefix);
    brokers.create_topic(&name, 1, 1).expect("a topic");
    let publisher = KafkaPublisher::new(config);
    assert_eq!(published(&publisher, &[message("a", "1")]).await, []);
    let fatal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    brokers.request_errors(RDKafkaApiKey::Produce, &[fatal]);
    let failed = publisher.publish(&[message("a", "2")]).await.expect_err("fatal");
    assert!(failed.is_transient(), "{failed}");
    assert_eq!(published(&publisher, &[message("a", "2")]).await, []);
}

#[tokio::test]
async fn without_a_broker_publishing_fails_and_then_nobody_is_asked_for_a_while() {
    let publisher = KafkaPublisher::new(named("127.0.0.1:1"));
    let failed = async || publisher.publish(&[message("a", "1")]).await.expect_err("nobody there").to_string();
    assert!(!failed().await.contains("left alone"), "the first time it is asked");
    let mut rested = 0;
    // A busy machine may take longer for a word than a broker is left alone.
    while rested == 0 {
        rested += usize::from(failed().await.contains("left alone"));
    }
}

#[tokio::test]
async fn a_tombstone_and_headers_arrive() {
    let cluster = Cluster::shared().await;
    let gone = Message { payload: None, headers: &[("traceparent", "00-1-2-01")], ..message("a", "") };
    cluster.publish(&[gone]).await;
    let read = cluster.raw(&format!("{}task-events", cluster.config.topic_prefix), 1).await;
    assert_eq!(read, [("a".to_owned(), None, vec![("traceparent".to_owned(), "00-1-2-01".to_owned())])]);
}
