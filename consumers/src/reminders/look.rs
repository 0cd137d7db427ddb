//! How many due rows are looked at in one round.

/// The usual number.
const USUAL: u32 = 200;
/// The most.
const MOST: u32 = 12_800;

/// How far to look. It grows while none of the oldest due rows can be worked on (their place is busy, their series
/// is stale), so that those behind them are reached.
#[derive(Debug)]
pub(super) struct Look {
    usual: u32,
    now: u32,
}

impl Default for Look {
    fn default() -> Self {
        Self::at(USUAL)
    }
}

impl Look {
    /// At so many rows usually.
    pub(super) const fn at(usual: u32) -> Self {
        Self { usual, now: usual }
    }

    /// How many rows to look at.
    pub(super) const fn limit(&self) -> u32 {
        self.now
    }

    /// Learns from a round: how many rows there were, and how many of them could be worked on.
    pub(super) fn learn(&mut self, found: usize, worked: usize) {
        let full = u32::try_from(found).unwrap_or(u32::MAX) >= self.now;
        if !full {
            self.now = self.usual;
        } else if worked == 0 {
            self.now = (self.now * 2).min(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_cannot_be_worked_on_do_not_hide_those_behind_them() {
        let mut look = Look::default();
        look.learn(200, 0);
        assert_eq!(look.limit(), 400);
        look.learn(400, 5);
        assert_eq!(look.limit(), 400, "there is work at this distance");
        look.learn(399, 0);
        assert_eq!(look.limit(), USUAL, "the end was in sight");
        (0..20).for_each(|_| look.learn(MOST as usize, 0));
        assert_eq!(look.limit(), MOST);
    }
}
