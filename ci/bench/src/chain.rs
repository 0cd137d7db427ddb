//! The shortest way from a command to a row that was written because of it: commit, produce without lingering, consume,
//! commit. One thread per half, as small as it can be.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, query};

use crate::tally::Tally;
use crate::{kafka, payload, runtime};

const TABLES: &str = "DROP TABLE IF EXISTS raw_task, raw_outbox, raw_audit;
    CREATE TABLE raw_task (id bigint PRIMARY KEY, doc text NOT NULL);
    CREATE TABLE raw_outbox (position bigserial PRIMARY KEY, payload text NOT NULL);
    CREATE TABLE raw_audit (id bigint PRIMARY KEY, payload text NOT NULL)";

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many, how often, and between what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// A database in which tables `raw_…` may be made.
    #[arg(long)]
    url: String,
    /// Host and port of a broker.
    #[arg(long)]
    broker: String,
    /// The topic; it is made.
    #[arg(long, default_value = "raw-chain")]
    topic: String,
    /// A file with what a message carries.
    #[arg(long)]
    payload: PathBuf,
    /// How many a second.
    #[arg(long)]
    rate: f64,
    /// How long.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

/// Runs the chain.
pub(crate) fn run(options: &Options) -> Result<Value> {
    let payload = payload(&options.payload)?;
    kafka::make(&options.broker, &options.topic)?;
    let producer: BaseProducer = kafka::settings(&options.broker).set("linger.ms", "0").create()?;
    producer.send(BaseRecord::to(&options.topic).key("0").payload("first")).map_err(|(error, _)| error)?;
    producer.flush(PATIENCE)?;
    let consumer = at_the_end(options)?;
    runtime()?.block_on(async { PgConnection::connect(&options.url).await?.execute(TABLES).await })?;
    let count = (options.rate * options.seconds).ceil() as i64;
    let began = Instant::now();
    let url = options.url.clone();
    let second = std::thread::spawn(move || consume(&consumer, &url, count));
    let begun = produce(options, &producer, &payload, count, began)?;
    let ended = second.join().map_err(|_| anyhow::anyhow!("the second half panicked"))??;
    let mut tally = Tally::default();
    begun.into_iter().zip(ended).for_each(|(begun, ended)| tally.done(ended - begun));
    Ok(tally.told(began.elapsed()))
}

/// A consumer that gives what comes from now on.
fn at_the_end(options: &Options) -> Result<BaseConsumer> {
    let mut settings = kafka::settings(&options.broker);
    settings.set("group.id", "raw-chain").set("fetch.wait.max.ms", "100").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = settings.create()?;
    let metadata = consumer.fetch_metadata(Some(&options.topic), PATIENCE)?;
    let mut places = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        let (_, end) = consumer.fetch_watermarks(&options.topic, partition.id(), PATIENCE)?;
        places.add_partition_offset(&options.topic, partition.id(), Offset::Offset(end))?;
    }
    consumer.assign(&places)?;
    Ok(consumer)
}

/// The first half: commit, then produce. When each began.
fn produce(
    options: &Options,
    producer: &BaseProducer,
    payload: &str,
    count: i64,
    from: Instant,
) -> Result<Vec<Instant>> {
    let runtime = runtime()?;
    let mut connection = runtime.block_on(PgConnection::connect(&options.url))?;
    let mut begun = Vec::new();
    for nth in 0..count {
        let due = from + Duration::from_secs_f64(nth as f64 / options.rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        begun.push(Instant::now());
        runtime.block_on(commit(&mut connection, nth, payload))?;
        let key = nth.to_string();
        producer.send(BaseRecord::to(&options.topic).key(&key).payload(payload)).map_err(|(error, _)| error)?;
        producer.poll(Duration::ZERO);
    }
    producer.flush(PATIENCE)?;
    Ok(begun)
}

async fn commit(connection: &mut PgConnection, nth: i64, payload: &str) -> Result<()> {
    let mut transaction = connection.begin().await?;
    query("INSERT INTO raw_task VALUES ($1, $2)").bind(nth).bind(payload).execute(&mut *transaction).await?;
    query("INSERT INTO raw_outbox (payload) VALUES ($1)").bind(payload).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The second half: consume, then commit. When each was durable, in the order of the keys.
fn consume(consumer: &BaseConsumer, url: &str, count: i64) -> Result<Vec<Instant>> {
    let runtime = runtime()?;
    let mut connection = runtime.block_on(PgConnection::connect(url))?;
    let mut ended = vec![None; usize::try_from(count)?];
    for _ in 0..count {
        let message = consumer.poll(PATIENCE).context("nothing came")??;
        let key = std::str::from_utf8(message.key().context("no key")?)?.parse::<i64>()?;
        let payload = std::str::from_utf8(message.payload().context("no payload")?)?;
        let insert = query("INSERT INTO raw_audit VALUES ($1, $2) ON CONFLICT DO NOTHING").bind(key).bind(payload);
        runtime.block_on(insert.execute(&mut connection))?;
        ended[usize::try_from(key)?] = Some(Instant::now());
    }
    ended.into_iter().map(|at| at.context("a message is missing")).collect()
}
