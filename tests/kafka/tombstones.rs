//! `task-updates` forgets a deleted task once its deletion cannot be undone any more, and no other.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::command::Command;
use domain::event::Topic;
use domain::ports::bus::Outbox;
use domain::ports::clock::Clock;
use jiff::SignedDuration;
use serde_json::Value;

use crate::kit::kafka::{Cluster, Relaying};
use crate::kit::world::{World, by_id, draft};

/// The last value of each task, as a reader from the beginning sees it.
fn latest(cluster: &Cluster) -> BTreeMap<String, Option<Value>> {
    let read = |value: String| serde_json::from_str(&value).expect("JSON");
    cluster.everything(Topic::TaskUpdates).into_iter().map(|(key, value)| (key, value.map(read))).collect()
}

async fn forgotten(world: &World) {
    for _ in 0..3_000 {
        let soon = world.clock.now() - SignedDuration::from_hours(30 * 24);
        if world.store.deleted(soon, 1).await.expect("deleted tasks").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the tombstones never came");
}

#[tokio::test]
async fn a_deleted_task_is_forgotten_after_thirty_days_and_one_that_came_back_is_not() {
    let (world, cluster) = (World::new().await, Cluster::shared().await);
    let ana = world.person("ana").await;
    let mut tasks = Vec::new();
    for title in ["kept", "deleted", "brought back", "deleted later"] {
        tasks.push(world.add(&ana, draft(&ana, title)).await);
    }
    for task in &tasks[1..3] {
        world.one(&ana, Command::Delete { tasks: by_id(task), expected: None }).await;
    }
    world.one(&ana, Command::Reopen(by_id(&tasks[2]))).await;
    let relaying = Relaying::start(&world, &cluster);
    relaying.settled(&world).await;
    world.clock.forward(SignedDuration::from_hours(29 * 24));
    world.one(&ana, Command::Delete { tasks: by_id(&tasks[3]), expected: None }).await;
    relaying.settled(&world).await;
    drop(relaying);
    let keys: Vec<String> = tasks.iter().map(|task| task.id.to_string()).collect();
    let deleted = |latest: &BTreeMap<String, Option<Value>>, nth: usize| {
        latest[&keys[nth]].as_ref().map(|value| value["data"]["deleted"] == true)
    };
    let states = |latest| [0, 1, 2, 3].map(|nth| deleted(&latest, nth));
    assert_eq!(states(latest(&cluster)), [Some(false), Some(true), Some(false), Some(true)]);
    world.clock.forward(SignedDuration::from_hours(24 + 1));
    let _relaying = Relaying::start(&world, &cluster);
    forgotten(&world).await;
    assert_eq!(states(latest(&cluster)), [Some(false), None, Some(false), Some(true)]);
    let letters = cluster.everything(Topic::TaskUpdates).iter().filter(|(_, value)| value.is_none()).count();
    assert_eq!(letters, 1, "once");
}
