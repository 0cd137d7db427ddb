//! Eight audit processes share a group and are killed again and again, while events come, come again, and one record in
//! a hundred is none; half-way the group is set back to where it began. The log is complete, in order and free of repeats,
//! and each bad record is a dead letter.
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
use crate::kit::postgres::Database;
use crate::kit::program::{Running, Scratch};

const CONSUMERS: usize = 8;
/// Four for each of them.
const PARTITIONS: i32 = 32;
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

/// Kills each of them so often, and sets their group back half-way, once so many events are audited. How many records it
/// had read by then.
async fn kill_in_turn(load: &Load, consumers: &mut [Running], restarts: u64, audited: i64) -> i64 {
    let (mut dice, mut rewound) = (Dice::seeded(11), 0);
    for round in 0..restarts {
        if round == restarts / 2 {
            rewound = rewind(load, consumers, audited).await;
        }
        for consumer in &mut *consumers {
            sleep(Duration::from_millis(200 + dice.below(1_200))).await;
            consumer.kill().await;
            *consumer = start(load, "audit");
        }
    }
    rewound
}

/// As an operator does: all of them are ended first.
async fn rewind(load: &Load, consumers: &mut [Running], audited: i64) -> i64 {
    let real = load.real.as_ref().expect("real stores");
    let (mut reader, began) = (real.reader().await, Instant::now());
    while count(&mut reader, "SELECT count(*) FROM audit_log").await < audited {
        assert!(began.elapsed() < PATIENCE, "{audited} events are never audited");
        sleep(Duration::from_millis(100)).await;
    }
    for consumer in &mut *consumers {
        consumer.terminate().await;
    }
    let rewound = real.cluster.rewind("audit").await;
    consumers.iter_mut().for_each(|consumer| *consumer = start(load, "audit"));
    rewound
}

async fn count(reader: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(reader).await.expect("a count")
}

/// What came of it.
#[derive(Debug)]
struct Verdict {
    /// Records that came again because the group was set back.
    rewound: i64,
    good: i64,
    poison: i64,
    audited: i64,
    /// Streams with holes or repeats.
    torn: i64,
    /// Rows that do not follow the one before.
    disordered: i64,
    letters: i64,
}

async fn judged(reader: &mut PgConnection, good: i64, poison: i64) -> Verdict {
    let torn = "SELECT count(*) FROM (SELECT id, count(*) n, count(DISTINCT version) v, min(version) a, max(version) z
        FROM audit_log GROUP BY id) s WHERE n <> v OR a <> 1 OR z <> n";
    let disordered =
        "SELECT count(*) FROM (SELECT version, lag(version, 1, 0::bigint) OVER (PARTITION BY id ORDER BY row)
        AS before FROM audit_log) s WHERE version <> before + 1";
    Verdict {
        rewound: 0,
        good,
        poison,
        audited: count(reader, "SELECT count(*) FROM audit_log").await,
        torn: count(reader, torn).await,
        disordered: count(reader, disordered).await,
        letters: count(reader, "SELECT count(*) FROM dead_letters").await,
    }
}

/// Publishes, kills, waits until everything could be there, and judges.
async fn experiment(load: &Load, messages: u64, restarts: u64) -> Verdict {
    let began = Instant::now();
    let real = load.real.as_ref().expect("real stores");
    let mut consumers: Vec<Running> = (0..CONSUMERS).map(|_| start(load, "audit")).collect();
    let (records, poison) = records(messages);
    let good = i64::try_from(records.len() - poison).expect("few");
    let poison = i64::try_from(poison).expect("few");
    let publishing = publish_with_repeats(&real.cluster, &records, &load.over);
    let (again, rewound) = tokio::join!(publishing, kill_in_turn(load, &mut consumers, restarts, good / 4));
    let mut reader = real.reader().await;
    let (killed, mut verdict) = (Instant::now(), judged(&mut reader, good, poison).await);
    while killed.elapsed() < PATIENCE && (verdict.audited < good || verdict.letters < poison) {
        sleep(Duration::from_millis(100)).await;
        verdict = judged(&mut reader, good, poison).await;
    }
    verdict.rewound = rewound;
    note(&format!(
        "redelivery: {again} events come again; {CONSUMERS} consumers killed {} times; {verdict:?}, {:.1} s",
        restarts * CONSUMERS as u64,
        began.elapsed().as_secs_f32()
    ));
    verdict
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_that_are_killed_again_and_again_audit_everything_once_and_bury_what_is_poison() {
    let real = Real::with_topics(Cluster::of_partitions(PARTITIONS).await).await;
    let load = Load::on(real, Scratch::new()).await;
    let verdict = experiment(&load, size("MESSAGES", 5_000), size("CONSUMER_RESTARTS", 2)).await;
    assert_eq!((verdict.audited, verdict.torn, verdict.disordered), (verdict.good, 0, 0), "{verdict:?}");
    assert_eq!(verdict.letters, verdict.poison, "{verdict:?}");
    assert!(verdict.rewound > 0, "an experiment in which nothing goes wrong proves nothing: {verdict:?}");
}

/// What was audited is the inbox of this consumer, and the log's keys guard it: without both, repetitions are rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_without_an_inbox_are_found_out() {
    let database = Database::migrated().await;
    let keys = "ALTER TABLE audit_log DROP CONSTRAINT audit_log_event_id_key;
        ALTER TABLE audit_log DROP CONSTRAINT audit_log_id_version_reminder_key";
    database.sql(keys).await.expect("dropped");
    let scratch = Scratch::new().with("FAILPOINTS", "audit.without_inbox=return");
    let load = Load::on(Real::with_database(&database.url()).await, scratch).await;
    let verdict = experiment(&load, 1_000, 0).await;
    assert!(verdict.torn > 0 && verdict.disordered > 0, "the experiment is blind: {verdict:?}");
}
