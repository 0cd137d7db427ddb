//! The topics: made where they are missing, and a word about those that are unsafe.

use std::time::Duration;

use domain::event::Topic;

use crate::kit::kafka::{Cluster, named};

#[tokio::test]
async fn topics_are_made_once_and_warned_about_for_ever() {
    let cluster = Cluster::shared().await;
    let again = bus_kafka::ensure_topics(&cluster.config).await.expect("looked at");
    assert_eq!(again.len(), 6, "{again:#?}");
    assert!(again.iter().all(|said| said.contains("replication factor 1")), "{again:#?}");
    cluster.set(Topic::Reminders, "unclean.leader.election.enable", "true").await;
    cluster.set(Topic::TaskUpdates, "cleanup.policy", "delete").await;
    let more = bus_kafka::KafkaConfig { partitions: 5, ..cluster.config.clone() };
    let said = bus_kafka::ensure_topics(&more).await.expect("looked at");
    for part in [
        "reminders: unclean.leader",
        "task-updates: cleanup.policy delete, expected compact",
        "task-events: 3 partitions, expected 5",
    ] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:#?}");
    }
}

#[tokio::test]
async fn the_check_tells_a_broker_from_none() {
    let cluster = Cluster::shared().await;
    bus_kafka::check(&cluster.config, Duration::from_secs(2)).await.expect("it answers");
    bus_kafka::check(&named("127.0.0.1:1"), Duration::from_millis(500)).await.expect_err("nobody there");
}
