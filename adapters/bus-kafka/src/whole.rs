//! Whether a consumer's group has read all that was published, asked from outside.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::event::Topic;
use domain::ports::error::PortError;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};

use crate::config::KafkaConfig;
use crate::context::Voice;
use crate::error::{away, blocking, failed, unmade};
use crate::places::Partition;
use crate::subscription::offsets;

/// How long each question may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How long to wait between two looks.
const AGAIN: Duration = Duration::from_millis(200);

/// Whether a consumer's group has acknowledged all that stood in these topics when this was asked, something at least. What
/// it is just working on is waited for, with patience.
///
/// # Errors
/// When the brokers do not answer, a topic is missing, or the group may not be looked at.
pub async fn has_read_all(
    config: &KafkaConfig,
    consumer: &str,
    topics: &[Topic],
    patience: Duration,
) -> Result<bool, PortError> {
    let mut client = config.client("check");
    client.set("group.id", config.group(consumer));
    let names: Vec<String> = topics.iter().map(|topic| config.topic(*topic, false)).collect();
    blocking(patience + 8 * ANSWER, move || {
        let client: BaseConsumer<Voice> = client.create_with_context(Voice).map_err(unmade)?;
        let partitions = partitions(&client, &names)?;
        reads_all(&client, &partitions, patience).map_err(|error| failed(&error))
    })
    .await?
}

fn partitions(client: &BaseConsumer<Voice>, topics: &[String]) -> Result<TopicPartitionList, PortError> {
    let mut list = TopicPartitionList::new();
    for topic in topics {
        let there = client.fetch_metadata(Some(topic), ANSWER).map_err(|error| failed(&error))?;
        let found = there.topics().iter().find(|found| found.name() == topic && !found.partitions().is_empty());
        let found = found.ok_or_else(|| away(format!("there is no topic {topic}")))?;
        for partition in found.partitions() {
            list.add_partition(topic, partition.id());
        }
    }
    Ok(list)
}

fn reads_all(client: &BaseConsumer<Voice>, partitions: &TopicPartitionList, patience: Duration) -> KafkaResult<bool> {
    let until = Instant::now() + patience;
    let ends = offsets(client, partitions, Offset::End)?;
    // Topics that never held anything were made anew where others were lost.
    if ends.values().all(|end| *end == Offset::Offset(0)) {
        return Ok(false);
    }
    let begins = offsets(client, partitions, Offset::Beginning)?;
    loop {
        let places = client.committed_offsets(partitions.clone(), ANSWER)?.to_topic_map();
        // Where nothing is left to read, nobody needs a place.
        let read = |(partition, end): (&Partition, &Offset)| {
            reaches(&places, partition, *end) || reaches(&begins, partition, *end)
        };
        if ends.iter().all(read) {
            return Ok(are_within(&offsets(client, partitions, Offset::End)?, &places));
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        std::thread::sleep(AGAIN);
    }
}

/// A place behind the end is one in an earlier topic of the same name.
fn are_within(ends: &HashMap<Partition, Offset>, places: &HashMap<Partition, Offset>) -> bool {
    places.iter().all(|(partition, place)| {
        let Offset::Offset(place) = place else { return true };
        reaches(ends, partition, Offset::Offset(*place))
    })
}

/// Whether this partition's place is at least that one.
fn reaches(places: &HashMap<Partition, Offset>, partition: &Partition, least: Offset) -> bool {
    matches!((places.get(partition), least), (Some(Offset::Offset(place)), Offset::Offset(least)) if *place >= least)
}
