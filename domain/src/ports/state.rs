//! Small values that may be lost: conversations, caches. Losing all of it loses no task and no reminder.

use std::time::Duration;

use async_trait::async_trait;

use super::error::PortError;

/// A value with its etag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The bytes.
    pub value: Vec<u8>,
    /// Changes with each write.
    pub etag: String,
}

/// A key-value store with optimistic concurrency.
#[async_trait]
pub trait State: Send + Sync {
    /// The value of a key; expired ones are absent.
    ///
    /// # Errors
    /// When the store cannot answer.
    async fn get(&self, key: &str) -> Result<Option<Entry>, PortError>;

    /// Writes a value that lives for `ttl`, if the key's etag is still `etag` (`None`: whatever is there).
    /// Returns whether it was written.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn put(&self, key: &str, value: &[u8], etag: Option<&str>, ttl: Duration) -> Result<bool, PortError>;

    /// Forgets a key.
    ///
    /// # Errors
    /// When the store cannot write.
    async fn delete(&self, key: &str) -> Result<(), PortError>;
}
