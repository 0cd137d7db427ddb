//! A restore while the events went over Kafka: what was published and not yet consumed at the time of the backup.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use crate::kit::kafka::Cluster;
use crate::kit::postgres::Database;
use crate::kit::program::{PATIENCE, Scratch, Server};

async fn count(reader: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(reader).await.expect("a count")
}

const AUDITED: &str = "SELECT count(*) FROM audit_log";
const UNPUBLISHED: &str = "
    SELECT count(*) FROM outbox WHERE position > coalesce((SELECT position FROM cursors WHERE consumer = 'relay'), 0)";
const DISPLACED: &str = "SELECT count(*) FROM dead_letters WHERE consumer = 'audit' AND origin LIKE '%displaced'";
const UNAUDITED: &str = "
    SELECT count(*) FROM outbox o WHERE NOT EXISTS
        (SELECT FROM audit_log a WHERE a.event_id = (o.payload::json ->> 'id')::uuid)";

/// Waits until the answer is this.
async fn becomes(database: &Database, sql: &'static str, wanted: i64) {
    let mut reader = database.role("taskbot_relay").await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut found = count(&mut reader, sql).await;
    while found != wanted && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
        found = count(&mut reader, sql).await;
    }
    assert_eq!(found, wanted, "{sql}");
    reader.close().await.expect("closed");
}

/// A database of this test's own, topics too, and programs that use them.
async fn scratch() -> (Database, Scratch) {
    let (database, cluster) = (Database::migrated().await, Cluster::shared().await);
    let kafka = &cluster.config;
    let scratch = Scratch::new()
        .with("TASKBOT_DATABASE_URL", &database.url())
        .with("TASKBOT_MIGRATE__DATABASE_URL", &database.owner_url())
        .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", kafka.brokers))
        .with("TASKBOT_KAFKA__TOPIC_PREFIX", &kafka.topic_prefix)
        .with("TASKBOT_KAFKA__GROUP_PREFIX", &kafka.group_prefix);
    (database, scratch)
}

/// Makes a task.
async fn make(server: &Server, token: &str, title: &str) {
    titled(title, || server.request(Method::POST, "/api/v1/tasks", token)).await;
}

/// Gives the first task, of which there is one version, another title.
async fn rename(server: &Server, token: &str, title: &str) {
    titled(title, || server.request(Method::PATCH, "/api/v1/tasks/1", token).header("if-match", "\"1\"")).await;
}

/// Writes a title; on a busy machine an answer may have to be asked for again.
async fn titled(title: &str, request: impl Fn() -> RequestBuilder) {
    for _ in 0..60 {
        let request = request().header("idempotency-key", title.replace(' ', "-")).json(&json!({ "title": title }));
        let answer = request.timeout(PATIENCE).send().await.expect("an answer");
        match answer.status().as_u16() {
            200 | 201 => return,
            503 => tokio::time::sleep(Duration::from_millis(500)).await,
            other => panic!("{other}: {}", answer.text().await.expect("a body")),
        }
    }
    panic!("{title} was never written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_published_and_not_audited_at_the_time_of_the_backup_is_audited_after_a_restore() {
    let (database, scratch) = scratch().await;
    let token = scratch.token("ana").await;
    let mut writing = scratch.serve_as("gateway,bot,relay").await;
    for number in 1..=6 {
        make(&writing, &token, &format!("task {number}")).await;
    }
    becomes(&database, UNPUBLISHED, 0).await;
    assert!(writing.program.terminate().await.success());
    assert!(scratch.run(&["backup", "backup.json"], "").await.status.success());

    let mut auditing = scratch.serve_as("audit").await;
    becomes(&database, AUDITED, 6).await;
    assert!(auditing.program.terminate().await.success());

    database.sql("DROP SCHEMA taskbot CASCADE").await.expect("lost");
    let restored = scratch.run(&["restore", "backup.json"], "").await;
    assert!(restored.status.success(), "{}\n{}", restored.out, restored.err);
    let mut all = scratch.serve().await;
    make(&all, &token, "after the restore").await;
    becomes(&database, UNAUDITED, 0).await;
    becomes(&database, AUDITED, 7).await;
    assert!(all.program.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_after_a_restore_under_a_version_that_was_audited_before_is_a_dead_letter() {
    let (database, scratch) = scratch().await;
    let token = scratch.token("ana").await;
    let mut writing = scratch.serve_as("gateway,bot,relay").await;
    make(&writing, &token, "task").await;
    becomes(&database, UNPUBLISHED, 0).await;
    assert!(writing.program.terminate().await.success());
    assert!(scratch.run(&["backup", "backup.json"], "").await.status.success());

    let mut writing = scratch.serve_as("gateway,bot,relay").await;
    rename(&writing, &token, "before the loss").await;
    becomes(&database, UNPUBLISHED, 0).await;
    assert!(writing.program.terminate().await.success());
    database.sql("DROP SCHEMA taskbot CASCADE").await.expect("lost");
    let restored = scratch.run(&["restore", "backup.json"], "").await;
    assert!(restored.status.success(), "{}\n{}", restored.out, restored.err);

    let mut auditing = scratch.serve_as("audit").await;
    becomes(&database, AUDITED, 2).await;
    assert!(auditing.program.terminate().await.success());
    let mut all = scratch.serve().await;
    rename(&all, &token, "after the restore").await;
    becomes(&database, DISPLACED, 1).await;
    becomes(&database, AUDITED, 2).await;
    assert!(all.program.terminate().await.success());
}
