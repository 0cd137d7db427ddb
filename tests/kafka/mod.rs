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

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::event::{Event, Topic};
use domain::ports::bus::{Bus, Record, Subscription};
use tokio::time::timeout;

use crate::kit::kafka::Cluster;
use crate::kit::program::PATIENCE;

/// A place on the events of tasks.
async fn reader(cluster: &Cluster, name: &'static str) -> Box<dyn Subscription> {
    cluster.bus().subscribe(name, &[Topic::TaskEvents]).await.expect("subscribed")
}

/// Everything that comes: until it is whole, however long that takes, and then until nothing comes any more.
async fn all(place: &mut dyn Subscription, is_whole: impl Fn(&[Record]) -> bool) -> Vec<Record> {
    let mut records = Vec::new();
    let patience = |came: &[Record]| if is_whole(came) { Duration::from_secs(2) } else { PATIENCE };
    while let Ok(batch) = timeout(patience(&records), place.next(1_000)).await {
        records.extend(batch.expect("a batch"));
    }
    records
}

/// Whether so many different ones are among them: some may have come again.
fn different(count: usize) -> impl Fn(&[Record]) -> bool {
    let content = |record: &Record| (record.key.clone(), record.payload.clone());
    move |records| records.iter().map(content).collect::<HashSet<_>>().len() >= count
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
