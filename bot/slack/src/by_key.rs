//! What is done one after the other where it concerns the same, and beside each other where it does not.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// A `T` for each key in use in this process; whoever has the turn of a key is alone with it.
#[derive(Debug)]
pub(crate) struct ByKey<K, T>(Mutex<HashMap<K, Weak<Turn<T>>>>);

impl<K, T> Default for ByKey<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Default> ByKey<K, T> {
    /// Waits for the turn of this key. What it leaves is there for whoever waits behind it, and gone once nobody does.
    pub(crate) async fn turn(&self, key: K) -> OwnedMutexGuard<T> {
        self.of(key).lock_owned().await
    }

    fn of(&self, key: K) -> Arc<Turn<T>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = turns.get(&key).and_then(Weak::upgrade).unwrap_or_default();
        turns.insert(key, Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::ByKey;

    #[tokio::test(start_paused = true)]
    async fn turns_of_one_key_follow_each_other_and_those_of_others_do_not_wait() {
        let all = ByKey::<&str, u32>::default();
        let mut first = all.turn("a").await;
        *first = 7;
        let second = all.turn("a");
        tokio::pin!(second);
        assert!(timeout(Duration::from_secs(1), &mut second).await.is_err(), "it waits");
        assert_eq!(*all.turn("b").await, 0);
        drop(first);
        assert_eq!(*second.await, 7, "what the one before left");
        assert_eq!(*all.turn("a").await, 0, "nobody was there any more");
    }
}
