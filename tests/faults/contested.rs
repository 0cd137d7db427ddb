//! A store that schedulers race for: it counts the changes that came too late. For schedulers that are careless on
//! purpose none does: whatever moved since they looked is overwritten, and each next occurrence has an id of its own
//! instead of one that follows from series and time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use domain::access::Sight;
use domain::change::{Change, Put};
use domain::command::TaskRef;
use domain::ids::{ListId, TaskId};
use domain::list::List;
use domain::ports::clock::Ids;
use domain::ports::error::PortError;
use domain::ports::store::{CommitError, Store};
use domain::query::{Page, TaskQuery};
use domain::reminder::Reminder;
use domain::snapshot::{Needs, Snapshot};
use domain::task::Task;
use domain::tenant::TenantId;
use store_postgres::PostgresStore;

use crate::kit::clock::CountingIds;

pub(super) struct Contested {
    pub(super) store: Arc<PostgresStore>,
    pub(super) ids: Arc<CountingIds>,
    pub(super) careless: bool,
    /// How many changes came too late.
    pub(super) lost: Arc<AtomicU64>,
}

impl Contested {
    /// Gives each new occurrence another id, wherever it is named.
    fn renamed(&self, mut change: Change) -> Change {
        let new = change.tasks.iter().filter(|put| put.was.is_none() && put.row.recurring.is_some());
        let renamed: Vec<(TaskId, TaskId)> = new.map(|put| (put.row.id, TaskId(self.ids.fresh()))).collect();
        for (old, new) in renamed {
            let named = |id: &mut TaskId| *id = if *id == old { new } else { *id };
            change.tasks.iter_mut().for_each(|put| named(&mut put.row.id));
            change.series.iter_mut().for_each(|put| named(&mut put.row.current));
            change.reminders.iter_mut().for_each(|put| named(&mut put.row.task));
        }
        change
    }

    /// As if everything still had the version that was seen.
    async fn over_whatever_is_there(&self, mut change: Change, tenant: &TenantId) -> Result<Change, PortError> {
        let tasks = change.tasks.iter().map(|put| TaskRef::Id(put.row.id)).collect();
        let series = change.series.iter().map(|put| put.row.id).collect();
        let there = self.store.load(&Needs { tasks, series, ..Needs::in_tenant(tenant.clone()) }).await?;
        let reminders: Vec<Reminder> = there.tasks.values().flat_map(|loaded| loaded.reminders.clone()).collect();
        for put in &mut change.tasks {
            let version = there.tasks.get(&put.row.id).map(|loaded| loaded.task.version);
            over(put, version, |row, version| row.version = version);
        }
        for put in &mut change.series {
            let version = there.series.get(&put.row.id).map(|series| series.version);
            over(put, version, |row, version| row.version = version);
        }
        let there = |put: &Put<Reminder>| reminders.iter().find(|one| one.id == put.row.id).map(|one| one.version);
        change.reminders.retain(|put| put.was.is_none() || there(put).is_some());
        for put in &mut change.reminders {
            over(put, there(put), |row, version| row.version = version);
        }
        Ok(change)
    }
}

fn over<T>(put: &mut Put<T>, there: Option<u64>, set: impl Fn(&mut T, u64)) {
    if let (Some(_), Some(version)) = (put.was, there) {
        put.was = Some(version);
        set(&mut put.row, version + 1);
    }
}

#[async_trait]
impl Store for Contested {
    async fn load(&self, needs: &Needs) -> Result<Snapshot, PortError> {
        self.store.load(needs).await
    }

    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        if !self.careless {
            let done = self.store.commit(change).await;
            let late = matches!(done, Err(CommitError::Conflict(_)));
            self.lost.fetch_add(u64::from(late), Ordering::Relaxed);
            return done;
        }
        let Some(tenant) = change.tasks.first().map(|put| put.row.tenant.clone()) else {
            return self.store.commit(change).await;
        };
        let change = self.renamed(change);
        loop {
            let over = self.over_whatever_is_there(change.clone(), &tenant).await?;
            match self.store.commit(over).await {
                Err(CommitError::Conflict(_)) => tokio::task::yield_now().await,
                done => return done,
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
