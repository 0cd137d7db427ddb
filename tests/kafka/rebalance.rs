//! Members of a group that come and go.

use std::collections::HashSet;
use std::time::Duration;

use domain::event::Topic;
use domain::ports::bus::{Message, Subscription};
use tokio::time::timeout;

use super::reader;
use crate::kit::kafka::Cluster;

/// Takes what comes within a while, acknowledges it, and notes the payloads.
async fn take(place: &mut dyn Subscription, within: Duration, seen: &mut Vec<String>) {
    let _over = timeout(within, async {
        loop {
            let records = place.next(10).await.expect("a batch");
            place.acknowledge().await.expect("acknowledged");
            seen.extend(records.into_iter().map(|record| String::from_utf8(record.payload).expect("UTF-8")));
        }
    })
    .await;
}

async fn publish(cluster: &Cluster, numbers: std::ops::Range<u32>) {
    let numbers: Vec<(String, String)> = numbers.map(|n| (format!("key {}", n % 20), n.to_string())).collect();
    let messages: Vec<_> = numbers.iter().map(|(key, n)| Message::new(Topic::TaskEvents, key, n)).collect();
    assert_eq!(cluster.publish(&messages).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_share_the_partitions_and_take_over_from_those_who_leave() {
    let cluster = Cluster::shared().await;
    let (mut one_saw, mut other_saw) = (Vec::new(), Vec::new());
    let mut one = reader(&cluster, "shared").await;
    publish(&cluster, 0..100).await;
    take(&mut *one, Duration::from_secs(2), &mut one_saw).await;
    assert_eq!(one_saw.len(), 100, "alone it gets everything");
    let mut other = reader(&cluster, "shared").await;
    let settle = Duration::from_secs(4);
    tokio::join!(take(&mut *one, settle, &mut one_saw), take(&mut *other, settle, &mut other_saw));
    publish(&cluster, 100..200).await;
    tokio::join!(take(&mut *one, settle, &mut one_saw), take(&mut *other, settle, &mut other_saw));
    assert!(one_saw.len() > 100 && !other_saw.is_empty(), "{} and {}", one_saw.len(), other_saw.len());
    assert_eq!(one_saw.len() + other_saw.len(), 200, "each came once");
    drop(one);
    publish(&cluster, 200..300).await;
    take(&mut *other, settle, &mut other_saw).await;
    let seen: HashSet<&String> = one_saw.iter().chain(&other_saw).collect();
    assert_eq!((seen.len(), one_saw.len() + other_saw.len()), (300, 300), "the other one goes on alone");
    assert_eq!(other.lag().await.expect("a lag"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_went_to_another_member_is_not_acknowledged_by_the_first() {
    let cluster = Cluster::shared().await;
    let mut one = reader(&cluster, "slow").await;
    publish(&cluster, 0..100).await;
    let mut held = 0;
    while held < 100 {
        held += one.next(100).await.expect("a batch").len();
    }
    // While the first still works on all of it, some partitions go to another one, which sees their records anew.
    let mut other = reader(&cluster, "slow").await;
    let mut other_saw = Vec::new();
    take(&mut *other, Duration::from_secs(5), &mut other_saw).await;
    assert!(!other_saw.is_empty() && other_saw.len() < 100, "{}", other_saw.len());
    publish(&cluster, 100..200).await;
    one.acknowledge().await.expect("what is still its own");
    drop(other);
    let mut one_saw = Vec::new();
    take(&mut *one, Duration::from_secs(5), &mut one_saw).await;
    assert_eq!(one_saw.len(), 100, "nothing that was acknowledged by either comes again, and nothing is skipped");
}
