//! The topics: made where they are missing, looked at where they are there.

use std::sync::Arc;
use std::time::Duration;

use domain::event::Topic;
use domain::ports::error::PortError;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::{Metadata, MetadataTopic};

use crate::config::KafkaConfig;
use crate::context::Voice;
use crate::error::{away, blocking, broken, failed, unmade};

/// How long a question to the cluster may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look whether a new topic is there.
const AGAIN: Duration = Duration::from_millis(100);
/// On how many brokers a record lies, if there are as many.
const REPLICAS: usize = 3;
/// How long events stay: the audit log is the archive.
const WEEK: &str = "604800000";
/// How long dead letters stay.
const MONTH: &str = "2592000000";

/// A topic as it should be.
struct Wanted {
    name: String,
    partitions: i32,
    settings: Vec<(&'static str, &'static str)>,
}

/// The topics of one configuration, as they stand in their cluster.
pub struct Topics {
    admin: Arc<AdminClient<Voice>>,
    wanted: Vec<Wanted>,
}

impl Topics {
    /// Those that this configuration names; nobody is asked yet.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub fn of(config: &KafkaConfig) -> Result<Self, PortError> {
        let admin = config.client("admin").create_with_context(Voice).map_err(unmade)?;
        Ok(Self { admin: Arc::new(admin), wanted: wanted(config) })
    }

    /// The names of those that are not there.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn missing(&self) -> Result<Vec<String>, PortError> {
        let there = metadata(&self.admin).await?;
        Ok(self.absent(&there).map(|topic| topic.name.clone()).collect())
    }

    /// Makes those that are not there. Gives their names.
    ///
    /// # Errors
    /// When the cluster does not answer, or does not let us make a topic.
    pub async fn make(&self) -> Result<Vec<String>, PortError> {
        let before = metadata(&self.admin).await?;
        let missing: Vec<&Wanted> = self.absent(&before).collect();
        make(&self.admin, &missing, before.brokers().len().clamp(1, REPLICAS)).await?;
        await_leaders(&self.admin, &missing).await?;
        Ok(missing.into_iter().map(|topic| topic.name.clone()).collect())
    }

    /// What is unsafe about those that are there, whoever made them, in words for the log.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn warnings(&self) -> Result<Vec<String>, PortError> {
        let there = metadata(&self.admin).await?;
        let present: Vec<&Wanted> = self.wanted.iter().filter(|topic| find(&there, &topic.name).is_some()).collect();
        let mut warnings = Vec::new();
        for (topic, settings) in present.iter().zip(describe(&self.admin, &present).await?) {
            warnings.extend(find(&there, &topic.name).into_iter().flat_map(|found| look(topic, found, &settings)));
        }
        Ok(warnings)
    }

    fn absent<'a>(&'a self, there: &Metadata) -> impl Iterator<Item = &'a Wanted> {
        self.wanted.iter().filter(|topic| find(there, &topic.name).is_none())
    }
}

/// Makes the topics that are missing. Gives what is unsafe about any of them, in words, for the log.
///
/// # Errors
/// When the cluster does not answer, or does not let us make a topic.
pub async fn ensure_topics(config: &KafkaConfig) -> Result<Vec<String>, PortError> {
    let topics = Topics::of(config)?;
    topics.make().await?;
    topics.warnings().await
}

fn wanted(config: &KafkaConfig) -> Vec<Wanted> {
    let topics = [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates].into_iter();
    let both = topics.flat_map(|topic| [(topic, false), (topic, true)]);
    both.map(|(topic, dead)| {
        let kept = match (topic, dead) {
            (_, true) => [("cleanup.policy", "delete"), ("retention.ms", MONTH)],
            // Deleted tasks are told apart from unknown ones for as long as events stay.
            (Topic::TaskUpdates, false) => [("cleanup.policy", "compact"), ("delete.retention.ms", WEEK)],
            (_, false) => [("cleanup.policy", "delete"), ("retention.ms", WEEK)],
        };
        let mut settings = kept.to_vec();
        settings.push(("unclean.leader.election.enable", "false"));
        // Letters are few, and are read in the order in which they came.
        let partitions = if dead { 1 } else { config.partitions };
        Wanted { name: config.topic(topic, dead), partitions, settings }
    })
    .collect()
}

