//! Leases: of all the processes that could do a thing, one at a time does it.

use async_trait::async_trait;

use super::error::PortError;

/// Gives out leases by name.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Waits until nobody else holds the lease, and takes it.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    async fn acquire(&self, name: &str) -> Result<Box<dyn Lease>, PortError>;

    /// Takes the lease if nobody holds it at this moment.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    async fn try_acquire(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError>;

    /// Takes the lease from whoever holds it, who notices within seconds and writes nothing more under it. `None`: it
    /// is held, and is its holder's until that gives it back.
    ///
    /// # Errors
    /// When leases cannot be asked for.
    async fn seize(&self, name: &str) -> Result<Option<Box<dyn Lease>>, PortError> {
        self.try_acquire(name).await
    }
}

/// A lease that is kept alive until it is dropped or its holder dies.
pub trait Lease: Send + Sync {
    /// Counts the holders: each one's is higher than those before; 0 where nobody counts. What is written under a lease carries it, so
    /// that a holder who was overtaken without noticing writes nothing more.
    fn epoch(&self) -> u64;

    /// Whether the holder may still act on it; once false it stays so.
    fn held(&self) -> bool;

    /// Whether another holder is known to have it. One that is not held and was not taken over ran out, because its
    /// holder did not renew it in time.
    fn taken_over(&self) -> bool {
        false
    }
}
