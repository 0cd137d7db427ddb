//! A process that is asked to end gives up its places on the bus before it does, so that nobody waits until it is missed.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use tokio::time::{Instant, sleep};

use super::fleet::start;
use super::load::Load;
use super::real::Real;
use crate::kit::program::{PATIENCE, Scratch};

const ANSWER: Duration = Duration::from_secs(10);

/// How many members the broker counts in a group.
async fn members(brokers: &str, group: &str) -> usize {
    let (brokers, group) = (brokers.to_owned(), group.to_owned());
    let asked = tokio::task::spawn_blocking(move || {
        let client: BaseConsumer =
            ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client of the tests' own");
        let until = Instant::now() + PATIENCE;
        // A broker that has just started does not know its groups yet.
        let found = loop {
            match client.fetch_group_list(Some(&group), ANSWER) {
                Ok(found) => break found,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        found.groups().iter().map(|group| group.members().len()).sum()
    });
    asked.await.expect("asked")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_has_left_its_groups() {
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let config = &load.real.as_ref().expect("a cluster").cluster.config;
    let group = format!("{}audit", config.group_prefix);
    let mut audit = start(&load, "audit");
    let until = Instant::now() + PATIENCE;
    while members(&config.brokers, &group).await == 0 {
        assert!(Instant::now() < until, "it never joins {group}: {:#?}", audit.err.all());
        sleep(Duration::from_millis(50)).await;
    }
    assert!(audit.terminate().await.success(), "{:#?}", audit.err.all());
    assert_eq!(members(&config.brokers, &group).await, 0, "it is counted in {group} although it has ended");
}
