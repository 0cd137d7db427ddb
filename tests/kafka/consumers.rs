//! Consumers behind Kafka: what comes again changes nothing, and what they cannot take is there for all to see.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use consumers::{Board, Broker, Checker, Findings, Handler, Incoming, Parts, Role, Runner, Trouble};
use domain::command::{Command, TaskEdit};
use domain::event::Topic;
use domain::ports::audit::{AuditLog, AuditQuery};
use domain::ports::bus::{Bus, Message, Outbox, OutboxRow, Publisher};
use domain::ports::inbox::{DeadLetter, Inbox};
use tokio_util::sync::CancellationToken;

use crate::kit::kafka::{Cluster, Relaying};
use crate::kit::world::{World, by_id, draft};

const BOTH: [Topic; 2] = [Topic::TaskEvents, Topic::Reminders];

/// A world with consumers behind a broker.
struct Bench {
    world: World,
    cluster: Cluster,
    parts: Parts,
}

impl Bench {
    async fn new() -> Self {
        let (world, cluster) = (World::new().await, Cluster::shared().await);
        let publisher: Arc<dyn Publisher> = Arc::new(cluster.publisher());
        let parts = Parts {
            tasks: world.tasks.clone(),
            bus: Arc::new(cluster.bus()),
            outbox: world.store.clone(),
            inbox: world.store.clone(),
            sealer: world.sealer(),
            leases: Arc::new(embedded::FileLeases::default()),
            chats: Vec::new(),
            broker: Broker { publisher: Some(publisher), events_per_second: None },
        };
        Self { world, cluster, parts }
    }

    /// Tasks with three versions each.
    async fn work(&self, tasks: usize) -> Vec<OutboxRow> {
        let ana = self.world.person("ana").await;
        for number in 0..tasks {
            let task = self.world.add(&ana, draft(&ana, &format!("task {number}"))).await;
            for round in 0..2 {
                let edit = TaskEdit { description: Some(format!("round {round}")), ..TaskEdit::default() };
                let edit = Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None };
                self.world.one(&ana, edit).await;
            }
        }
        self.world.store.read(0, &BOTH, 10_000).await.expect("rows")
    }

    async fn publish(&self, rows: &[OutboxRow]) {
        let messages: Vec<_> = rows.iter().map(|row| Message::new(row.topic, &row.key, &row.payload)).collect();
        self.cluster.publish(&messages).await;
    }

    async fn audited(&self) -> usize {
        let query = AuditQuery { limit: 200, ..AuditQuery::default() };
        self.world.store.page(&query).await.expect("a page").items.len()
    }

    async fn letters(&self) -> Vec<DeadLetter> {
        self.world.store.dead_letters(None, 0, 10).await.expect("letters")
    }
}

async fn eventually<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    for _ in 0..4_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came true that {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_is_complete_whatever_comes_again_or_in_the_wrong_order() {
    let bench = Bench::new().await;
    let rows = bench.work(30).await;
    let running = consumers::start(&bench.parts, &[Role::Audit]);
    let backwards: Vec<OutboxRow> = rows.iter().rev().cloned().collect();
    // Twice, then all that was sent before again, as after a rewind, and once in an order that Kafka never makes.
    for part in [&rows[..50], &rows[20..], &backwards[..], &rows[..]] {
        bench.publish(part).await;
    }
    eventually("everything is audited", || async { bench.audited().await == rows.len() }).await;
    let places = async || bench.cluster.bus().subscribe("audit", &BOTH).await.expect("subscribed").lag().await;
    running.stop(Duration::from_secs(10)).await;
    assert_eq!(places().await.expect("a lag"), 0, "all of it was read");
    assert_eq!((bench.audited().await, bench.letters().await.len()), (rows.len(), 0));
}

/// Gives up on everything.
struct Sullen;

#[async_trait]
impl Handler for Sullen {
    fn name(&self) -> &'static str {
        "sullen"
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::TaskEvents]
    }

    fn wants(&self, _: &Incoming) -> Result<bool, Trouble> {
        Ok(true)
    }

    async fn handle(&self, _: &[Incoming]) -> Result<(), Trouble> {
        Err(Trouble::Fail("no".to_owned()))
    }

    fn span(&self, _: &Incoming) -> tracing::Span {
        tracing::Span::none()
    }
}

fn runner(bench: &Bench, board: &Board) -> Arc<Runner> {
    let (bus, inbox, clock) = (bench.parts.bus.clone(), bench.parts.inbox.clone(), bench.parts.tasks.clock.clone());
    let letters = bench.parts.broker.publisher.clone().expect("a publisher");
    Arc::new(Runner::new(bus, inbox, clock, Arc::new(Sullen)).with_board(board.clone()).with_letters(letters))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_a_row_and_a_record() {
    let bench = Bench::new().await;
    let rows = bench.work(1).await;
    let stop = CancellationToken::new();
    bench.publish(&rows[..1]).await;
    // A busy machine's broker may take longer to be reached than a consumer waits.
    let publisher = bench.parts.broker.publisher.as_ref().expect("a publisher");
    while publisher.publish(&[Message::new(Topic::TaskUpdates, "key", "{}")]).await.is_err() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let running = tokio::spawn(runner(&bench, &Board::default()).run(stop.clone()));
    let topic = format!("{}task-events.dlq", bench.cluster.config.topic_prefix);
    let (key, payload, headers) = bench.cluster.raw(&topic, 1).await.remove(0);
    assert_eq!((key.as_str(), payload.as_ref()), (rows[0].key.as_str(), Some(&rows[0].payload)));
    let letter = bench.letters().await.remove(0);
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(headers, [named("reason", "no"), named("consumer", "sullen"), named("origin", &letter.origin)]);
    stop.cancel();
    running.await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_and_a_consumer_that_stand_still_are_found() {
    let bench = Bench::new().await;
    let (parts, board) = (&bench.parts, Board::default());
    let (agenda, outbox, clock) = (parts.tasks.agenda.clone(), parts.outbox.clone(), parts.tasks.clock.clone());
    let checker = Checker::new(agenda, outbox, clock, Vec::new(), vec![Arc::new(Sullen)]).behind_relay(board.clone());
    let standing = async || checker.check().await.expect("checked").consumers;
    bench.work(1).await;
    assert_eq!(checker.check().await.expect("checked"), Findings::default(), "they may just be about to move");
    assert_eq!(standing().await, ["sullen", "relay"]);
    let stop = CancellationToken::new();
    let running = tokio::spawn(runner(&bench, &board).run(stop.clone()));
    let relaying = Relaying::start(&bench.world, &bench.cluster);
    relaying.settled(&bench.world).await;
    eventually("all is dealt with", || async { bench.letters().await.len() == 3 && standing().await.is_empty() }).await;
    stop.cancel();
    running.await.expect("it ends");
}
