//! Eight audit processes share a group and are killed again and again, while events come, come again, and one record in
//! a hundred is none: the log is complete, in order and free of repeats, and each bad record is a dead letter.
//!
//! `MESSAGES` sets how many events, `CONSUMER_RESTARTS` how often each process is killed.

use std::time::{Duration, Instant};

use domain::event::Topic;
use domain::ports::bus::Message;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::time::sleep;

use super::fleet::start;
use super::load::Load;
use super::real::Real;
use super::{note, size};
use crate::kit::dice::Dice;
use crate::kit::kafka::Cluster;
use crate::kit::program::{Running, Scratch};

const CONSUMERS: usize = 8;
const VERSIONS: u64 = 10;
/// How many records are published at once.
const BATCH: usize = 200;
const PATIENCE: Duration = Duration::from_secs(120);

/// Key and payload.
type Records = Vec<(String, String)>;

fn event(sample: &Value, stream: u64, version: u64) -> (String, String) {
    let id = format!("019cb9a2-3c00-7000-8001-{:012}", stream * VERSIONS + version);
    let task = format!("019cb9a2-3c00-7000-8000-{stream:012}");
    let mut event = sample.clone();
    (event["id"], event["subject"], event["data"]["version"]) = (json!(id), json!(task), json!(version));
    (event["data"]["task"]["id"], event["data"]["task"]["version"]) = (json!(task), json!(version));
    (task, event.to_string())
}

/// Streams side by side, each in its order; every hundredth record is poison.
fn records(messages: u64) -> (Records, usize) {
    let sample = std::fs::read("../contracts/samples/TASK_UPDATED.json").expect("a sample");
    let sample: Value = serde_json::from_slice(&sample).expect("JSON");
    let mut all = Records::new();
    for version in 1..=VERSIONS {
        all.extend((0..messages / VERSIONS).map(|stream| event(&sample, stream, version)));
    }
    let poison = all.len() / 100;
    for nth in 0..poison {
        let text = if nth % 2 == 0 { "no event".to_owned() } else { json!({"specversion": "1.0"}).to_string() };
        all.insert(nth * 100, (format!("poison-{nth}"), text));
    }
    (all, poison)
}

async fn publish(cluster: &Cluster, records: &[(String, String)]) {
    for batch in records.chunks(BATCH) {
        let messages: Vec<_> =
            batch.iter().map(|(key, payload)| Message::new(Topic::TaskEvents, key, payload)).collect();
        assert_eq!(cluster.publish(&messages).await, []);
    }
}

/// All of it, with what came before the middle again in between, as after a failure of the relay.
async fn publish_with_repeats(cluster: &Cluster, records: &[(String, String)], over: &std::cell::Cell<bool>) -> usize {
    let good: Records = records.iter().filter(|(key, _)| !key.starts_with("poison")).cloned().collect();
    let (half, quarter) = (records.len() / 2, good.len() / 4);
    publish(cluster, &records[..half]).await;
    publish(cluster, &good[..quarter]).await;
    publish(cluster, &records[half..]).await;
    publish(cluster, &good[quarter..2 * quarter]).await;
    over.set(true);
    2 * quarter
}

async fn kill_in_turn(load: &Load, consumers: &mut [Running], restarts: u64) {
    let mut dice = Dice::seeded(11);
    for _ in 0..restarts {
        for consumer in &mut *consumers {
            sleep(Duration::from_millis(200 + dice.below(1_200))).await;
            consumer.kill().await;
            *consumer = start(load, "audit");
        }
    }
}

async fn count(reader: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(reader).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_that_are_killed_again_and_again_audit_everything_once_and_bury_what_is_poison() {
    let (messages, restarts, began) = (size("MESSAGES", 5_000), size("CONSUMER_RESTARTS", 2), Instant::now());
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let cluster = &load.real.as_ref().expect("real stores").cluster;
    let mut consumers: Vec<Running> = (0..CONSUMERS).map(|_| start(&load, "audit")).collect();
    let (records, poison) = records(messages);
    let good = i64::try_from(records.len() - poison).expect("few");
    let publishing = publish_with_repeats(cluster, &records, &load.over);
    let (again, ()) = tokio::join!(publishing, kill_in_turn(&load, &mut consumers, restarts));
    let mut reader = load.real.as_ref().expect("real stores").reader().await;
    let killed = Instant::now();
    let letters = "SELECT count(*) FROM dead_letters";
    while killed.elapsed() < PATIENCE
        && (count(&mut reader, "SELECT count(*) FROM audit_log").await < good
            || count(&mut reader, letters).await < i64::try_from(poison).expect("few"))
    {
        sleep(Duration::from_millis(100)).await;
    }
    let audited = count(&mut reader, "SELECT count(*) FROM audit_log").await;
    let streams =
        "SELECT count(*) FROM (SELECT id, count(*) n, count(DISTINCT version) v, min(version) a, max(version) z
        FROM audit_log GROUP BY id) s WHERE n <> v OR a <> 1 OR z <> n";
    let disorder =
        "SELECT count(*) FROM (SELECT version, lag(version, 1, 0::bigint) OVER (PARTITION BY id ORDER BY row)
        AS before FROM audit_log) s WHERE version <> before + 1";
    note(&format!(
        "redelivery: {good} events, {again} of them again, {poison} poison; {CONSUMERS} consumers killed {} times; \
         {audited} audited, {} letters, {:.1} s",
        restarts * CONSUMERS as u64,
        count(&mut reader, letters).await,
        began.elapsed().as_secs_f32()
    ));
    assert_eq!(audited, good);
    assert_eq!(count(&mut reader, streams).await, 0, "streams with holes or repeats");
    assert_eq!(count(&mut reader, disorder).await, 0, "rows out of order");
    assert_eq!(count(&mut reader, letters).await, i64::try_from(poison).expect("few"));
}
