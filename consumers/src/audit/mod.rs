//! The audit consumer: every event, once, in order per stream, into the audit log.

mod checkpoint;
mod schema;
mod sealer;
mod verify;

use std::sync::Arc;

use async_trait::async_trait;
use domain::event::{Stream, Topic};
use domain::fault::{sabotaged, step};
use domain::ids::EventId;
use domain::ports::audit::{AuditEntry, AuditLog};
use domain::ports::error::PortError;
use tracing::Span;

use crate::handler::{Handler, Trouble, event_span};
use crate::incoming::Incoming;
use crate::order::{Order, Plan};
pub use checkpoint::{CheckpointError, Checkpoints};
pub use sealer::Sealer;
pub use verify::verify;

/// Writes the audit log.
pub struct Audit {
    log: Arc<dyn AuditLog>,
    order: Order,
}

impl Audit {
    /// The consumer's name.
    pub const NAME: &'static str = "audit";
    /// What it reads.
    pub const TOPICS: &'static [Topic] = &[Topic::TaskEvents, Topic::Reminders];

    /// Into this log, with streams kept in order by `order`.
    #[must_use]
    pub const fn new(log: Arc<dyn AuditLog>, order: Order) -> Self {
        Self { log, order }
    }

    /// All of the plan in one commit. A crash before the rows that waited are forgotten only means that they
    /// are found to be old next time.
    async fn apply(&self, mut plan: Plan) -> Result<(), Trouble> {
        let entries: Vec<AuditEntry> = plan.apply.iter().map(entry).collect();
        if !entries.is_empty() {
            step("audit.before_append")?;
            if !self.log.append(&entries).await? {
                self.order.beware();
                plan.again.append(&mut plan.apply);
            }
            step("audit.after_append")?;
        }
        let displaced = self.displaced(std::mem::take(&mut plan.again)).await?;
        let (letters, displaced) = displaced.into_iter().partition(|incoming| incoming.replayed);
        plan.displaced = displaced;
        self.order.conclude(&plan).await?;
        stays(&letters)
    }

    /// Of events whose versions the log has those that it does not know: after a restore two may come under one number,
    /// what was published before it and what was done after it.
    async fn displaced(&self, mut again: Vec<Incoming>) -> Result<Vec<Incoming>, PortError> {
        if !again.is_empty() {
            let ids: Vec<EventId> = again.iter().map(|incoming| incoming.event.id).collect();
            let missing = self.log.missing(&ids).await?;
            again.retain(|incoming| missing.contains(&incoming.event.id));
        }
        Ok(again)
    }
}

#[async_trait]
impl Handler for Audit {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn topics(&self) -> &'static [Topic] {
        Self::TOPICS
    }

    /// A commit costs the database as much as some dozens of rows.
    fn chunk(&self) -> usize {
        250
    }

    /// Of a backlog: while the database writes some, the next are read.
    fn lanes(&self) -> usize {
        2
    }

    fn keeps_unknown(&self) -> bool {
        true
    }

    fn wants(&self, incoming: &Incoming) -> Result<bool, Trouble> {
        schema::check(incoming).map(|()| true).map_err(Trouble::Fail)
    }

    async fn handle(&self, events: &[Incoming]) -> Result<(), Trouble> {
        if sabotaged("audit.without_inbox") {
            let mut blind = Plan::default();
            blind.apply.extend_from_slice(events);
            return self.apply(blind).await;
        }
        let last = async |streams: Vec<Stream>| self.log.last_versions(&streams).await;
        self.apply(self.order.plan(last, events).await?).await
    }

    async fn upkeep(&self) -> Result<(), Trouble> {
        for stream in self.order.overdue().await? {
            let last = self.log.last_versions(&[stream]).await?;
            self.apply(self.order.fill(stream, &last, |found| schema::check(found).is_ok()).await?).await?;
        }
        Ok(())
    }

    fn span(&self, incoming: &Incoming) -> Span {
        event_span!("consumer.audit", incoming)
    }
}

/// A letter that is displaced when it is handed over again is a letter still, not another one.
fn stays(letters: &[Incoming]) -> Result<(), Trouble> {
    letters.first().map_or(Ok(()), |letter| Err(Trouble::Fail(Order::came_before(letter))))
}

fn entry(incoming: &Incoming) -> AuditEntry {
    let Incoming { event, kind, payload, .. } = incoming;
    AuditEntry { event: Arc::clone(event), kind: kind.clone(), bytes: Arc::clone(payload) }
}