async fn make(admin: &AdminClient<Voice>, missing: &[&Wanted], replicas: usize) -> Result<(), PortError> {
    if missing.is_empty() {
        return Ok(());
    }
    let new = missing.iter().map(|topic| {
        let copies = TopicReplication::Fixed(i32::try_from(replicas).unwrap_or(1));
        let mut new = NewTopic::new(&topic.name, topic.partitions, copies);
        for (key, value) in &topic.settings {
            new = new.set(key, value);
        }
        if replicas >= REPLICAS { new.set("min.insync.replicas", "2") } else { new }
    });
    let new: Vec<NewTopic<'_>> = new.collect();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE));
    for made in admin.create_topics(&new, &options).await.map_err(|error| failed(&error))? {
        match made {
            // Another process was quicker.
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => return Err(broken(format!("cannot make the topic {name}: {code}"))),
        }
    }
    Ok(())
}

/// A topic that was just made is there once each of its partitions has a leader.
async fn await_leaders(admin: &Arc<AdminClient<Voice>>, made: &[&Wanted]) -> Result<(), PortError> {
    let led = |topic: &MetadataTopic| topic.partitions().iter().all(|partition| partition.leader() >= 0);
    for _ in 0..PATIENCE.as_millis() / AGAIN.as_millis() {
        let now = metadata(admin).await?;
        if made.iter().all(|topic| find(&now, &topic.name).is_some_and(led)) {
            return Ok(());
        }
        tokio::time::sleep(AGAIN).await;
    }
    Err(away("a new topic has no leader yet"))
}

async fn metadata(admin: &Arc<AdminClient<Voice>>) -> Result<Metadata, PortError> {
    let admin = Arc::clone(admin);
    let asked = blocking(PATIENCE + PATIENCE, move || admin.inner().fetch_metadata(None, PATIENCE)).await?;
    asked.map_err(|error| failed(&error))
}

fn find<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a MetadataTopic> {
    metadata.topics().iter().find(|topic| topic.name() == name && !topic.partitions().is_empty())
}

async fn describe(admin: &AdminClient<Voice>, topics: &[&Wanted]) -> Result<Vec<ConfigResource>, PortError> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<_> = topics.iter().map(|topic| ResourceSpecifier::Topic(&topic.name)).collect();
    let options = AdminOptions::new().request_timeout(Some(PATIENCE));
    let answers = admin.describe_configs(&asked, &options).await.map_err(|error| failed(&error))?;
    answers.into_iter().collect::<Result<_, _>>().map_err(away)
}

/// What is unsafe about a topic that is there.
fn look(wanted: &Wanted, there: &MetadataTopic, settings: &ConfigResource) -> Vec<String> {
    let name = &wanted.name;
    let setting = |key: &str| settings.get(key).and_then(|entry| entry.value.as_deref()).unwrap_or_default();
    let copies = there.partitions().iter().map(|partition| partition.replicas().len()).min().unwrap_or_default();
    let partitions = there.partitions().len();
    let insync = setting("min.insync.replicas").parse().unwrap_or(1);
    let mut found = Vec::new();
    if copies < 2 {
        found.push(format!("{name}: replication factor {copies}: a lost disk loses events"));
    } else if insync < 2 {
        found.push(format!("{name}: min.insync.replicas {insync}: what one broker alone has taken can be lost"));
    } else if insync >= copies {
        found.push(format!("{name}: min.insync.replicas {insync} of {copies}: one broker away stops publishing"));
    }
    if setting("unclean.leader.election.enable") == "true" {
        found.push(format!(
            "{name}: unclean.leader.election.enable: a broker that lags may become leader and lose events"
        ));
    }
    if partitions < usize::try_from(wanted.partitions).unwrap_or_default() {
        found.push(format!("{name}: {partitions} partitions, expected {}", wanted.partitions));
    }
    for (key, expected) in
        wanted.settings.iter().filter(|(key, _)| key.starts_with("cleanup") || *key == "retention.ms")
    {
        found.extend(differs(name, key, setting(key), expected));
    }
    found
}

fn differs(name: &str, key: &str, is: &str, expected: &str) -> Option<String> {
    let longer = key == "retention.ms" && is.parse::<i64>().is_ok_and(|is| is < 0 || Some(is) >= expected.parse().ok());
    (is != expected && !longer).then(|| format!("{name}: {key} {is}, expected {expected}"))
}
