//! What only Kafka can do to events: brokers that die, groups that change, records that come again.

mod consumers;
mod logins;
mod outage;
mod processes;
mod publishing;
mod rebalance;
mod tombstones;
mod topics;
mod unpublished;

use std::collections::HashMap;
use std::time::Duration;

use domain::event::{Event, Topic};
use domain::ports::bus::{Bus, Record, Subscription};
use tokio::time::timeout;

use crate::kit::kafka::Cluster;

/// A place on the events of tasks.
async fn reader(cluster: &Cluster, name: &'static str) -> Box<dyn Subscription> {
    cluster.bus().subscribe(name, &[Topic::TaskEvents]).await.expect("subscribed")
}

/// Everything that comes: so many records at least, however long they take, and then until nothing comes any more.
async fn all(place: &mut dyn Subscription, at_least: usize) -> Vec<Record> {
    let mut records = Vec::new();
    let patience = |came: usize| Duration::from_secs(if came < at_least { 60 } else { 2 });
    while let Ok(batch) = timeout(patience(records.len()), place.next(1_000)).await {
        records.extend(batch.expect("a batch"));
    }
    records
}

fn version(record: &Record) -> u64 {
    serde_json::from_slice::<Event>(&record.payload).expect("an event").data.version
}

/// What a consumer that drops what it has applied makes of the records: the last version of each key. Fails if one
/// comes before an earlier one came.
fn applied(records: &[Record]) -> HashMap<String, u64> {
    let mut last: HashMap<String, u64> = HashMap::new();
    for record in records {
        let last = last.entry(record.key.clone()).or_default();
        let version = version(record);
        assert!(version <= *last + 1, "{} comes with version {version} after {last} ({})", record.key, record.origin);
        *last = (*last).max(version);
    }
    last
}
