//! What every bus must do, whatever log it stands on.

use std::sync::Arc;
use std::time::Duration;

use domain::command::{Command, TaskEdit};
use domain::event::Topic;
use domain::ports::bus::{Bus, Record, Subscription};
use domain::task::Task;
use embedded::{EmbeddedBus, FileLeases};
use tokio::time::timeout;

use crate::kit::kafka::{Cluster, Relaying};
use crate::kit::program::PATIENCE;
use crate::kit::world::{World, by_id, draft};

/// A bus, and a world whose events come on it.
struct Bench {
    world: World,
    bus: Arc<dyn Bus>,
    relaying: Option<Relaying>,
}

async fn embedded_bus() -> Bench {
    let world = World::new().await;
    let bus = Arc::new(world.bus());
    Bench { world, bus, relaying: None }
}

async fn kafka_bus() -> Bench {
    let world = World::new().await;
    let cluster = Cluster::shared().await;
    let relaying = Some(Relaying::start(&world, &cluster));
    Bench { world, bus: Arc::new(cluster.bus()), relaying }
}

impl Bench {
    async fn subscribe(&self, consumer: &'static str) -> Box<dyn Subscription> {
        self.bus.subscribe(consumer, &[Topic::TaskEvents]).await.expect("subscribed")
    }

    /// A task of two versions, hence two events of one key.
    async fn task(&self, title: &str) -> Task {
        let ana = self.world.person("ana").await;
        let task = self.world.add(&ana, draft(&ana, title)).await;
        let edit = TaskEdit { description: Some("more".to_owned()), ..TaskEdit::default() };
        let task =
            self.world.one(&ana, Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None }).await;
        if let Some(relaying) = &self.relaying {
            relaying.settled(&self.world).await;
        }
        task
    }
}

/// How long nothing comes once all has come. A member of a group has to find its place first.
const SILENCE: Duration = Duration::from_millis(1_500);

/// Everything that comes, in batches of `max`; at least so many have to.
async fn drain(place: &mut dyn Subscription, max: usize, least: usize) -> Vec<Record> {
    let mut records = Vec::new();
    let patience = |came: usize| if came < least { PATIENCE } else { SILENCE };
    while let Ok(batch) = timeout(patience(records.len()), place.next(max)).await {
        let batch = batch.expect("a batch");
        assert!(!batch.is_empty() && batch.len() <= max, "at least one, at most {max}");
        records.extend(batch);
    }
    records
}

fn versions(records: &[Record], task: &Task) -> Vec<u64> {
    let of_task = records.iter().filter(|record| record.key == task.id.to_string());
    let event = |record: &Record| serde_json::from_slice::<domain::event::Event>(&record.payload).expect("an event");
    of_task.map(|record| event(record).data.version).collect()
}

async fn records_come_once_and_in_order_per_key(bench: &Bench) {
    let tasks = [bench.task("one").await, bench.task("two").await];
    let mut place = bench.subscribe("first").await;
    let mut records = drain(&mut *place, 3, 4).await;
    let late = bench.task("three").await;
    records.extend(drain(&mut *place, 3, 2).await);
    for task in tasks.iter().chain([&late]) {
        assert_eq!(versions(&records, task), [1, 2]);
    }
    assert_eq!(records.len(), 6);
    assert!(records.iter().all(|record| record.topic == Topic::TaskEvents && !record.origin.is_empty()));
}

async fn what_was_acknowledged_does_not_come_again(bench: &Bench) {
    bench.task("one").await;
    let mut place = bench.subscribe("first").await;
    assert_eq!(place.next(1).await.expect("a batch").len(), 1);
    place.acknowledge().await.expect("acknowledged");
    let rest = drain(&mut *place, 10, 1).await;
    assert_eq!(rest.len(), 1);
    drop(place);
    let mut again = bench.subscribe("first").await;
    assert_eq!(drain(&mut *again, 10, 1).await, rest, "without an acknowledgement it comes again");
    again.acknowledge().await.expect("acknowledged");
    again.acknowledge().await.expect("twice is no error");
    drop(again);
    assert!(drain(&mut *bench.subscribe("first").await, 10, 0).await.is_empty());
}

