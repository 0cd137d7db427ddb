//! State in memory: bounded, forgotten when the process ends, which the port allows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::state::{Entry, State};
use jiff::Timestamp;

/// How many entries are kept unless somebody says otherwise.
const CAPACITY: usize = 100_000;

/// Keys and values in memory. When it is full, what was written longest ago goes first.
pub struct MemoryState {
    clock: Arc<dyn Clock>,
    capacity: usize,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_key: HashMap<String, Slot>,
    /// The same keys by the write that stored them, oldest first.
    by_age: BTreeMap<u64, String>,
    /// Counts the writes; a value's etag is the write that stored it.
    writes: u64,
}

struct Slot {
    value: Vec<u8>,
    write: u64,
    expires_at: Timestamp,
}

impl MemoryState {
    /// Room for 100,000 entries.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(clock, CAPACITY)
    }

    /// Room for this many entries.
    #[must_use]
    pub fn with_capacity(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self { clock, capacity, slots: Mutex::default() }
    }

    /// No write leaves the slots half done, so that a panic elsewhere is no reason to refuse.
    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn get(&self, key: &str, now: Timestamp) -> Option<Entry> {
        let slot = self.by_key.get(key).filter(|slot| now < slot.expires_at)?;
        Some(Entry { value: slot.value.clone(), etag: slot.write.to_string() })
    }

    fn put(&mut self, key: &str, value: &[u8], expires_at: Timestamp, capacity: usize) {
        self.delete(key);
        self.writes += 1;
        self.by_age.insert(self.writes, key.to_owned());
        self.by_key.insert(key.to_owned(), Slot { value: value.to_vec(), write: self.writes, expires_at });
        while self.by_key.len() > capacity
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.by_key.remove(&oldest);
        }
    }

    fn delete(&mut self, key: &str) {
        if let Some(slot) = self.by_key.remove(key) {
            self.by_age.remove(&slot.write);
        }
    }
}

#[async_trait]
impl State for MemoryState {
    async fn get(&self, key: &str) -> Result<Option<Entry>, PortError> {
        Ok(self.slots().get(key, self.clock.now()))
    }

    async fn put(&self, key: &str, value: &[u8], etag: Option<&str>, ttl: Duration) -> Result<bool, PortError> {
        let now = self.clock.now();
        let mut slots = self.slots();
        let wanted = etag.is_none_or(|etag| slots.get(key, now).is_some_and(|entry| entry.etag == etag));
        if wanted {
            slots.put(key, value, now.checked_add(ttl).unwrap_or(Timestamp::MAX), self.capacity);
        }
        Ok(wanted)
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.slots().delete(key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn the_oldest_entry_makes_room() -> Result<(), PortError> {
        let state = MemoryState::with_capacity(Arc::new(SystemClock::new()), 2);
        for key in ["a", "b", "a", "c"] {
            state.put(key, b"x", None, HOUR).await?;
        }
        assert!(state.get("b").await?.is_none(), "b was written longest ago");
        assert!(state.get("a").await?.is_some() && state.get("c").await?.is_some());
        Ok(())
    }
}
