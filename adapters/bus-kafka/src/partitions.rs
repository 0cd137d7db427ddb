//! Which partition a key lies in, and whether brokers know a producer there.

use std::collections::{HashMap, HashSet};

use rdkafka::metadata::Metadata;

/// The partitions of all topics, as one producer sees them.
pub(crate) struct Partitions {
    counts: HashMap<String, u32>,
    known: HashMap<String, HashSet<i32>>,
}

/// A message on its way to a partition.
pub(crate) struct Bound {
    /// Its index among those that were given.
    pub(crate) index: usize,
    pub(crate) topic: String,
    pub(crate) partition: i32,
}

impl Partitions {
    /// Of a producer that has sent nothing yet.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let count = |count: usize| u32::try_from(count).ok().filter(|count| *count > 0);
        let topics = metadata.topics().iter();
        let counts = topics.filter_map(|topic| Some((topic.name().to_owned(), count(topic.partitions().len())?)));
        Self { counts: counts.collect(), known: HashMap::new() }
    }

    /// Where a key lies, `None` if there was no such topic when the producer was made.
    pub(crate) fn of_key(&self, topic: &str, key: &str) -> Option<i32> {
        let count = self.counts.get(topic)?;
        i32::try_from((murmur2(key.as_bytes()) & 0x7fff_ffff) % count).ok()
    }

    /// Parts what has to be alone on its way from what may follow it: the first message of each partition where the
    /// producer is not known yet.
    pub(crate) fn strangers(&self, messages: Vec<Bound>) -> (Vec<Bound>, Vec<Bound>) {
        let mut met = HashSet::new();
        let strange = |one: &Bound| !self.known.get(&one.topic).is_some_and(|known| known.contains(&one.partition));
        messages.into_iter().partition(|one| strange(one) && met.insert((one.topic.clone(), one.partition)))
    }

    /// These were acknowledged.
    pub(crate) fn introduce(&mut self, messages: Vec<Bound>) {
        for Bound { topic, partition, .. } in messages {
            self.known.entry(topic).or_default().insert(partition);
        }
    }
}

/// The hash by which Kafka's own clients choose partitions.
fn murmur2(bytes: &[u8]) -> u32 {
    const MIX: u32 = 0x5bd1_e995;
    let scramble = |word: u32| {
        let word = word.wrapping_mul(MIX);
        (word ^ word >> 24).wrapping_mul(MIX)
    };
    let (words, rest) = bytes.as_chunks::<4>();
    let seed = 0x9747_b28c ^ bytes.len() as u32;
    let mut hash = words.iter().fold(seed, |hash, word| hash.wrapping_mul(MIX) ^ scramble(u32::from_le_bytes(*word)));
    if !rest.is_empty() {
        let last = rest.iter().rev().fold(0, |last, byte| last << 8 | u32::from(*byte));
        hash = (hash ^ last).wrapping_mul(MIX);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(MIX);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(index: usize, partition: i32) -> Bound {
        Bound { index, topic: "t".to_owned(), partition }
    }

    fn indexes(messages: &[Bound]) -> Vec<usize> {
        messages.iter().map(|one| one.index).collect()
    }

    #[test]
    fn the_hash_is_that_of_other_clients() {
        // From librdkafka's own tests, which have them from Java.
        let known = [
            ("kafka", 0xd067_cf64),
            ("giberish123456789", 0x8f55_2b0c),
            ("1234", 0x9fc9_7b14),
            ("234", 0xe7c0_09ca),
            ("34", 0x8739_30da),
            ("4", 0x5a4b_5ca1),
            ("", 0x106e_08d9),
        ];
        for (key, hash) in known {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }

    #[test]
    fn the_first_message_of_a_partition_goes_alone_until_it_is_acknowledged() {
        let mut partitions = Partitions { counts: HashMap::new(), known: HashMap::new() };
        let three = || vec![bound(0, 7), bound(1, 7), bound(2, 8)];
        let (first, rest) = partitions.strangers(three());
        assert_eq!((indexes(&first), indexes(&rest)), (vec![0, 2], vec![1]));
        partitions.introduce(vec![bound(0, 7)]);
        let (first, rest) = partitions.strangers(three());
        assert_eq!((indexes(&first), indexes(&rest)), (vec![2], vec![0, 1]));
    }
}