async fn consumers_do_not_disturb_each_other(bench: &Bench) {
    bench.task("one").await;
    let mut first = bench.subscribe("first").await;
    assert_eq!(drain(&mut *first, 10, 2).await.len(), 2);
    first.acknowledge().await.expect("acknowledged");
    assert_eq!(drain(&mut *bench.subscribe("second").await, 10, 2).await.len(), 2);
}

async fn lag_counts_what_is_not_acknowledged(bench: &Bench) {
    let mut place = bench.subscribe("first").await;
    assert_eq!(place.lag().await.expect("a lag"), 0);
    bench.task("one").await;
    assert_eq!(place.lag().await.expect("a lag"), 2);
    drain(&mut *place, 10, 2).await;
    assert_eq!(place.lag().await.expect("a lag"), 2, "given, not acknowledged");
    place.acknowledge().await.expect("acknowledged");
    assert_eq!(place.lag().await.expect("a lag"), 0);
}

async fn a_wait_ends_with_the_next_commit_and_may_be_given_up(bench: &Bench) {
    let mut place = bench.subscribe("first").await;
    for _ in 0..20 {
        assert!(timeout(Duration::from_millis(3), place.next(10)).await.is_err(), "there is nothing yet");
    }
    let (came, _) = tokio::join!(timeout(PATIENCE, place.next(1)), bench.task("one"));
    let mut records = came.expect("in time").expect("a batch");
    records.extend(drain(&mut *place, 10, 1).await);
    assert_eq!(records.len(), 2, "a wait that was given up lost nothing");
}

/// The suite, for each adapter.
macro_rules! suite {
    ($adapter:ident: $($case:ident),+ $(,)?) => {
        mod $adapter {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$case(&super::$adapter().await).await;
                }
            )+
        }
    };
}

suite!(embedded_bus:
    records_come_once_and_in_order_per_key,
    what_was_acknowledged_does_not_come_again,
    consumers_do_not_disturb_each_other,
    lag_counts_what_is_not_acknowledged,
    a_wait_ends_with_the_next_commit_and_may_be_given_up,
);

suite!(kafka_bus:
    records_come_once_and_in_order_per_key,
    what_was_acknowledged_does_not_come_again,
    consumers_do_not_disturb_each_other,
    lag_counts_what_is_not_acknowledged,
    a_wait_ends_with_the_next_commit_and_may_be_given_up,
);

#[tokio::test]
async fn a_cursor_moves_past_rows_of_other_topics() {
    use domain::ports::bus::Outbox;
    let bench = embedded_bus().await;
    let mut place = bench.bus.subscribe("quiet", &[Topic::TaskUpdates]).await.expect("subscribed");
    let ana = bench.world.person("ana").await;
    for number in 0..510 {
        bench.world.add(&ana, draft(&ana, &format!("task {number}"))).await;
    }
    assert!(drain(&mut *place, 10, 0).await.is_empty());
    assert!(bench.world.store.cursor("quiet").await.expect("a cursor").position >= 500, "so that they can be pruned");
}

#[tokio::test]
async fn of_two_processes_on_one_file_one_runs_a_consumer() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("taskbot.db");
    let world = World::new().await;
    let leases = || Arc::new(FileLeases::beside(Some(&file)));
    let bus = |world: &World| EmbeddedBus::new(world.store.clone(), world.tasks.bell.clone(), leases());
    let (one, other) = (bus(&world), bus(&world));
    let topics = [Topic::TaskEvents];
    let place = one.subscribe("audit", &topics).await.expect("subscribed");
    other.subscribe("recurrence", &topics).await.expect("another consumer is free");
    assert!(timeout(Duration::from_millis(100), other.subscribe("audit", &topics)).await.is_err(), "it is taken");
    drop(place);
    timeout(PATIENCE, other.subscribe("audit", &topics)).await.expect("free now").expect("subscribed");
}
