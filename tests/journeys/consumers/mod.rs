//! The consumers on the real service and the real store: what they make of events and of the clock.

mod audit;
mod away;
mod chat;
mod held;
mod letters;
mod records;
mod recurrence;
mod reminders;
mod runner;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use consumers::{Consumers, Handler, Parts, Role, start};
use domain::access::Principal;
use domain::event::{Event, EventType};
use domain::ports::audit::{AuditLog, AuditQuery};
use tokio::time::Instant;

use crate::kit::program::PATIENCE;
use crate::kit::world::World;
use chat::FakeChat;

/// A world whose consumers can be started.
struct Bench {
    world: World,
    chat: Arc<FakeChat>,
    parts: Parts,
}

impl Bench {
    async fn new() -> Self {
        let world = World::new().await;
        let chat = Arc::new(FakeChat::default());
        let parts = Parts {
            tasks: world.tasks.clone(),
            bus: Arc::new(world.bus()),
            outbox: world.store.clone(),
            inbox: world.store.clone(),
            sealer: world.sealer(),
            leases: Arc::new(embedded::FileLeases::default()),
            chats: vec![chat.clone()],
            broker: consumers::Broker::default(),
        };
        Self { world, chat, parts }
    }

    async fn ana(&self) -> Principal {
        self.world.person("ana").await
    }

    fn handler(&self, role: Role) -> Arc<dyn Handler> {
        consumers::handlers(&self.parts, &[role]).remove(0)
    }

    fn start(&self) -> Consumers {
        start(&self.parts, Role::ALL)
    }

    /// Sets the clock and wakes everybody, as the real clock would.
    fn set(&self, at: &str) {
        self.world.clock.set(at);
        self.world.tasks.bell.ring();
    }

    /// The audit log, oldest first.
    async fn audited(&self) -> Vec<Event> {
        let query = AuditQuery { oldest_first: true, limit: 200, ..AuditQuery::default() };
        let page = self.world.store.page(&query).await.expect("a page");
        page.items.into_iter().map(|(_, event)| event).collect()
    }

    async fn audited_kinds(&self) -> Vec<EventType> {
        self.audited().await.iter().map(|event| event.kind).collect()
    }

    /// Ends the consumers, and fails if they leave work behind.
    async fn end(&self, running: Consumers) {
        let audited = || async { self.audited().await.len() == self.records().await.len() };
        eventually("everything is audited", audited).await;
        running.stop(Duration::from_secs(10)).await;
    }
}

/// Waits for something that the consumers are about to do.
async fn eventually<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let until = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < until, "it never came true that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
