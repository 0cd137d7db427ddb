//! One consumer's place on its topics.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::ports::bus::{Record, Subscription};
use domain::ports::error::PortError;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::bus::Leaving;
use crate::error::{away, blocking, failed};
use crate::fetcher::{Member, Shared};
use crate::places::Partition;

/// How long the group may refuse places while it changes hands, and counting what waits may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long saving may take before a fresh member is the better one. librdkafka gives up after ten seconds without a
/// coordinator, but not on a request that was on its way when brokers died: that it asks again when they are back, if they
/// ever are, and finishes no rebalance meanwhile.
const STUCK: Duration = Duration::from_secs(20);
/// How far apart two savings are: each is a record that brokers write, and one is enough for all that was acknowledged
/// meanwhile. What was not saved when a member dies comes again.
const APART: Duration = Duration::from_millis(100);
/// How long to wait while the group changes hands.
const AGAIN: Duration = Duration::from_millis(200);

/// A member of a group. Dropping it leaves the group.
pub(crate) struct KafkaSubscription {
    consumer: Arc<BaseConsumer<Member>>,
    shared: Arc<Shared>,
    leaves: Option<(String, oneshot::Receiver<()>)>,
    leaving: Leaving,
    /// Places that are being saved.
    saving: Option<Saving>,
    /// Until when saving may fail because the group changes hands.
    patient: Option<Instant>,
}

/// Places, and whether they could be saved.
type Saved = (Vec<(Partition, i64)>, KafkaResult<()>);
/// What is waited for, but not for ever.
type Saving = JoinHandle<Result<Saved, PortError>>;

impl KafkaSubscription {
    pub(crate) fn new(
        consumer: Arc<BaseConsumer<Member>>,
        shared: Arc<Shared>,
        leaves: (String, oneshot::Receiver<()>),
        leaving: Leaving,
    ) -> Self {
        Self { consumer, shared, leaves: Some(leaves), leaving, saving: None, patient: None }
    }

    /// Until the group has handed out its partitions, to us or to others.
    pub(crate) async fn joined(&self) -> Result<(), PortError> {
        loop {
            self.shared.take(0)?;
            if self.shared.places().joined {
                return Ok(());
            }
            self.shared.news.notified().await;
        }
    }

    /// Begins to save what was acknowledged, after a pause.
    fn save(&mut self, pause: Duration) {
        if self.shared.places().unsaved().is_empty() {
            return;
        }
        let (consumer, shared) = (Arc::clone(&self.consumer), Arc::clone(&self.shared));
        self.saving = Some(tokio::spawn(blocking(STUCK, move || {
            std::thread::sleep(pause);
            // What was revoked meanwhile is no longer ours to save.
            let unsaved = shared.places().unsaved();
            let result = if unsaved.is_empty() { Ok(()) } else { commit(&consumer, &unsaved) };
            (unsaved, result)
        })));
    }

    /// What came of saving; goes on with what was acknowledged meanwhile.
    fn saved(&mut self, saved: Result<Saved, PortError>) -> Result<(), PortError> {
        self.saving = None;
        let done = self.judged(saved);
        if done.is_err() {
            self.shared.places().give_up();
        }
        done
    }

    fn judged(&mut self, saved: Result<Saved, PortError>) -> Result<(), PortError> {
        match saved? {
            (places, Ok(())) => {
                self.shared.places().saved(&places);
                self.patient = None;
                self.save(APART);
            }
            (_, Err(error)) => {
                let until = *self.patient.get_or_insert_with(|| Instant::now() + PATIENCE);
                if !changes_hands(&error) || Instant::now() >= until {
                    return Err(failed(&error));
                }
                self.save(AGAIN);
            }
        }
        Ok(())
    }
}

/// The end of saving; never, if nothing is being saved.
async fn finished(saving: Option<&mut Saving>) -> Result<Saved, PortError> {
    match saving {
        Some(saving) => saving.await.map_err(away)?,
        None => std::future::pending().await,
    }
}

