//! Short numbers: taken from the database in blocks and handed out in the process, so that writers never queue.
//!
//! A block is one number where numbers are asked for rarely, so that few are lost when the process ends, and larger
//! the faster they go.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::Instant;

/// The most numbers in a block.
const BLOCK_MAX: u64 = 64;
/// A block that is used up sooner than this was too small.
const USED_UP_SOON: Duration = Duration::from_secs(1);

/// The numbers that this process has taken and not handed out.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Mutex<HashMap<TenantId, Stock>>);

#[derive(Debug)]
struct Stock {
    blocks: Vec<RangeInclusive<u64>>,
    size: u64,
    taken_at: Instant,
}

/// What is to be done for some numbers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Supply {
    /// They are here.
    Ready(Vec<u64>),
    /// Take a block of so many.
    Take(u64),
}

impl Numbers {
    /// The next `count` numbers in a row, or how many to take.
    pub(crate) fn reserve(&self, tenant: &TenantId, count: usize) -> Supply {
        let mut stocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let count = count as u64;
        let fresh = || Stock { blocks: Vec::new(), size: 1, taken_at: now };
        match stocks.get_mut(tenant) {
            None => {
                stocks.insert(tenant.clone(), fresh());
                Supply::Take(count)
            }
            Some(stock) => {
                stock.give(count).map_or_else(|| Supply::Take(stock.next_size(now).max(count)), Supply::Ready)
            }
        }
    }

    /// The first `count` numbers of a block that was taken; the others go into the stock.
    pub(crate) fn supply(&self, tenant: &TenantId, last: u64, size: u64, count: usize) -> Vec<u64> {
        let first = last + 1 - size;
        let rest = first + count as u64;
        let mut stocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stock) = stocks.get_mut(tenant)
            && rest <= last
        {
            stock.blocks.push(rest..=last);
            stock.blocks.sort_unstable_by_key(|block| *block.start());
        }
        (first..rest).collect()
    }
}

impl Stock {
    fn give(&mut self, count: u64) -> Option<Vec<u64>> {
        let at = self.blocks.iter().position(|block| block.end() - block.start() + 1 >= count)?;
        let first = *self.blocks[at].start();
        let last = first + count - 1;
        self.blocks[at] = last + 1..=*self.blocks[at].end();
        self.blocks.retain(|block| !block.is_empty());
        Some((first..=last).collect())
    }

    fn next_size(&mut self, now: Instant) -> u64 {
        let soon = now.duration_since(self.taken_at) < USED_UP_SOON;
        self.size = if soon { (self.size * 2).min(BLOCK_MAX) } else { 1 };
        self.taken_at = now;
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(numbers: &Numbers, stored: &mut u64, count: usize) -> Vec<u64> {
        match numbers.reserve(&TenantId::console(), count) {
            Supply::Ready(given) => given,
            Supply::Take(size) => {
                *stored += size;
                numbers.supply(&TenantId::console(), *stored, size, count)
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rare_numbers_leave_no_gap() {
        let (numbers, mut stored) = (Numbers::default(), 0);
        for expected in 1..=5 {
            assert_eq!(take(&numbers, &mut stored, 1), [expected]);
            assert_eq!(stored, expected);
            tokio::time::advance(Duration::from_secs(2)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn numbers_in_a_hurry_come_in_growing_blocks_and_each_once() {
        let (numbers, mut stored) = (Numbers::default(), 0);
        let given: Vec<u64> = (0..200).flat_map(|_| take(&numbers, &mut stored, 1)).collect();
        assert_eq!(given, (1..=200).collect::<Vec<_>>());
        assert!(stored <= 200 + BLOCK_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn numbers_that_are_asked_for_together_stand_together() {
        let (numbers, mut stored) = (Numbers::default(), 0);
        for count in [1, 3, 2, 5, 1] {
            let given = take(&numbers, &mut stored, count);
            assert_eq!(given.len(), count);
            assert!(given.windows(2).all(|pair| pair[0] + 1 == pair[1]));
        }
    }
}
