//! Members of a group that come and go.

use std::collections::HashSet;
use std::time::Duration;

use domain::event::Topic;
use domain::ports::bus::{Message, Record, Subscription};
use tokio::time::{Instant, sleep, timeout};

use super::reader;
use crate::kit::kafka::Cluster;
use crate::kit::program::PATIENCE;

/// Nothing more comes after so long.
const QUIET: Duration = Duration::from_secs(3);

/// Takes what comes, so much at least, until nothing comes any more; acknowledges it, and notes the payloads.
async fn take(place: &mut dyn Subscription, at_least: usize, seen: &mut Vec<String>) {
    let before = seen.len();
    let patience = |came: usize| if came < before + at_least { PATIENCE } else { QUIET };
    while let Ok(records) = timeout(patience(seen.len()), place.next(10)).await {
        note(place, records.expect("a batch"), seen).await;
    }
}

/// A member, and the payloads that it saw.
type Member<'a> = (&'a mut dyn Subscription, &'a mut Vec<String>);

/// Both take what comes until they have so much together, and until nothing comes any more.
async fn share(one: Member<'_>, other: Member<'_>, together: usize) {
    let ((one, one_saw), (other, other_saw)) = (one, other);
    loop {
        let patience = if one_saw.len() + other_saw.len() < together { PATIENCE } else { QUIET };
        tokio::select! {
            records = one.next(10) => note(one, records.expect("a batch"), one_saw).await,
            records = other.next(10) => note(other, records.expect("a batch"), other_saw).await,
            () = sleep(patience) => return,
        }
    }
}

async fn note(place: &mut dyn Subscription, records: Vec<Record>, seen: &mut Vec<String>) {
    place.acknowledge().await.expect("acknowledged");
    seen.extend(records.into_iter().map(|record| String::from_utf8(record.payload).expect("UTF-8")));
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
    take(&mut *one, 100, &mut one_saw).await;
    assert_eq!(one_saw.len(), 100, "alone it gets everything");
    let mut other = reader(&cluster, "shared").await;
    let (until, mut published) = (Instant::now() + PATIENCE, 100);
    while other_saw.is_empty() {
        assert!(Instant::now() < until, "the other one is given nothing");
        publish(&cluster, published..published + 100).await;
        published += 100;
        share((&mut *one, &mut one_saw), (&mut *other, &mut other_saw), published as usize).await;
    }
    let before = one_saw.len();
    publish(&cluster, published..published + 100).await;
    published += 100;
    share((&mut *one, &mut one_saw), (&mut *other, &mut other_saw), published as usize).await;
    assert!(one_saw.len() > before, "they share");
    assert_eq!(one_saw.len() + other_saw.len(), published as usize, "each came once");
    drop(one);
    publish(&cluster, published..published + 100).await;
    published += 100;
    take(&mut *other, 100, &mut other_saw).await;
    let seen: HashSet<&String> = one_saw.iter().chain(&other_saw).collect();
    let all = published as usize;
    assert_eq!((seen.len(), one_saw.len() + other_saw.len()), (all, all), "the other one goes on alone");
    assert_eq!(other.lag().await.expect("a lag"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_that_go_while_their_reader_is_busy_are_read_when_they_come_back() {
    // More than is fetched ahead of a reader; less, once a third of it has gone to another one.
    const MANY: usize = 5_000;
    let cluster = Cluster::shared().await;
    let numbers: Vec<String> = (0..MANY).map(|number| number.to_string()).collect();
    let messages: Vec<_> = numbers.iter().map(|n| Message::new(Topic::TaskEvents, n, n)).collect();
    assert_eq!(cluster.publish(&messages).await, []);
    let mut one = reader(&cluster, "busy").await;
    let mut one_saw = Vec::new();
    let first = timeout(PATIENCE, one.next(10)).await.expect("in time").expect("a batch");
    note(&mut *one, first, &mut one_saw).await;
    // Longer than fetching waits for a reader before it pauses.
    sleep(QUIET).await;
    let other = reader(&cluster, "busy").await;
    drop(other);
    take(&mut *one, MANY - one_saw.len(), &mut one_saw).await;
    let seen: HashSet<&String> = one_saw.iter().collect();
    assert_eq!(seen.len(), MANY, "everything comes");
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
    take(&mut *other, 1, &mut other_saw).await;
    assert!(!other_saw.is_empty() && other_saw.len() < 100, "{}", other_saw.len());
    publish(&cluster, 100..200).await;
    one.acknowledge().await.expect("what is still its own");
    drop(other);
    let mut one_saw = Vec::new();
    take(&mut *one, 100, &mut one_saw).await;
    assert_eq!(one_saw.len(), 100, "nothing that was acknowledged by either comes again, and nothing is skipped");
}
