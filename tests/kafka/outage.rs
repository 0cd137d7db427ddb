//! A broker that dies while events are on their way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::command::{Command, TaskEdit};

use super::{all, applied, reader};
use crate::kit::kafka::{Cluster, OwnBroker, Relaying};
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
    let records = all(&mut *place, expected.values().sum::<u64>() as usize).await;
    assert_eq!(applied(&records), expected);
}
