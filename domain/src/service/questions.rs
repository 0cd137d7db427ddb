//! Questions: what is visible to the one who asks, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Failure, Tasks};
use crate::access::{Principal, Sight};
use crate::command::TaskRef;
use crate::decide::delivery::posted;
use crate::event::{Event, TaskView};
use crate::ids::{ListId, TaskId};
use crate::list::List;
use crate::ports::audit::AuditQuery;
use crate::ports::chat::PostingItem;
use crate::ports::error::PortError;
use crate::query::{Page, TaskQuery};
use crate::refusal::Refusal;
use crate::reminder::next_at;
use crate::snapshot::{Loaded, Needs};
use crate::task::{Status, Task};
use crate::tenant::TenantId;

/// A task with its list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The task.
    pub task: Task,
    /// Its list.
    pub list: List,
}

impl Tasks {
    /// One page of visible tasks.
    ///
    /// # Errors
    /// When a backend cannot answer.
    pub async fn find(&self, principal: &Principal, query: &TaskQuery) -> Result<Page<Listed>, Failure> {
        self.find_in(&self.sight_for(principal, query).await?, query).await
    }

    /// What a principal must see for the answer to a question. What concerns them they see wherever it stands, so no
    /// platform is asked for that.
    ///
    /// # Errors
    /// As [`Self::sight`].
    pub async fn sight_for(&self, principal: &Principal, query: &TaskQuery) -> Result<Sight, PortError> {
        match query.concerning == Some(principal.person) {
            true => Ok(Sight::new(principal.clone(), &[])),
            false => self.sight(principal).await,
        }
    }

