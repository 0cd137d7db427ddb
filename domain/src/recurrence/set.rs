//! The wall times of one period: its days times the day's times, of which BYSETPOS picks.

use jiff::civil::{Date, DateTime, Time};

/// One period's wall times, ascending, without writing them all down: a yearly rule may have half
/// a million.
#[derive(Clone, Debug)]
pub(super) struct Set<'a> {
    days: Vec<Date>,
    times: &'a [Time],
    /// Indexes into days x times, ascending; `None` is all.
    picked: Option<Vec<usize>>,
}

impl<'a> Set<'a> {
    pub(super) fn new(days: Vec<Date>, times: &'a [Time], positions: &[i16]) -> Self {
        let size = days.len() * times.len();
        let picked = (!positions.is_empty()).then(|| pick(positions, size));
        Self { days, times, picked }
    }

    pub(super) fn len(&self) -> usize {
        self.picked.as_ref().map_or(self.days.len() * self.times.len(), Vec::len)
    }

    pub(super) fn get(&self, index: usize) -> Option<DateTime> {
        let index = match &self.picked {
            Some(picked) => *picked.get(index)?,
            None => index,
        };
        let day = self.days.get(index.checked_div(self.times.len())?)?;
        Some(day.to_datetime(self.times[index % self.times.len()]))
    }

    /// How many lie before the wall time: the index of the first that does not.
    pub(super) fn before(&self, wall: DateTime) -> usize {
        self.partition(|other| other < wall)
    }

    /// How many lie at or before the wall time.
    pub(super) fn through(&self, wall: DateTime) -> usize {
        self.partition(|other| other <= wall)
    }

    /// How many come before the first for which `first_part` does not hold.
    fn partition(&self, first_part: impl Fn(DateTime) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle) {
                Some(wall) if first_part(wall) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }
}

fn pick(positions: &[i16], size: usize) -> Vec<usize> {
    let index = |position: &i16| {
        let steps = usize::from(position.unsigned_abs());
        let index = if *position > 0 { steps.checked_sub(1) } else { size.checked_sub(steps) };
        index.filter(|index| *index < size)
    };
    let mut picked: Vec<usize> = positions.iter().filter_map(index).collect();
    picked.sort_unstable();
    picked.dedup();
    picked
}
