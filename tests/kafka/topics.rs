//! The topics: made where they are missing, and a word about those that are unsafe.

use std::time::Duration;

use domain::event::Topic;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

use crate::kit::kafka::{Cluster, named};
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;

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
    bus_kafka::check(&cluster.config, Duration::from_secs(30)).await.expect("it answers");
    let none = bus_kafka::check(&named("127.0.0.1:1"), Duration::from_secs(5)).await.expect_err("nobody there");
    assert!(none.to_string().contains("Connection refused"), "it says why: {none}");
}

#[tokio::test]
async fn what_kafka_has_lost_is_said_also_when_making_it_again_fails() {
    // It has no topics and knows no request to make one.
    let broker: MockCluster<'static, DefaultProducerContext> = MockCluster::new(1).expect("a mock of a broker");
    let database = Database::migrated().await;
    let published = "INSERT INTO cursors (consumer, position, settled) VALUES ('relay', 7, 7)";
    database.sql(published).await.expect("something was published");
    let scratch = Scratch::new()
        .with("TASKBOT_DATABASE_URL", &database.url())
        .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", broker.bootstrap_servers()));
    let mut program = scratch.start(&["serve", "--roles", "relay"]);
    let said = program.err.line("Kafka had lost these topics").await;
    assert!(said.contains("task-events") && said.contains("taskbot republish"), "{said}");
    program.err.line("the topics could not be looked at").await;
    let said = program.err.all().iter().filter(|line| line.contains("had lost")).count();
    assert_eq!(said, 1, "once");
}
