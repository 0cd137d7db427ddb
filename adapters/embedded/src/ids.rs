//! Random ids.

use std::sync::{Arc, Mutex};

use domain::ports::clock::{Clock, Ids};
use uuid::{ContextV7, Timestamp, Uuid};

/// UUIDv7 from the given clock: later ids sort after earlier ones, within one millisecond too.
pub struct RandomIds {
    clock: Arc<dyn Clock>,
    /// The counter that orders the ids of one millisecond.
    context: Mutex<ContextV7>,
}

impl RandomIds {
    /// Ids stamped by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, context: Mutex::new(ContextV7::new()) }
    }
}

impl Ids for RandomIds {
    fn fresh(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&self.context, seconds, nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids = RandomIds::new(Arc::new(SystemClock::new()));
        let many: Vec<Uuid> = (0..10_000).map(|_| ids.fresh()).collect();
        assert!(many.is_sorted());
        assert!(many.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(many[0].get_version_num(), 7);
    }
}
