//! How much the relay reads at once: what fits into memory and into the time that a database gives to a question.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::ports::bus::{Most, OutboxRow};

/// So many rows when they are short and there are as many.
const ROWS: usize = 4_000;
/// So many bytes when they are long; two such portions are in memory at once, and what is made of them.
const BYTES: usize = 8 * 1024 * 1024;

/// After so many answers in a row more is asked for again.
const STREAK: usize = 16;

/// Fewer rows after each question that was not answered in time, more again after many that were.
pub(super) struct Portion {
    rows: AtomicUsize,
    answers: AtomicUsize,
}

impl Default for Portion {
    fn default() -> Self {
        Self { rows: AtomicUsize::new(ROWS), answers: AtomicUsize::new(0) }
    }
}

impl Portion {
    pub(super) fn most(&self) -> Most {
        Most { rows: self.rows.load(Ordering::Relaxed), bytes: BYTES }
    }

    /// Halves it. Returns false when there is nothing to halve.
    pub(super) fn shrink(&self) -> bool {
        self.answers.store(0, Ordering::Relaxed);
        self.rows.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |rows| (rows > 1).then_some(rows / 2)).is_ok()
    }

    /// There was an answer.
    pub(super) fn answered(&self) {
        if self.answers.fetch_add(1, Ordering::Relaxed) + 1 >= STREAK {
            self.answers.store(0, Ordering::Relaxed);
            self.rows.store((self.most().rows * 2).min(ROWS), Ordering::Relaxed);
        }
    }

    /// Whether more is likely to wait behind what was read.
    pub(super) fn is_full(most: Most, rows: &[OutboxRow]) -> bool {
        rows.len() >= most.rows || rows.iter().map(|row| row.payload.len()).sum::<usize>() >= most.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shrinks_to_one_row_and_grows_back() {
        let portion = Portion::default();
        let halves = std::iter::from_fn(|| portion.shrink().then(|| portion.most().rows)).collect::<Vec<_>>();
        assert_eq!((halves.first(), halves.last()), (Some(&2_000), Some(&1)));
        (1..STREAK).for_each(|_| portion.answered());
        assert_eq!(portion.most().rows, 1, "not at once");
        (0..12 * STREAK).for_each(|_| portion.answered());
        assert_eq!(portion.most(), Most { rows: ROWS, bytes: BYTES });
    }
}
