//! The relay, with a publisher that does as it is told: nothing is lost, skipped or passed before its time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::command::{Command, TaskEdit};
use domain::event::Topic;
use domain::ports::bus::{Message, Outbox, Publisher, Rejected};
use domain::ports::error::PortError;
use domain::ports::inbox::Inbox;
use domain::ports::lease::{Lease, Leases};
use gateway::Relay;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::kit::kafka::{Relaying, relay};
use crate::kit::program::PATIENCE;
use crate::kit::world::{World, by_id, draft};

/// What was published: topic, key, payload, traceparent.
type Sent = (Topic, String, Option<String>, Option<String>);

#[derive(Default)]
struct Told {
    sent: Mutex<Vec<Sent>>,
    /// How often a batch was begun.
    begun: AtomicU64,
    /// Whether every batch fails.
    fails: AtomicBool,
    /// Whether a batch takes for ever.
    hangs: AtomicBool,
    /// What a payload must not contain.
    refuses: Option<&'static str>,
}

#[async_trait]
impl Publisher for Told {
    async fn publish(&self, messages: &[Message<'_>]) -> Result<Vec<Rejected>, PortError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        while self.hangs.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(10)).await;
        }
        if self.fails.load(Ordering::SeqCst) {
            return Err(PortError::Unavailable { backend: "told", reason: "away".to_owned() });
        }
        let refused = |message: &Message<'_>| {
            self.refuses.is_some_and(|word| message.payload.is_some_and(|payload| payload.contains(word)))
        };
        let (bad, good): (Vec<usize>, Vec<usize>) = (0..messages.len()).partition(|index| refused(&messages[*index]));
        let sent = |index: usize| {
            let Message { topic, key, payload, headers, .. } = messages[index];
            let trace = headers.iter().find(|(name, _)| *name == "traceparent").map(|(_, text)| (*text).to_owned());
            (topic, key.to_owned(), payload.map(str::to_owned), trace)
        };
        self.sent.lock().expect("sent").extend(good.into_iter().map(sent));
        Ok(bad.into_iter().map(|index| Rejected { index, reason: "never".to_owned() }).collect())
    }
}

/// Waits until this was counted so often.
async fn counted(count: &AtomicU64, times: u64) {
    let enough = async {
        while count.load(Ordering::SeqCst) < times {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, enough).await.expect("it happens in time");
}

async fn edited(world: &World, title: &str) {
    let ana = world.person("ana").await;
    let task = world.add(&ana, draft(&ana, title)).await;
    let edit = TaskEdit { description: Some("more".to_owned()), ..TaskEdit::default() };
    world.one(&ana, Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None }).await;
}

async fn position(world: &World) -> i64 {
    world.store.cursor(Relay::NAME).await.expect("a cursor").position
}

fn titles(told: &Told, topic: Topic) -> Vec<(String, u64)> {
    let sent = told.sent.lock().expect("sent");
    let read = |(_, _, payload, _): &Sent| {
        let value: serde_json::Value = serde_json::from_str(payload.as_deref().expect("a payload")).expect("JSON");
        let title = value["data"]["task"]["title"].as_str().expect("a title").to_owned();
        (title, value["data"]["version"].as_u64().expect("a version"))
    };
    sent.iter().filter(|(of, ..)| *of == topic).map(read).collect()
}

#[tokio::test]
async fn each_event_is_published_in_order_and_each_task_s_latest_state_beside_it() {
    let world = World::new().await;
    let told = Arc::new(Told::default());
    edited(&world, "one").await;
    let relaying = Relaying::through(&world, told.clone());
    edited(&world, "two").await;
    relaying.settled(&world).await;
    let expected = [("one", 1), ("one", 2), ("two", 1), ("two", 2)].map(|(title, version)| (title.to_owned(), version));
    assert_eq!(titles(&told, Topic::TaskEvents), expected);
    assert_eq!(titles(&told, Topic::TaskUpdates), expected);
    let rows = world.store.read(0, &[Topic::TaskEvents], 10).await.expect("rows");
    let sent = told.sent.lock().expect("sent");
    let events: Vec<&Sent> = sent.iter().filter(|(topic, ..)| *topic == Topic::TaskEvents).collect();
    for (row, (_, key, payload, trace)) in rows.iter().zip(events) {
        assert_eq!((key, payload.as_ref()), (&row.key, Some(&row.payload)), "as it was committed");
        let event: domain::event::Event = serde_json::from_str(&row.payload).expect("an event");
        assert_eq!(trace.clone(), event.traceparent.map(String::from));
    }
}

