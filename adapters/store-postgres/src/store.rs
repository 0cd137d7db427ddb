//! The store port.

use std::sync::Arc;

use async_trait::async_trait;
use domain::access::Sight;
use domain::change::Change;
use domain::command::TaskRef;
use domain::fault;
use domain::ids::{ListId, TaskId};
use domain::list::List;
use domain::ports::error::PortError;
use domain::ports::store::{CommitError, Store};
use domain::query::{Page, TaskQuery};
use domain::reminder::{Reminder, ReminderState};
use domain::snapshot::{Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use tracing::instrument;

use crate::PostgresStore;
use crate::ask::Ask;
use crate::rows::docs;

#[async_trait]
impl Store for PostgresStore {
    #[instrument(name = "db.load", level = "debug", skip_all)]
    async fn load(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        self.snapshot(needs).await
    }

    #[instrument(name = "db.commit", level = "debug", skip_all)]
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        if fault::sabotaged("store.ack_before_commit") {
            let group = Arc::clone(&self.group);
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                group.write(&change).await
            });
            return Ok(());
        }
        fault::step("store.before_commit").map_err(CommitError::Port)?;
        let written = self.group.write(&change).await;
        // A conflict may come of what is remembered.
        if written.is_err() || !change.people.is_empty() {
            self.known.forget();
        }
        if let Err(CommitError::Unknown(_)) = written {
            self.rung.ring();
        }
        written?;
        fault::step("store.after_commit").map_err(CommitError::Unknown)?;
        if !change.events.is_empty() {
            self.rung.ring();
        }
        Ok(())
    }

    #[instrument(name = "db.find", level = "debug", skip_all)]
    async fn find(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError> {
        self.page_of_tasks(sight, query).await
    }

    async fn task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError> {
        self.one_task(tenant, reference).await
    }

    async fn scheduled(&self, tasks: &[TaskId]) -> Result<Vec<Reminder>, PortError> {
        // By task alone: with the state beside it, a small table is read through the index of all that waits.
        let ask = Ask::new("SELECT doc FROM reminders WHERE task = ANY ($1)");
        let ids: Vec<_> = tasks.iter().map(|id| id.0).collect();
        let mut reminders: Vec<Reminder> = docs(&self.relay.rows(ask.bind(ids)).await?)?;
        reminders.retain(|reminder| reminder.state == ReminderState::Scheduled);
        Ok(reminders)
    }

    async fn lists(&self, ids: &[ListId]) -> Result<Vec<List>, PortError> {
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        docs(&self.relay.rows(Ask::new("SELECT doc FROM lists WHERE id = ANY ($1)").bind(ids)).await?)
    }

    async fn tags(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        self.tags_in_use(sight, limit).await
    }

    async fn explain(&self, id: uuid::Uuid) -> Result<Vec<String>, PortError> {
        self.explained(id).await
    }
}
