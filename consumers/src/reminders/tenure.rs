//! Which tenants this process posts to. Of all the processes that reach a platform one at a time does, so that what a
//! tenant's channels take is counted in one place and nothing overtakes anything in a channel.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::error::PortError;
use domain::ports::lease::{Lease, Leases};
use domain::tenant::TenantId;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// After so long without anything to post a tenant is given back.
const IDLE: Duration = Duration::from_secs(15);
/// How soon it is asked again whether a tenant that another process posts to is free.
const AGAIN: Duration = Duration::from_millis(500);

/// Holds leases on tenants, each for as long as there is something to post.
pub(super) struct Tenures {
    leases: Arc<dyn Leases>,
    tenants: Mutex<HashMap<TenantId, Tenure>>,
}

/// A tenant's standing with this process.
#[derive(Default)]
struct Tenure {
    /// Held, or held once.
    lease: Option<Arc<dyn Lease>>,
    /// That of the lease held last.
    epoch: u64,
    /// When it was used or asked for last.
    touched: Option<Instant>,
}

/// The right to post to a tenant.
pub(super) struct Held {
    /// To be looked at before each attempt.
    pub(super) lease: Arc<dyn Lease>,
    /// Whether it was taken just now, and somebody else held it after this process did.
    pub(super) inherited: bool,
}

impl Tenures {
    pub(super) fn new(leases: Arc<dyn Leases>) -> Self {
        Self { leases, tenants: Mutex::default() }
    }

    /// The right to post to this tenant, unless another process has it.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    pub(super) async fn of(&self, tenant: &TenantId) -> Result<Option<Held>, PortError> {
        let mut tenants = self.tenants.lock().await;
        let tenure = tenants.entry(tenant.clone()).or_default();
        if let Some(lease) = tenure.lease.clone().filter(|lease| lease.held()) {
            tenure.touched = Some(Instant::now());
            return Ok(Some(Held { lease, inherited: false }));
        }
        if tenure.lease.is_none() && tenure.touched.is_some_and(|asked| asked.elapsed() < AGAIN) {
            return Ok(None);
        }
        tenure.lease = None;
        tenure.touched = Some(Instant::now());
        let Some(lease) = self.leases.try_acquire(&format!("deliver/{tenant}")).await? else { return Ok(None) };
        let lease: Arc<dyn Lease> = Arc::from(lease);
        let inherited = lease.epoch() > tenure.epoch + 1;
        tenure.epoch = lease.epoch();
        tenure.lease = Some(Arc::clone(&lease));
        Ok(Some(Held { lease, inherited }))
    }

    /// Gives back what was not used for a while.
    pub(super) async fn rest(&self) {
        let mut tenants: MutexGuard<'_, HashMap<TenantId, Tenure>> = self.tenants.lock().await;
        for tenure in tenants.values_mut() {
            if tenure.touched.is_none_or(|used| used.elapsed() >= IDLE) {
                tenure.lease = None;
            }
        }
    }

    /// Gives everything back.
    pub(super) async fn end(&self) {
        self.tenants.lock().await.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;

    use super::*;

    /// One lease for all names, free while nobody else holds this.
    #[derive(Default)]
    struct One(Arc<()>, Arc<AtomicU64>);

    struct Taken(Arc<()>, u64);

    impl Lease for Taken {
        fn epoch(&self) -> u64 {
            self.1
        }

        fn held(&self) -> bool {
            Arc::strong_count(&self.0) > 1
        }
    }

    #[async_trait]
    impl Leases for One {
        async fn acquire(&self, name: &str) -> Result<Box<dyn Lease>, PortError> {
            self.try_acquire(name).await?.ok_or(PortError::Unavailable { backend: "test", reason: String::new() })
        }

        async fn try_acquire(&self, _: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
            // Each holder of the lease, and the two of the test.
            let free = Arc::strong_count(&self.0) == 2;
            Ok(free
                .then(|| Box::new(Taken(self.0.clone(), self.1.fetch_add(1, Ordering::SeqCst) + 1)) as Box<dyn Lease>))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_process_at_a_time_posts_to_a_tenant_and_the_next_one_knows_that_it_inherits() -> Result<(), PortError>
    {
        let (lock, epochs) = (Arc::new(()), Arc::new(AtomicU64::new(0)));
        let process = || Tenures::new(Arc::new(One(lock.clone(), epochs.clone())));
        let (one, other) = (process(), process());
        drop(lock);
        let tenant = TenantId::console();
        assert!(one.of(&tenant).await?.is_some_and(|held| !held.inherited), "nobody had it before");
        assert!(other.of(&tenant).await?.is_none(), "somebody else posts there");
        tokio::time::advance(IDLE).await;
        one.rest().await;
        assert!(other.of(&tenant).await?.is_some_and(|held| held.inherited));
        assert!(one.of(&tenant).await?.is_none());
        other.end().await;
        tokio::time::advance(AGAIN).await;
        assert!(one.of(&tenant).await?.is_some_and(|held| held.inherited), "the other one posted meanwhile");
        Ok(())
    }
}
