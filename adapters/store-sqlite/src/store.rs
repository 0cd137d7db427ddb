//! The store port.

use async_trait::async_trait;
use domain::access::Sight;
use domain::change::Change;
use domain::command::TaskRef;
use domain::ids::{ListId, TaskId};
use domain::list::List;
use domain::ports::error::PortError;
use domain::ports::store::{CommitError, Store};
use domain::query::{Page, TaskQuery};
use domain::reminder::Reminder;
use domain::snapshot::{Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use tracing::instrument;

use crate::ask::Ask;
use crate::rows::{docs, texts};
use crate::writer::Haste;
use crate::{SqliteStore, commit};

#[async_trait]
impl Store for SqliteStore {
    #[instrument(name = "db.load", level = "debug", skip_all)]
    async fn load(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        self.snapshot(needs).await
    }

    #[instrument(name = "db.commit", level = "debug", skip_all)]
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let haste = if change.inbox.is_some() { Haste::Soon } else { Haste::Now };
        self.writer.write(commit::script(&change), haste).await.map(drop)
    }

    #[instrument(name = "db.find", level = "debug", skip_all)]
    async fn find(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError> {
        self.page_of_tasks(sight, query).await
    }

    async fn task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError> {
        self.one_task(tenant, reference).await
    }

    async fn scheduled(&self, tasks: &[TaskId]) -> Result<Vec<Reminder>, PortError> {
        let ask = Ask::new(
            "SELECT r.doc FROM json_each(?) asked CROSS JOIN reminders r ON r.task = asked.value
             WHERE r.state = 'scheduled'",
        );
        docs(&self.readers.rows(ask.bind(texts(tasks))).await?)
    }

    async fn lists(&self, ids: &[ListId]) -> Result<Vec<List>, PortError> {
        let ask = Ask::new("SELECT l.doc FROM json_each(?) asked CROSS JOIN lists l ON l.id = asked.value");
        docs(&self.readers.rows(ask.bind(texts(ids))).await?)
    }

    async fn tags(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        self.tags_in_use(sight, limit).await
    }

    async fn explain(&self, id: uuid::Uuid) -> Result<Vec<String>, PortError> {
        self.explained(id).await
    }
}