#[async_trait]
impl Subscription for KafkaSubscription {
    async fn next(&mut self, max: usize) -> Result<Vec<Record>, PortError> {
        loop {
            let records = self.shared.take(max)?;
            if !records.is_empty() {
                return Ok(records);
            }
            tokio::select! {
                () = self.shared.news.notified() => {}
                saved = finished(self.saving.as_mut()) => self.saved(saved)?,
            }
        }
    }

    /// The place is saved beside the work on what comes next, which need not wait for the group.
    async fn acknowledge(&mut self) -> Result<(), PortError> {
        self.shared.places().acknowledge();
        match &mut self.saving {
            Some(saving) if saving.is_finished() => {
                let saved = finished(Some(saving)).await;
                self.saved(saved)
            }
            Some(_) => Ok(()),
            None => {
                self.save(Duration::ZERO);
                Ok(())
            }
        }
    }

    async fn lag(&self) -> Result<u64, PortError> {
        let standing = self.shared.places().standing();
        if standing.is_empty() {
            return Ok(0);
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let (consumer, standing) = (Arc::clone(&self.consumer), standing.clone());
            match blocking(PATIENCE + PATIENCE, move || waiting(&consumer, &standing)).await? {
                Ok(count) => return Ok(count),
                Err(error) if moves(&error) && Instant::now() < until => sleep(AGAIN).await,
                Err(error) => return Err(failed(&error)),
            }
        }
    }
}

impl Drop for KafkaSubscription {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some((group, left)) = self.leaves.take() {
            self.leaving.lock().unwrap_or_else(PoisonError::into_inner).insert(group, left);
        }
    }
}

/// Tells the group what was acknowledged.
pub(crate) fn commit(consumer: &BaseConsumer<Member>, places: &[(Partition, i64)]) -> KafkaResult<()> {
    let mut list = TopicPartitionList::with_capacity(places.len());
    for ((topic, number), offset) in places {
        list.add_partition_offset(topic, *number, Offset::Offset(*offset))?;
    }
    consumer.commit(&list, CommitMode::Sync)
}

/// Whether the group is being rebalanced, or made again by brokers that have lost it, after which the same may succeed or
/// no longer be ours.
fn changes_hands(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::RebalanceInProgress
                | Code::IllegalGeneration
                | Code::UnknownMemberId
                | Code::AssignmentLost
                | Code::GroupIdNotFound
        )
    )
}

/// Whether a partition is just getting another leader.
fn moves(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(error.rdkafka_error_code(), Some(Code::NotLeaderForPartition | Code::LeaderNotAvailable))
}

/// How many records stand behind these places.
fn waiting(consumer: &BaseConsumer<Member>, standing: &[(Partition, Option<i64>)]) -> KafkaResult<u64> {
    let all = list(standing.iter().map(|(partition, _)| partition));
    let ends = offsets(consumer, &all, Offset::End)?;
    let unknown = list(standing.iter().filter(|(_, place)| place.is_none()).map(|(partition, _)| partition));
    let (mut saved, mut begins) = (HashMap::new(), HashMap::new());
    if unknown.count() > 0 {
        saved = consumer.committed_offsets(unknown.clone(), PATIENCE)?.to_topic_map();
        begins = offsets(consumer, &unknown, Offset::Beginning)?;
    }
    let number = |map: &HashMap<Partition, Offset>, partition: &Partition| match map.get(partition) {
        Some(Offset::Offset(offset)) => Some(*offset),
        _ => None,
    };
    let behind = standing.iter().map(|(partition, place)| {
        let place = place.or_else(|| number(&saved, partition)).or_else(|| number(&begins, partition));
        let end = number(&ends, partition).unwrap_or_default();
        u64::try_from(end - place.unwrap_or(end)).unwrap_or_default()
    });
    Ok(behind.sum())
}

fn list<'a>(partitions: impl Iterator<Item = &'a Partition>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (topic, number) in partitions {
        list.add_partition(topic, *number);
    }
    list
}

/// Where partitions begin or end now: one question to each broker, which takes these places for times.
pub(crate) fn offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &TopicPartitionList,
    which: Offset,
) -> KafkaResult<HashMap<Partition, Offset>> {
    let mut times = partitions.clone();
    times.set_all_offsets(which)?;
    Ok(consumer.offsets_for_times(times, PATIENCE)?.to_topic_map())
}
