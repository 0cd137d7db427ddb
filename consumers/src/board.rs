//! What the runners of a process have done so far, for the checker. A bus that others keep the places on is not asked:
//! whoever reads from it knows best, and a group's members share its partitions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One runner's progress.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Records acknowledged since the start.
    acknowledged: i64,
    /// Records that were taken and not acknowledged yet.
    held: usize,
    /// Records that waited when it last looked.
    lag: u64,
    /// Whether the bus failed since it last worked.
    failed: bool,
}

/// Where runners note their progress.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<HashMap<&'static str, Progress>>>);

impl Board {
    pub(crate) fn taken(&self, consumer: &'static str, records: usize) {
        self.note(consumer, |progress| progress.held = records);
    }

    pub(crate) fn acknowledged(&self, consumer: &'static str) {
        self.note(consumer, |progress| {
            progress.acknowledged += i64::try_from(progress.held).unwrap_or_default();
            // Until it is measured again.
            progress.lag = progress.lag.saturating_sub(progress.held as u64);
            (progress.held, progress.failed) = (0, false);
        });
    }

    pub(crate) fn lag(&self, consumer: &'static str, lag: u64) {
        self.note(consumer, |progress| (progress.lag, progress.failed) = (lag, false));
    }

    pub(crate) fn failed(&self, consumer: &'static str) {
        self.note(consumer, |progress| progress.failed = true);
    }

    /// How much a consumer has acknowledged, if anything waits for it, or if it has not even begun.
    pub(crate) fn waiting(&self, consumer: &'static str) -> Option<i64> {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(progress) = board.get(consumer) else { return Some(-1) };
        let waits = progress.held > 0 || progress.lag > 0 || progress.failed;
        waits.then_some(progress.acknowledged)
    }

    fn note(&self, consumer: &'static str, change: impl FnOnce(&mut Progress)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(consumer).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_work_and_does_not_move_is_told_from_who_moves() {
        let board = Board::default();
        assert_eq!(board.waiting("audit"), Some(-1), "not even begun");
        board.lag("audit", 0);
        assert_eq!(board.waiting("audit"), None);
        board.taken("audit", 3);
        assert_eq!(board.waiting("audit"), Some(0), "busy");
        board.acknowledged("audit");
        assert_eq!(board.waiting("audit"), None);
        board.lag("audit", 7);
        assert_eq!(board.waiting("audit"), Some(3));
        board.lag("audit", 0);
        board.failed("audit");
        assert_eq!(board.waiting("audit"), Some(3), "the bus is away");
    }
}
