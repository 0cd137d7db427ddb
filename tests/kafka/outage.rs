//! A broker that dies while events are on their way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bus_kafka::KafkaBus;
use domain::command::{Command, TaskEdit};
use domain::event::Topic;
use domain::ports::bus::{Bus as _, Message, Subscription};
use domain::ports::error::PortError;
use tokio::time::{sleep, timeout};

use super::{all, applied, reader};
use crate::kit::kafka::{Cluster, OwnBroker, Relaying};
use crate::kit::program::PATIENCE;
use crate::kit::world::{World, by_id, draft};

/// Adds tasks and edits each, until it is told to end. Gives the last version of each.
async fn work(world: Arc<World>, stop: tokio_util::sync::CancellationToken) -> HashMap<String, u64> {
    let ana = world.person("ana").await;
    let mut versions = HashMap::new();
    for number in 0.. {
        let mut task = world.add(&ana, draft(&ana, &format!("task {number}"))).await;
        for round in 0..4 {
            let edit = TaskEdit { description: Some(format!("round {round}")), ..TaskEdit::default() };
            let edit = Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None };
            task = world.one(&ana, edit).await;
        }
        versions.insert(task.id.to_string(), task.version);
        if stop.is_cancelled() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    versions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_dies_in_the_middle_loses_nothing_and_keeps_the_order() {
    let broker = OwnBroker::start().await;
    let mut cluster = Cluster::at(&broker.brokers).await;
    cluster.config.patience = Duration::from_secs(3);
    let world = Arc::new(World::new().await);
    let relaying = Relaying::start(&world, &cluster);
    let enough = tokio_util::sync::CancellationToken::new();
    let working = tokio::spawn(work(world.clone(), enough.clone()));
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        broker.stop().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        broker.start_again().await;
    }
    enough.cancel();
    let expected = working.await.expect("the work");
    relaying.settled(&world).await;
    let mut place = reader(&cluster, "reader").await;
    let records = all(&mut *place, |records| applied(records) == expected).await;
    assert_eq!(applied(&records), expected, "nothing is lost");
}

/// Reads as a consumer does, which lets go of its place after any failure that passes and subscribes again, until this
/// has come and is acknowledged.
async fn until_it_comes(bus: &KafkaBus, place: &mut Option<Box<dyn Subscription>>, payload: &str) {
    loop {
        match turn(bus, place, payload).await {
            Ok(true) => break,
            Ok(false) => {}
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                *place = None;
            }
        }
    }
}

/// One batch, of a place that is kept. Whether this was among its records.
async fn turn(bus: &KafkaBus, place: &mut Option<Box<dyn Subscription>>, payload: &str) -> Result<bool, PortError> {
    let place = match place {
        Some(place) => place,
        None => place.insert(bus.subscribe("reader", &[Topic::TaskEvents]).await?),
    };
    let records = place.next(100).await?;
    place.acknowledge().await?;
    Ok(records.iter().any(|record| record.payload == payload.as_bytes()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_goes_on_when_topics_are_made_again_whenever_that_is() {
    let broker = OwnBroker::start().await;
    let cluster = Cluster::at(&broker.brokers).await;
    let (bus, mut place) = (cluster.bus(), None);
    // Before it has noticed, and after it has joined a group without topics.
    for seconds in [0, 4, 12] {
        let [before, after] = ["before", "after"].map(|word| format!("{word} {seconds}"));
        cluster.publish(&[Message::new(Topic::TaskEvents, "a", &before)]).await;
        until_it_comes(&bus, &mut place, &before).await;
        // The group may know of it by then, or the place be on its way while all is lost.
        broker.comes_back_empty().await;
        sleep(Duration::from_secs(seconds)).await;
        while bus_kafka::ensure_topics(&cluster.config).await.is_err() {}
        cluster.publish(&[Message::new(Topic::TaskEvents, "a", &after)]).await;
        let came = timeout(Duration::from_secs(90), until_it_comes(&bus, &mut place, &after)).await;
        assert!(came.is_ok(), "nothing comes of topics that were made again after {seconds} s");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_cannot_be_saved_ends_the_subscription_after_a_while() {
    let broker = OwnBroker::start().await;
    let cluster = Cluster::at(&broker.brokers).await;
    let mut place = reader(&cluster, "reader").await;
    cluster.publish(&[Message::new(Topic::TaskEvents, "a", "event")]).await;
    while place.next(100).await.expect("a batch").is_empty() {}
    broker.stop().await;
    place.acknowledge().await.expect("it is saved beside other work");
    let ended = timeout(PATIENCE, place.next(100)).await.expect("whoever waits is told");
    assert!(ended.expect_err("nobody is there").is_transient(), "whoever is told subscribes again");
}
