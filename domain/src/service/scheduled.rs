//! When the tasks of a page will next remind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Failure, Listed, Tasks};
use crate::ids::TaskId;

impl Tasks {
    /// When each of these tasks will next remind, in one question; those that will not are left out. Whether somebody
    /// may know that, [`Self::find`] has said.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_remind_at(&self, listed: &[Listed]) -> Result<BTreeMap<TaskId, Timestamp>, Failure> {
        let open: Vec<TaskId> =
            listed.iter().map(|one| &one.task).filter(|task| task.is_open()).map(|task| task.id).collect();
        let mut first: BTreeMap<TaskId, Timestamp> = BTreeMap::new();
        if open.is_empty() {
            return Ok(first);
        }
        for reminder in self.store.scheduled(&open).await? {
            let at = first.entry(reminder.task).or_insert(reminder.at);
            *at = reminder.at.min(*at);
        }
        Ok(first)
    }
}
