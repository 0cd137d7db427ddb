//! Relays that are killed: whichever comes next goes on, and nothing is missing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::bus::Outbox;
use embedded::FileLeases;
use gateway::Relay;
use store_sqlite::{Options, SqliteStore};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use super::{all, applied, reader};
use crate::kit::dice::Dice;
use crate::kit::kafka::{Cluster, named, relay};
use crate::kit::world::{World, draft};

/// The database of a relay that runs in a process of its own, and the names of its topics.
const DATABASE: &str = "RELAYED_DATABASE";
const PREFIX: &str = "RELAYED_PREFIX";

async fn world(database: &Path) -> World {
    let url = format!("sqlite://{}", database.display());
    World::over(Arc::new(SqliteStore::open(&url, Options::default()).await.expect("a store")))
}

/// This is what the processes of the test below run; without their variables there is nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_relays() {
    let (Ok(database), Ok(prefix)) = (std::env::var(DATABASE), std::env::var(PREFIX)) else { return };
    let brokers = std::env::var("STACK_KAFKA").expect("a broker");
    let config = bus_kafka::KafkaConfig { topic_prefix: prefix, ..named(&brokers) };
    let world = world(Path::new(&database)).await;
    let relay = relay(&world, Arc::new(bus_kafka::KafkaPublisher::new(config)));
    let leases = Arc::new(FileLeases::beside(Some(Path::new(&database))));
    Arc::new(Relay { leases, ..relay }).run(CancellationToken::new()).await;
}

fn start(database: &Path, cluster: &Cluster) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("the tests"));
    command.args(["--exact", "kafka::processes::a_process_that_relays"]).kill_on_drop(true);
    command.env(DATABASE, database).env(PREFIX, &cluster.config.topic_prefix);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().expect("started")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_relays_lose_nothing_and_keep_the_order() {
    let cluster = Cluster::shared().await;
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("taskbot.db");
    let world = world(&database).await;
    let ana = world.person("ana").await;
    let mut dice = Dice::seeded(7);
    let mut tasks = 0;
    // Two at a time, so that one waits for the other's lease.
    let mut relays = [start(&database, &cluster), start(&database, &cluster)];
    for kill in 0..6 {
        let until = tokio::time::Instant::now() + Duration::from_millis(500 + dice.below(700));
        while tokio::time::Instant::now() < until {
            world.add(&ana, draft(&ana, &format!("task {tasks}"))).await;
            tasks += 1;
        }
        let relay = &mut relays[kill % 2];
        relay.kill().await.expect("killed");
        *relay = start(&database, &cluster);
    }
    let head = world.store.head().await.expect("a head");
    for _ in 0..1_500 {
        if world.store.cursor(Relay::NAME).await.expect("a cursor").position >= head {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut place = reader(&cluster, "reader").await;
    let records = all(&mut *place, |records| applied(records).len() >= tasks).await;
    assert_eq!(applied(&records).len(), tasks, "of {} records", records.len());
}