    /// One page of the tasks that a sight has.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn find_in(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Listed>, Failure> {
        let page = self.store.find(sight, query).await?;
        let lists = self.lists_of(&page.items).await?;
        let listed = |task: Task| lists.get(&task.list).cloned().map(|list| Listed { task, list });
        Ok(Page { items: page.items.into_iter().filter_map(listed).collect(), next: page.next })
    }

    /// A visible task that is not deleted.
    ///
    /// # Errors
    /// [`Failure::Refused`] when it is absent or foreign: both answer alike.
    pub async fn get(&self, principal: &Principal, tenant: &TenantId, task: TaskRef) -> Result<Listed, Failure> {
        let listed = self.get_even_deleted(principal, tenant, task).await?;
        if listed.task.status == Status::Deleted {
            return Err(Refusal::no_task(task).into());
        }
        Ok(listed)
    }

    /// These tasks as they stand, deleted ones too, each with its list and its reminders, as far as the principal sees
    /// them; in any order.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn look(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        tasks: Vec<TaskRef>,
    ) -> Result<Vec<Loaded>, PortError> {
        let sight = self.sight(principal).await?;
        let snapshot = self.store.load(&Needs { tasks, ..Needs::in_tenant(tenant.clone()) }).await?;
        Ok(snapshot.tasks.into_values().filter(|loaded| sight.sees(&loaded.task)).collect())
    }

    /// What a message reminded of that carries these tasks among others, as far as somebody sees it: `message` is the
    /// platform's id of it, and `at` when it was posted. Nothing once the tasks were reminded of again.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn reminded(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        tasks: Vec<TaskRef>,
        message: &str,
        at: Timestamp,
    ) -> Result<Vec<PostingItem>, PortError> {
        let sight = self.sight(principal).await?;
        let mut needs = Needs { tasks, ..Needs::in_tenant(tenant.clone()) };
        let named = self.store.load(&needs).await?;
        let told = named.tasks.values().flat_map(|loaded| &loaded.reminders);
        needs.deliveries = told.filter_map(|reminder| reminder.delivery).collect();
        let snapshot = self.store.load(&needs).await?;
        let carrier = snapshot.deliveries.values().find(|one| one.message_id.as_deref() == Some(message));
        let items = carrier.map(|carrier| posted(&snapshot, carrier, at)).unwrap_or_default();
        Ok(items.into_iter().filter(|item| sight.sees(&item.task)).collect())
    }

    /// When a task will next remind. Whether somebody may know that, [`Self::get`] has said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reminds_at(&self, task: &Task) -> Result<Option<Timestamp>, Failure> {
        let needs = Needs { tasks: vec![TaskRef::Id(task.id)], ..Needs::in_tenant(task.tenant.clone()) };
        let snapshot = self.store.load(&needs).await?;
        Ok(next_at(snapshot.tasks.get(&task.id).into_iter().flat_map(|loaded| &loaded.reminders)))
    }

    /// The history of a visible task, newest first unless it is asked for otherwise; a deleted one has one too.
    ///
    /// # Errors
    /// [`Failure::Refused`] when it is absent or foreign.
    pub async fn history(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        task: TaskRef,
        mut query: AuditQuery,
    ) -> Result<Page<(i64, Event), i64>, Failure> {
        let listed = self.get_even_deleted(principal, tenant, task).await?;
        query.tenants = Some(vec![listed.task.tenant.clone()]);
        query.task = Some(listed.task.id);
        query.person = None;
        let page = self.audit.page(&query).await?;
        let items = page.items.into_iter().map(|(row, event)| (row, with_task(event, &listed))).collect();
        Ok(Page { items, next: page.next })
    }

    /// What the principal did, and what anyone did to tasks that they made, own or were assigned, as far as
    /// they see those tasks now; newest first.
    ///
    /// # Errors
    /// When a backend cannot answer.
    pub async fn audit(
        &self,
        principal: &Principal,
        mut query: AuditQuery,
    ) -> Result<Page<(i64, Event), i64>, Failure> {
        let sight = self.sight(principal).await?;
        let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
        query.tenants = Some(principal.tenants.iter().cloned().collect());
        query.person = Some(principal.person);
        let mut items = Vec::new();
        loop {
            let page = self.audit.page(&query).await?;
            let seen = self.seen(&sight, &page.items).await?;
            let visible = page.items.into_iter().filter_map(|(row, event)| {
                let listed = seen.get(&event.subject)?;
                Some((row, with_task(event, listed)))
            });
            items.extend(visible.take(wanted - items.len()));
            let last = items.last().map(|(row, _): &(i64, Event)| *row);
            match page.next {
                None if items.len() < wanted => return Ok(Page { items, next: None }),
                next if items.len() == wanted => return Ok(Page { items, next: last.or(next) }),
                next => query.after = next,
            }
        }
    }

    /// The subjects of the events that `sight` sees at present, by one question for each tenant.
    async fn seen(&self, sight: &Sight, events: &[(i64, Event)]) -> Result<BTreeMap<TaskId, Listed>, PortError> {
        let mut subjects: BTreeMap<&TenantId, BTreeSet<TaskId>> = BTreeMap::new();
        for (_, event) in events {
            subjects.entry(&event.data.tenant_id).or_default().insert(event.subject);
        }
        let mut seen = BTreeMap::new();
        for (tenant, tasks) in subjects {
            let tasks = tasks.into_iter().map(TaskRef::Id).collect();
            let snapshot = self.store.load(&Needs { tasks, ..Needs::in_tenant(tenant.clone()) }).await?;
            let visible = snapshot.tasks.into_values().filter(|loaded| sight.sees(&loaded.task));
            seen.extend(visible.map(|Loaded { task, list, .. }| (task.id, Listed { task, list })));
        }
        Ok(seen)
    }

    async fn get_even_deleted(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        reference: TaskRef,
    ) -> Result<Listed, Failure> {
        let sight = self.sight(principal).await?;
        let task = self.store.task(tenant, reference).await?.filter(|task| sight.sees(task));
        let task = task.ok_or_else(|| sight.no_task(reference))?;
        let list = self.store.lists(&[task.list]).await?.pop().ok_or_else(|| Refusal::no_task(reference))?;
        Ok(Listed { task, list })
    }

    async fn lists_of(&self, tasks: &[Task]) -> Result<BTreeMap<ListId, List>, PortError> {
        let ids: BTreeSet<ListId> = tasks.iter().map(|task| task.list).collect();
        let lists = self.store.lists(&ids.into_iter().collect::<Vec<_>>()).await?;
        Ok(lists.into_iter().map(|list| (list.id, list)).collect())
    }
}

/// A reminder's event names its task only; whoever reads it sees the task as it stands now.
fn with_task(mut event: Event, listed: &Listed) -> Event {
    event.data.task.get_or_insert_with(|| TaskView::of(&listed.task, &listed.list));
    event
}
