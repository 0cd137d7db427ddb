//! Places on partitions: which are ours, what was fetched of them, given out and acknowledged.

use std::collections::{HashMap, VecDeque};

use domain::ports::bus::Record;

/// A partition of a topic.
pub(crate) type Partition = (String, i32);

/// A record with its place.
pub(crate) struct Fetched {
    pub(crate) partition: Partition,
    pub(crate) offset: i64,
    pub(crate) record: Record,
}

/// What a member of a consumer group knows of its partitions.
#[derive(Default)]
pub(crate) struct Places {
    /// Fetched and not given out yet.
    waiting: VecDeque<Fetched>,
    bytes: usize,
    /// The partitions that are ours. Whatever else is kept is kept of these only.
    ours: HashMap<Partition, Place>,
    /// Whether partitions were ever handed to us, none of them perhaps.
    pub(crate) joined: bool,
    /// After a failure.
    given_up: bool,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// Behind what was given out and not acknowledged yet.
    given: Option<i64>,
    /// Behind what was acknowledged, if anything was.
    acknowledged: Option<i64>,
    /// Behind what the group has noted as acknowledged.
    saved: Option<i64>,
}

impl Places {
    /// These partitions are ours from now on.
    pub(crate) fn assign(&mut self, partitions: impl IntoIterator<Item = Partition>) {
        self.joined = true;
        self.ours.extend(partitions.into_iter().map(|partition| (partition, Place::default())));
    }

    /// These are somebody else's. What was given out of them is no longer ours to acknowledge.
    pub(crate) fn revoke(&mut self, partitions: &[Partition]) {
        self.ours.retain(|partition, _| !partitions.contains(partition));
        self.waiting.retain(|fetched| !partitions.contains(&fetched.partition));
        self.bytes = self.waiting.iter().map(size).sum();
    }

    pub(crate) fn push(&mut self, fetched: Fetched) {
        if self.ours.contains_key(&fetched.partition) {
            self.bytes += size(&fetched);
            self.waiting.push_back(fetched);
        }
    }

    /// Gives out up to `max`.
    pub(crate) fn take(&mut self, max: usize) -> Vec<Record> {
        let count = max.min(self.waiting.len());
        let mut records = Vec::with_capacity(count);
        for fetched in self.waiting.drain(..count) {
            self.bytes -= size(&fetched);
            if let Some(place) = self.ours.get_mut(&fetched.partition) {
                place.given = Some(fetched.offset + 1);
            }
            records.push(fetched.record);
        }
        records
    }

    /// How much waits: records and bytes.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.waiting.len(), self.bytes)
    }

    /// Everything that was given out is dealt with.
    pub(crate) fn acknowledge(&mut self) {
        for place in self.ours.values_mut() {
            place.acknowledged = place.given.take().or(place.acknowledged);
        }
    }

    /// What the group is still to be told.
    pub(crate) fn unsaved(&self) -> Vec<(Partition, i64)> {
        if self.given_up {
            return Vec::new();
        }
        let unsaved = |(_, place): &(&Partition, &Place)| place.acknowledged != place.saved;
        let told = self.ours.iter().filter(unsaved);
        told.filter_map(|(partition, place)| Some((partition.clone(), place.acknowledged?))).collect()
    }

    /// The group knows these places now.
    pub(crate) fn saved(&mut self, places: &[(Partition, i64)]) {
        for (partition, offset) in places {
            if let Some(place) = self.ours.get_mut(partition) {
                place.saved = Some(*offset);
            }
        }
    }

    /// Nothing more is told to the group: after a failure its topics may be others of the same name, in which these places
    /// would skip what was never read. What was acknowledged and not saved comes again.
    pub(crate) fn give_up(&mut self) {
        self.given_up = true;
    }

    /// Our partitions with the place behind which nothing is acknowledged, if it is known.
    pub(crate) fn standing(&self) -> Vec<(Partition, Option<i64>)> {
        self.ours.iter().map(|(partition, place)| (partition.clone(), place.acknowledged)).collect()
    }
}

fn size(fetched: &Fetched) -> usize {
    fetched.record.key.len() + fetched.record.payload.len()
}

#[cfg(test)]
mod tests {
    use domain::event::Topic;

    use super::*;

    fn fetched(number: i32, offset: i64) -> Fetched {
        let (key, origin) = ("k".to_owned(), format!("t/{number}@{offset}"));
        let record = Record { topic: Topic::TaskEvents, origin, key, payload: vec![0; 9] };
        Fetched { partition: ("t".to_owned(), number), offset, record }
    }

    fn with_two() -> Places {
        let mut places = Places::default();
        places.assign([("t".to_owned(), 0), ("t".to_owned(), 1)]);
        for (number, offset) in [(0, 5), (1, 7), (0, 6)] {
            places.push(fetched(number, offset));
        }
        places
    }

    #[test]
    fn what_was_given_is_acknowledged_once() {
        let mut places = with_two();
        assert_eq!(places.take(2).len(), 2);
        assert!(places.unsaved().is_empty(), "given is not acknowledged");
        places.acknowledge();
        let mut unsaved = places.unsaved();
        unsaved.sort();
        assert_eq!(unsaved, [(("t".to_owned(), 0), 6), (("t".to_owned(), 1), 8)]);
        places.saved(&unsaved);
        assert!(places.unsaved().is_empty());
        places.acknowledge();
        assert!(places.unsaved().is_empty(), "twice is no news");
        assert_eq!(places.load(), (1, 10));
    }

    #[test]
    fn after_a_failure_the_group_is_told_nothing_more() {
        let mut places = with_two();
        assert_eq!(places.take(1).len(), 1);
        places.acknowledge();
        places.saved(&[(("t".to_owned(), 0), 6)]);
        assert_eq!(places.take(1).len(), 1);
        places.acknowledge();
        assert_eq!(places.unsaved(), [(("t".to_owned(), 1), 8)]);
        places.give_up();
        places.acknowledge();
        assert!(places.unsaved().is_empty());
    }

    #[test]
    fn what_belongs_to_somebody_else_is_neither_given_nor_acknowledged() {
        let mut places = with_two();
        assert_eq!(places.take(1).len(), 1);
        places.revoke(&[("t".to_owned(), 0)]);
        places.acknowledge();
        assert!(places.unsaved().is_empty());
        let rest: Vec<String> = places.take(9).into_iter().map(|record| record.origin).collect();
        assert_eq!(rest, ["t/1@7"]);
        places.push(fetched(0, 9));
        assert_eq!(places.load(), (0, 0), "a record that was on its way while the partition went");
    }
}
