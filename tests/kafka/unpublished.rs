//! What the relay gave up on and is replayed: events in order, and in `task-updates` never an older state behind a newer.

use std::sync::Arc;

use consumers::{DeadLetters, Replayed, Unpublished, Which};
use domain::command::{Command, TaskEdit};
use domain::event::Topic;
use domain::ids::PersonId;
use domain::ports::bus::{Cursor, Outbox, OutboxRow, RELAY};
use domain::ports::clock::Clock;
use domain::ports::inbox::{DeadLetter, Inbox};
use serde_json::Value;

use crate::kit::kafka::{Cluster, Relaying};
use crate::kit::world::{World, by_id, draft};

/// A task with three versions, which the relay has published.
struct Bench {
    world: World,
    cluster: Cluster,
    rows: Vec<OutboxRow>,
}

impl Bench {
    async fn new() -> Self {
        let (world, cluster) = (World::new().await, Cluster::shared().await);
        let ana = world.person("ana").await;
        let mut task = world.add(&ana, draft(&ana, "one")).await;
        for round in 0..2 {
            let edit = TaskEdit { description: Some(format!("round {round}")), ..TaskEdit::default() };
            let edit = Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None };
            task = world.one(&ana, edit).await;
        }
        let rows = world.store.read(0, &[Topic::TaskEvents], 10).await.expect("rows");
        assert_eq!(rows.len(), 3);
        Self { world, cluster, rows }
    }

    /// As if the broker had refused this version.
    async fn bury(&self, version: usize, topic: Topic) {
        let row = &self.rows[version - 1];
        let letter = DeadLetter {
            id: 0,
            consumer: RELAY.to_owned(),
            topic: topic.as_str().to_owned(),
            origin: format!("outbox@{}", row.position),
            reason: "too long then".to_owned(),
            payload: row.payload.clone(),
            at: self.world.clock.now(),
            replayed_at: None,
        };
        self.world.store.bury(&letter).await.expect("buried");
    }

    fn letters(&self) -> DeadLetters {
        let (store, publisher) = (self.world.store.clone(), Arc::new(self.cluster.publisher()));
        let unpublished = Unpublished::new(publisher, store.clone(), store.clone());
        DeadLetters::new(store, self.world.clock.clone(), Vec::new()).with_unpublished(Some(unpublished))
    }

    async fn replay(&self, dry_run: bool) -> Vec<Replayed> {
        let mut heard = Vec::new();
        let note = |_: &DeadLetter, replayed: &Replayed| heard.push(replayed.clone());
        self.letters().replay(Which::All, PersonId::SYSTEM, dry_run, note).await.expect("replayed");
        heard
    }

    /// The versions on a topic, in the order in which they were written.
    fn versions(&self, topic: Topic) -> Vec<u64> {
        let version = |payload: Option<String>| {
            let event: Value = serde_json::from_str(&payload.expect("a value")).expect("JSON");
            event["data"]["version"].as_u64().expect("a version")
        };
        self.cluster.everything(topic).into_iter().map(|(_, payload)| version(payload)).collect()
    }

    /// Forgets what the relay has passed.
    async fn prune(&self) {
        let head = self.world.store.head().await.expect("a head");
        self.world.store.save_cursor(RELAY, &Cursor::at(head), 0).await.expect("saved");
        let tomorrow = self.world.clock.now() + jiff::SignedDuration::from_hours(24);
        assert!(self.world.store.prune(tomorrow, &[RELAY]).await.expect("pruned") > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_of_the_relay_come_in_order_and_end_with_the_newest_state() {
    let bench = Bench::new().await;
    for version in [3, 1] {
        bench.bury(version, Topic::TaskEvents).await;
    }
    assert_eq!(bench.replay(true).await, [Replayed::WouldTry, Replayed::WouldTry]);
    assert!(bench.versions(Topic::TaskEvents).is_empty(), "a dry run publishes nothing");
    assert_eq!(bench.replay(false).await, [Replayed::Handled, Replayed::Handled]);
    assert_eq!(bench.versions(Topic::TaskEvents), [1, 3]);
    assert_eq!(bench.versions(Topic::TaskUpdates), [3, 3]);
    let shown: Value =
        serde_json::from_str(&bench.cluster.everything(Topic::TaskUpdates)[0].1.clone().expect("a value"))
            .expect("JSON");
    assert_eq!(shown["dataschema"], "urn:taskbot:task-update-event:1");
    assert!(bench.replay(false).await.is_empty(), "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_state_is_never_put_behind_a_newer_one() {
    let bench = Bench::new().await;
    let relaying = Relaying::start(&bench.world, &bench.cluster);
    relaying.settled(&bench.world).await;
    assert_eq!(bench.versions(Topic::TaskUpdates), [1, 2, 3]);
    bench.bury(1, Topic::TaskUpdates).await;
    assert_eq!(bench.replay(false).await, [Replayed::Handled]);
    assert_eq!(bench.versions(Topic::TaskUpdates).last(), Some(&3));
    assert_eq!(bench.versions(Topic::TaskEvents).last(), Some(&1), "readers drop what they have applied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_outbox_holds_no_more_is_shown_only_if_it_is_the_newest() {
    let bench = Bench::new().await;
    bench.prune().await;
    bench.bury(2, Topic::TaskEvents).await;
    assert_eq!(bench.replay(false).await, [Replayed::Handled]);
    assert_eq!((bench.versions(Topic::TaskEvents), bench.versions(Topic::TaskUpdates)), (vec![2], vec![]));
    bench.bury(3, Topic::TaskEvents).await;
    assert_eq!(bench.replay(false).await, [Replayed::Handled]);
    assert_eq!((bench.versions(Topic::TaskEvents), bench.versions(Topic::TaskUpdates)), (vec![2, 3], vec![3]));
}

#[tokio::test]
async fn without_a_broker_a_letter_of_the_relay_stays_and_says_why() {
    let bench = Bench::new().await;
    bench.bury(1, Topic::TaskEvents).await;
    let store = bench.world.store.clone();
    let mut heard = Vec::new();
    let note = |_: &DeadLetter, replayed: &Replayed| heard.push(replayed.clone());
    let letters = DeadLetters::new(store, bench.world.clock.clone(), Vec::new());
    letters.replay(Which::All, PersonId::SYSTEM, false, note).await.expect("tried");
    assert!(matches!(&heard[..], [Replayed::Failed(why)] if why.contains("TASKBOT_EVENTS_URL")), "{heard:?}");
}
