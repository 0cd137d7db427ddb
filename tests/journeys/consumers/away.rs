//! What goes on while something that nobody waits for is away, and what it finds when it is back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use domain::access::Principal;
use domain::command::{AddTask, Command};
use domain::event::{Event, EventType, Stream, Topic};
use domain::ids::EventId;
use domain::ports::audit::{AuditEntry, AuditLog, AuditQuery};
use domain::ports::bus::{Bus, Subscription};
use domain::ports::error::PortError;
use domain::ports::inbox::Inbox;
use domain::query::{Page, TaskQuery};
use domain::service::Failure;
use domain::task::{Status, Task};

use super::{Bench, eventually};
use crate::kit::world::{by_id, draft, due, repeat};

/// Something that can be taken away.
struct Leaving<T: ?Sized> {
    there: Arc<T>,
    away: AtomicBool,
}

impl<T: ?Sized> Leaving<T> {
    fn away(there: Arc<T>) -> Arc<Self> {
        Arc::new(Self { there, away: AtomicBool::new(true) })
    }

    fn comes_back(&self) {
        self.away.store(false, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<&T, PortError> {
        match self.away.load(Ordering::SeqCst) {
            true => Err(PortError::Unavailable { backend: "test", reason: "it is away".to_owned() }),
            false => Ok(&self.there),
        }
    }
}

#[async_trait]
impl AuditLog for Leaving<dyn AuditLog> {
    async fn last_versions(&self, streams: &[Stream]) -> Result<BTreeMap<Stream, u64>, PortError> {
        self.reach()?.last_versions(streams).await
    }

    async fn append(&self, entries: &[AuditEntry]) -> Result<bool, PortError> {
        self.reach()?.append(entries).await
    }

    async fn missing(&self, events: &[EventId]) -> Result<BTreeSet<EventId>, PortError> {
        self.reach()?.missing(events).await
    }

    async fn page(&self, query: &AuditQuery) -> Result<Page<(i64, Event), i64>, PortError> {
        self.reach()?.page(query).await
    }
}

#[async_trait]
impl Bus for Leaving<dyn Bus> {
    async fn subscribe(&self, consumer: &'static str, topics: &[Topic]) -> Result<Box<dyn Subscription>, PortError> {
        self.reach()?.subscribe(consumer, topics).await
    }
}

/// Work that needs nothing but the database: commands and questions answer, a reminder comes at nine.
async fn work_goes_on(bench: &Bench, ana: &Principal) -> Task {
    let world = &bench.world;
    let series =
        AddTask { due: Some(due("2026-03-05T09:00")), repeat: Some(repeat("FREQ=DAILY")), ..draft(ana, "plants") };
    let plants = world.add(ana, series).await;
    let milk = world.add(ana, draft(ana, "buy milk")).await;
    world.run(ana, Command::Done(by_id(&milk))).await;
    world.run(ana, Command::Undo).await;
    world.run(ana, Command::Done(by_id(&milk))).await;
    bench.set("2026-03-05T14:00:01Z");
    eventually("the reminder is posted", || async { bench.chat.titles() == ["plants"] }).await;
    world.run(ana, Command::Done(by_id(&plants))).await;
    plants
}

async fn open(bench: &Bench, ana: &Principal) -> Vec<String> {
    let query = TaskQuery { status: vec![Status::Open], limit: 10, ..TaskQuery::default() };
    let page = bench.world.tasks.find(ana, &query).await.expect("a page");
    page.items.into_iter().map(|listed| listed.task.title).collect()
}

/// The log holds every event once, each stream's in order from 1 on.
async fn the_log_is_whole(bench: &Bench) {
    let mut versions: BTreeMap<Stream, u64> = BTreeMap::new();
    for event in bench.audited().await {
        let last = versions.entry(event.stream()).or_default();
        *last += 1;
        assert_eq!(event.data.version, *last);
    }
    let kinds = bench.audited_kinds().await;
    let of = |kind| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!((of(EventType::TaskCreated), of(EventType::TaskCompleted), of(EventType::ReminderDelivered)), (3, 3, 1));
}

#[tokio::test]
async fn while_the_audit_is_away_commands_questions_and_reminders_go_on_and_its_log_is_whole_afterwards() {
    let mut bench = Bench::new().await;
    let ana = bench.ana().await;
    let audit: Arc<Leaving<dyn AuditLog>> = Leaving::away(bench.parts.tasks.audit.clone());
    bench.parts.tasks.audit = audit.clone();
    let running = bench.start();
    work_goes_on(&bench, &ana).await;
    eventually("the next one is made", || async { open(&bench, &ana).await == ["plants"] }).await;
    assert!(bench.audited().await.is_empty(), "nothing can be written");
    let asked = bench.parts.tasks.audit(&ana, AuditQuery { limit: 10, ..AuditQuery::default() }).await;
    assert!(matches!(asked, Err(Failure::Port(error)) if error.is_transient()), "only whoever asks for it is told");
    audit.comes_back();
    bench.end(running).await;
    the_log_is_whole(&bench).await;
    assert!(bench.world.store.dead_letters(None, 0, 10).await.expect("letters").is_empty(), "nothing was given up");
}

#[tokio::test]
async fn while_the_bus_is_away_commands_questions_and_reminders_go_on_and_everything_is_caught_up_with() {
    let mut bench = Bench::new().await;
    let ana = bench.ana().await;
    let bus: Arc<Leaving<dyn Bus>> = Leaving::away(bench.parts.bus.clone());
    bench.parts.bus = bus.clone();
    let running = bench.start();
    let plants = work_goes_on(&bench, &ana).await;
    assert!(open(&bench, &ana).await.is_empty() && bench.audited().await.is_empty(), "nobody has heard of it");
    assert_eq!(bench.world.task(&ana, &plants).await.status, Status::Done);
    bus.comes_back();
    eventually("the next one is made", || async { open(&bench, &ana).await == ["plants"] }).await;
    bench.end(running).await;
    the_log_is_whole(&bench).await;
}