#[tokio::test]
async fn a_broker_that_is_away_loses_and_skips_nothing() {
    let world = World::new().await;
    let told = Arc::new(Told { fails: AtomicBool::new(true), ..Told::default() });
    edited(&world, "one").await;
    let relaying = Relaying::through(&world, told.clone());
    counted(&told.begun, 4).await;
    assert_eq!(position(&world).await, 0, "the cursor waits for the broker");
    told.fails.store(false, Ordering::SeqCst);
    relaying.settled(&world).await;
    assert_eq!(titles(&told, Topic::TaskEvents).len(), 2);
}

#[tokio::test]
async fn what_a_broker_will_never_take_becomes_a_dead_letter_and_the_rest_moves_on() {
    let world = World::new().await;
    let told = Arc::new(Told { refuses: Some("poison"), ..Told::default() });
    for title in ["one", "poison", "two"] {
        edited(&world, title).await;
    }
    Relaying::through(&world, told.clone()).settled(&world).await;
    assert_eq!(titles(&told, Topic::TaskEvents).len(), 4);
    let letters = world.store.dead_letters(Some("relay"), 0, 10).await.expect("letters");
    let origins: Vec<&str> = letters.iter().map(|letter| letter.origin.as_str()).collect();
    assert_eq!(origins, ["outbox@3", "outbox@4"], "one each, though two messages were refused of each");
}

#[tokio::test]
async fn a_stop_finishes_the_batch_in_hand() {
    let world = World::new().await;
    let told = Arc::new(Told { hangs: AtomicBool::new(true), ..Told::default() });
    edited(&world, "one").await;
    let mut relaying = Relaying::through(&world, told.clone());
    counted(&told.begun, 1).await;
    relaying.stop.cancel();
    sleep(Duration::from_millis(50)).await;
    told.hangs.store(false, Ordering::SeqCst);
    timeout(PATIENCE, &mut relaying.running).await.expect("it ends").expect("in order");
    assert_eq!((titles(&told, Topic::TaskEvents).len(), position(&world).await), (2, 2));
}

/// Leases that can be taken away, and how often one was asked for.
#[derive(Default)]
struct Loose(Arc<AtomicBool>, AtomicU64);

struct Held(Arc<AtomicBool>, u64);

impl Lease for Held {
    fn epoch(&self) -> u64 {
        self.1
    }

    fn held(&self) -> bool {
        !self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Leases for Loose {
    async fn acquire(&self, _: &str) -> Result<Box<dyn Lease>, PortError> {
        let epoch = self.1.fetch_add(1, Ordering::SeqCst);
        while self.0.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(10)).await;
        }
        Ok(Box::new(Held(self.0.clone(), epoch)))
    }

    async fn try_acquire(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        if self.0.load(Ordering::SeqCst) { Ok(None) } else { self.acquire(name).await.map(Some) }
    }
}

#[tokio::test]
async fn whoever_lost_the_lease_publishes_nothing_more_until_it_has_it_again() {
    let world = World::new().await;
    let told = Arc::new(Told { hangs: AtomicBool::new(true), ..Told::default() });
    let leases = Arc::new(Loose::default());
    let lost = leases.0.clone();
    let stop = CancellationToken::new();
    let relay = Relay { leases: leases.clone(), ..relay(&world, told.clone()) };
    let running = tokio::spawn(Arc::new(relay).run(stop.clone()));
    edited(&world, "one").await;
    counted(&told.begun, 1).await;
    lost.store(true, Ordering::SeqCst);
    counted(&leases.1, 2).await;
    told.hangs.store(false, Ordering::SeqCst);
    sleep(Duration::from_millis(400)).await;
    let position_then = position(&world).await;
    assert_eq!((told.sent.lock().expect("sent").len(), position_then), (0, 0), "it had let go of the batch");
    lost.store(false, Ordering::SeqCst);
    let published = async {
        while position(&world).await < 2 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, published).await.expect("it is published in time");
    assert_eq!(titles(&told, Topic::TaskEvents).len(), 2);
    stop.cancel();
    running.await.expect("it ends");
}
