//! What librdkafka brings to a broker, as safely as the relay does: `acks=all`, idempotent.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

use crate::tally::Tally;
use crate::{payload, runtime};

/// How long the last acknowledgement may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// As many as the program's own topics have.
const PARTITIONS: i32 = 12;

/// How many messages, and where to.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Host and port of a broker.
    #[arg(long)]
    broker: String,
    /// The topic; it is made.
    #[arg(long, default_value = "raw-events")]
    topic: String,
    /// A file with what a message carries.
    #[arg(long)]
    payload: PathBuf,
    /// How many messages.
    #[arg(long, default_value_t = 100_000)]
    count: u64,
}

/// The settings of every producer here.
pub(crate) fn settings(broker: &str) -> ClientConfig {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", broker).set("acks", "all").set("enable.idempotence", "true");
    settings
}

/// Makes a topic with as many partitions as those of the program, unless it is there.
pub(crate) fn make(broker: &str, topic: &str) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = settings(broker).create()?;
    let topics = [NewTopic::new(topic, PARTITIONS, TopicReplication::Fixed(1))];
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    for made in runtime()?.block_on(admin.create_topics(&topics, &options))? {
        match made {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => bail!("{topic}: {code}"),
        }
    }
    Ok(())
}

/// Sends the messages and waits until the broker has acknowledged each.
pub(crate) fn run(options: &Options) -> Result<Value> {
    let payload = payload(&options.payload)?;
    make(&options.broker, &options.topic)?;
    let producer: BaseProducer = settings(&options.broker).create()?;
    // The connection is made and the topic known before the clock starts.
    send(&producer, &options.topic, "first", &payload)?;
    producer.flush(PATIENCE).context("the broker does not answer")?;
    let began = Instant::now();
    for nth in 0..options.count {
        send(&producer, &options.topic, &format!("{nth:036}"), &payload)?;
    }
    producer.flush(PATIENCE)?;
    let lasted = began.elapsed();
    ensure!(producer.in_flight_count() == 0, "not everything was acknowledged");
    let mut tally = Tally::default();
    (0..options.count).for_each(|_| tally.done(Duration::ZERO));
    Ok(tally.told(lasted))
}

fn send(producer: &BaseProducer, topic: &str, key: &str, payload: &str) -> Result<()> {
    loop {
        match producer.send(BaseRecord::to(topic).key(key).payload(payload)) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                producer.poll(Duration::from_millis(5));
            }
            Err((error, _)) => return Err(error.into()),
        }
    }
}
