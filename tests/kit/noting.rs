//! A store that notes what is committed, and may lose the answer to it.

use std::sync::{Arc, Mutex};

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
use domain::service::Deliveries;
use domain::snapshot::{Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use store_sqlite::SqliteStore;

use super::world::World;

/// The real store, and every change that went into it.
pub struct Noting {
    store: Arc<SqliteStore>,
    changes: Mutex<Vec<Change>>,
    /// The answer to the next commit is lost: on its way back, or the commit with it.
    lost: Mutex<Option<Lost>>,
}

/// What is lost.
#[derive(Clone, Copy, Debug)]
pub enum Lost {
    Answer,
    Commit,
}

impl Noting {
    /// Stands before the store of a world from now on.
    pub fn before(world: &mut World) -> Arc<Self> {
        let noting = Arc::new(Self { store: world.store.clone(), changes: Mutex::default(), lost: Mutex::default() });
        world.tasks.store = noting.clone();
        world.deliveries = Deliveries::new(world.tasks.clone());
        noting
    }

    /// Nobody hears what comes of the next commit.
    pub fn lose(&self, lost: Lost) {
        *self.lost.lock().expect("what is lost") = Some(lost);
    }

    /// What was committed since it was last asked.
    pub fn taken(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock().expect("changes"))
    }
}

#[async_trait]
impl Store for Noting {
    async fn load(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        self.store.load(needs).await
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let lost = self.lost.lock().expect("what is lost").take();
        if !matches!(lost, Some(Lost::Commit)) {
            self.store.commit(change.clone()).await?;
            self.changes.lock().expect("changes").push(change);
        }
        match lost {
            None => Ok(()),
            Some(_) => {
                Err(CommitError::Unknown(PortError::Unavailable { backend: "noting", reason: "lost".to_owned() }))
            }
        }
    }

    async fn find(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError> {
        self.store.find(sight, query).await
    }

    async fn task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError> {
        self.store.task(tenant, reference).await
    }

    async fn scheduled(&self, tasks: &[TaskId]) -> Result<Vec<Reminder>, PortError> {
        self.store.scheduled(tasks).await
    }

    async fn lists(&self, ids: &[ListId]) -> Result<Vec<List>, PortError> {
        self.store.lists(ids).await
    }

    async fn tags(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError> {
        self.store.tags(sight, limit).await
    }

    async fn explain(&self, id: uuid::Uuid) -> Result<Vec<String>, PortError> {
        self.store.explain(id).await
    }
}
