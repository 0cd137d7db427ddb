//! A clock that is set by hand, and ids that count.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use domain::ports::clock::{Clock, Ids};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

/// Shows what it was last set to.
pub struct HandClock(watch::Sender<Timestamp>, AtomicBool);

impl HandClock {
    pub fn at(start: &str) -> Self {
        Self(watch::Sender::new(start.parse().expect("a timestamp")), AtomicBool::new(true))
    }

    pub fn set(&self, at: &str) {
        self.0.send_replace(at.parse().expect("a timestamp"));
    }

    /// From now on it can be believed, or not.
    pub fn trust(&self, trusted: bool) {
        self.1.store(trusted, Ordering::SeqCst);
    }

    pub fn forward(&self, by: SignedDuration) {
        self.0.send_modify(|now| *now += by);
    }
}

#[async_trait]
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn is_trusted(&self) -> bool {
        self.1.load(Ordering::SeqCst)
    }

    async fn until(&self, at: Timestamp) {
        let mut shown = self.0.subscribe();
        // The sender lives as long as the clock that is being borrowed.
        let _ = shown.wait_for(|now| *now >= at).await;
    }
}

/// Counts from 1; like the real ones, later ids sort after earlier ones.
#[derive(Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn fresh(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Uuid::from_u128((0x7000_u128 << 64) | (0x8_u128 << 60) | u128::from(number))
    }
}
