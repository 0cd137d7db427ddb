//! The store: load what a command needs, commit what it decided, answer questions.

use async_trait::async_trait;

use super::error::PortError;
use crate::access::Sight;
use crate::change::Change;
use crate::command::TaskRef;
use crate::ids::{ListId, TaskId};
use crate::list::List;
use crate::query::{Page, TaskQuery};
use crate::reminder::Reminder;
use crate::snapshot::{Needs, Snapshot};
use crate::task::Task;
use crate::tenant::TenantId;

/// Tasks and everything that is committed with them.
#[async_trait]
pub trait Store: Send + Sync {
    /// Everything that `needs` names, at one point in time.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn load(&self, needs: &Needs) -> Result<Snapshot, PortError>;

    /// Writes all of the change in one durable commit, or nothing.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] when a row has another version than expected, exists already, or the inbox
    /// mark or idempotency key is taken; [`CommitError::Port`] when the database failed; [`CommitError::Unknown`] when
    /// its answer was lost, in which case the change may or may not be committed: look the key up.
    async fn commit(&self, change: Change) -> Result<(), CommitError>;

    /// One page of the tasks that `sight` sees and `query` asks for.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn find(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError>;

    /// The task that a reference names, deleted ones too; numbers are looked up in `tenant`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn task(&self, tenant: &TenantId, reference: TaskRef) -> Result<Option<Task>, PortError>;

    /// The reminders of these tasks that wait for their time, in any order. Whoever asks has seen the tasks.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn scheduled(&self, tasks: &[TaskId]) -> Result<Vec<Reminder>, PortError>;

    /// Lists by id; absent ones are left out.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn lists(&self, ids: &[ListId]) -> Result<Vec<List>, PortError>;

    /// The tags in use in the lists that `sight` sees, most used first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn tags(&self, sight: &Sight, limit: u32) -> Result<Vec<String>, PortError>;

    /// Why a task, its reminders and its events are where they are, one line each, for operators.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn explain(&self, id: uuid::Uuid) -> Result<Vec<String>, PortError>;
}

/// Why a change was not committed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// Something moved since the snapshot: load and decide again.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The database failed, and nothing was committed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The database failed before it could answer: whether the change was committed is not known.
    #[error(transparent)]
    Unknown(PortError),
}
