//! The relay where events are long or the database slow: it takes less at once, and gets on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::command::{Command, TaskEdit};
use domain::event::{Stream, Topic};
use domain::ports::bus::{Cursor, Followed, Message, Most, Outbox, OutboxRow, Publisher, Rejected};
use domain::ports::error::PortError;
use gateway::Relay;
use jiff::Timestamp;
use store_sqlite::SqliteStore;
use tokio::task::JoinHandle;
use tokio::time::{Duration, sleep};
use tokio_util::sync::CancellationToken;

use crate::kit::kafka::{Relaying, relay};
use crate::kit::world::{World, by_id, draft};

/// Notes how many bytes of events each batch has.
#[derive(Default)]
struct Weighed(Mutex<Vec<usize>>);

#[async_trait]
impl Publisher for Weighed {
    async fn publish(&self, messages: &[Message<'_>]) -> Result<Vec<Rejected>, PortError> {
        let events = messages.iter().filter(|message| message.topic == Topic::TaskEvents);
        let bytes = events.filter_map(|message| message.payload).map(str::len).sum();
        self.0.lock().expect("batches").push(bytes);
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_backlog_of_long_events_goes_out_in_batches_that_fit_into_memory() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let task = world.add(&ana, draft(&ana, "long")).await;
    for nth in 0..140_u32 {
        let description = char::from_u32(0x1F600 + nth % 2).expect("a face").to_string().repeat(8_000);
        let edit = TaskEdit { description: Some(description), ..TaskEdit::default() };
        world.one(&ana, Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None }).await;
    }
    let weighed = Arc::new(Weighed::default());
    Relaying::through(&world, weighed.clone()).settled(&world).await;
    let batches = weighed.0.lock().expect("batches").clone();
    assert!(batches.len() > 1 && batches.iter().sum::<usize>() > 12_000_000, "{batches:?}");
    assert!(batches.iter().all(|bytes| *bytes < 9_000_000), "{batches:?}");
}

/// A database that is away at first, reads so many rows in time and no more, and none from some position on.
struct Slow {
    outbox: Arc<SqliteStore>,
    away: AtomicUsize,
    in_time: usize,
    refused: AtomicUsize,
    unreadable_after: i64,
    unread: AtomicUsize,
    /// How many rows were asked for.
    asked: Mutex<Vec<usize>>,
}

impl Slow {
    fn over(world: &World) -> Self {
        Self {
            outbox: world.store.clone(),
            away: AtomicUsize::new(0),
            in_time: 3,
            refused: AtomicUsize::new(0),
            unreadable_after: i64::MAX,
            unread: AtomicUsize::new(0),
            asked: Mutex::default(),
        }
    }
}

#[async_trait]
impl Outbox for Slow {
    async fn read(&self, after: i64, topics: &[Topic], max: usize) -> Result<Vec<OutboxRow>, PortError> {
        self.outbox.read(after, topics, max).await
    }

    async fn history(&self, stream: Stream, key: &str) -> Result<Vec<OutboxRow>, PortError> {
        self.outbox.history(stream, key).await
    }

    async fn follow(&self, cursor: &Cursor, topics: &[Topic], most: Most) -> Result<Followed, PortError> {
        self.asked.lock().expect("questions").push(most.rows);
        if self.away.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(PortError::Unavailable { backend: "slow", reason: "it was away a moment ago".to_owned() });
        }
        if most.rows > self.in_time {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(PortError::TooMuch { backend: "slow", reason: "the statement took too long".to_owned() });
        }
        if cursor.position >= self.unreadable_after {
            self.unread.fetch_add(1, Ordering::SeqCst);
            return Err(PortError::Broken { backend: "slow", reason: "a row cannot be read".to_owned() });
        }
        self.outbox.follow(cursor, topics, most).await
    }

    async fn head(&self) -> Result<i64, PortError> {
        self.outbox.head().await
    }

    async fn cursor(&self, consumer: &str) -> Result<Cursor, PortError> {
        self.outbox.cursor(consumer).await
    }

    async fn save_cursor(&self, consumer: &str, cursor: &Cursor, epoch: u64) -> Result<(), PortError> {
        self.outbox.save_cursor(consumer, cursor, epoch).await
    }

    async fn rewind(&self, consumer: &str) -> Result<(), PortError> {
        self.outbox.rewind(consumer).await
    }

    async fn prune(&self, before: Timestamp, readers: &[&str]) -> Result<u64, PortError> {
        self.outbox.prune(before, readers).await
    }

    async fn note_deleted(&self, tasks: &BTreeMap<String, Option<Timestamp>>) -> Result<(), PortError> {
        self.outbox.note_deleted(tasks).await
    }

    async fn deleted(&self, before: Timestamp, max: usize) -> Result<Vec<String>, PortError> {
        self.outbox.deleted(before, max).await
    }
}

/// A relay of twenty tasks over such a database.
async fn relaying_over(slow: impl FnOnce(Slow) -> Slow) -> (World, Arc<Slow>, Arc<Weighed>, JoinHandle<()>) {
    let world = World::new().await;
    let ana = world.person("ana").await;
    for nth in 0..20 {
        world.add(&ana, draft(&ana, &format!("task {nth}"))).await;
    }
    let (slow, weighed) = (Arc::new(slow(Slow::over(&world))), Arc::new(Weighed::default()));
    let relay = Relay { outbox: slow.clone(), ..relay(&world, weighed.clone()) };
    let running = tokio::spawn(Arc::new(relay).run(CancellationToken::new()));
    (world, slow, weighed, running)
}

/// Waits until everything is published.
async fn ends(world: &World, running: JoinHandle<()>) {
    let head = world.store.head().await.expect("a head");
    for _ in 0..6_000 {
        if world.store.cursor(Relay::NAME).await.expect("a cursor").position == head {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    running.abort();
    assert_eq!(world.store.cursor(Relay::NAME).await.expect("a cursor").position, head);
}

#[tokio::test]
async fn a_database_that_was_away_is_asked_for_as_much_as_ever() {
    let away = |slow| Slow { away: AtomicUsize::new(6), in_time: usize::MAX, ..slow };
    let (world, slow, _, running) = relaying_over(away).await;
    ends(&world, running).await;
    let asked = slow.asked.lock().expect("questions").clone();
    assert!(asked.len() > 6 && asked.iter().all(|rows| *rows == asked[0]), "{asked:?}");
}

#[tokio::test]
async fn what_a_database_cannot_read_in_time_is_asked_for_by_halves() {
    let (world, slow, weighed, running) = relaying_over(|slow| slow).await;
    ends(&world, running).await;
    let (batches, refused) = (weighed.0.lock().expect("batches").len(), slow.refused.load(Ordering::SeqCst));
    assert!(batches >= 7 && refused >= 10, "{batches} batches, {refused} questions that took too long");
}

#[tokio::test]
async fn a_relay_that_cannot_read_on_publishes_nothing_twice() {
    let (world, slow, weighed, running) = relaying_over(|slow| Slow { unreadable_after: 9, ..slow }).await;
    while slow.unread.load(Ordering::SeqCst) < 4 {
        sleep(Duration::from_millis(10)).await;
    }
    running.abort();
    assert_eq!(world.store.cursor(Relay::NAME).await.expect("a cursor").position, 9);
    assert_eq!(weighed.0.lock().expect("batches").len(), 3, "three rows each");
}
