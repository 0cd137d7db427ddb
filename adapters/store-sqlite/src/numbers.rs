//! Short numbers: handed out by a counter in the process, so that writers never queue for them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::tenant::TenantId;

/// The last number handed out per tenant.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Mutex<HashMap<TenantId, u64>>);

impl Numbers {
    /// The next `count` numbers after both what this process handed out and `stored`, what the database has
    /// seen of any process. Two processes may hand out the same one; the slower commit is then a conflict, and
    /// deciding again reads the newer `stored`.
    pub(crate) fn reserve(&self, tenant: &TenantId, count: usize, stored: u64) -> Vec<u64> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = given.entry(tenant.clone()).or_default();
        *last = (*last).max(stored);
        let first = *last + 1;
        *last += count as u64;
        (first..=*last).collect()
    }
}
