//! Verifying a log beside a long outbox.

use std::time::Duration;

use domain::ports::seals::Seals as _;

use super::{Database, PATIENCE, migrated, open};

/// Several slices of both; the outbox knows nothing of the seventh row and of the last, and the log nothing of its last two
/// events.
const LONG: &str = "
    ALTER TABLE audit_log NO FORCE ROW LEVEL SECURITY;
    INSERT INTO audit_log (event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
        SELECT md5('event' || n)::uuid, md5('task' || n)::uuid, md5('task' || n)::uuid, md5('ana')::uuid, 1, n, false,
            'TASK_CREATED', 'console', '' FROM generate_series(1, 25000) n;
    ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
    INSERT INTO outbox (created_at, key, topic, payload)
        SELECT n, md5('task' || n)::uuid, 'task-events', md5('event' || n)::uuid || repeat('.', 500)
        FROM generate_series(1, 25002) n WHERE n NOT IN (7, 25000)";

async fn one(database: &Database, sql: &'static str) -> i64 {
    let mut connection = database.role("taskbot_relay").await;
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a number")
}

/// How many temporary files were written on behalf of this database. They are counted when a connection has ended.
async fn temporary_files(database: &Database) -> i64 {
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid()";
    let ended = async {
        while one(database, others).await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("all connections end");
    one(database, "SELECT temp_files FROM pg_stat_database WHERE datname = current_database()").await
}

#[tokio::test]
async fn a_long_outbox_is_compared_with_the_log_without_temporary_files() {
    let scratch = migrated().await;
    scratch.store.close().await;
    scratch.database.alter("SET work_mem = '1MB'").await;
    scratch.database.sql(LONG).await.expect("written");
    let before = temporary_files(&scratch.database).await;
    let store = open(&scratch.database).await;
    let unheard_of = store.at_once().await.expect("the log").unheard_of(100).await.expect("rows");
    assert_eq!(unheard_of, [(7, "console".to_owned()), (25_000, "console".to_owned())]);
    let first = store.at_once().await.expect("the log").unheard_of(1).await.expect("rows");
    assert_eq!(first, [(7, "console".to_owned())]);
    let unlogged = store.at_once().await.expect("the log").unlogged(i64::MIN, 10).await.expect("events");
    assert_eq!(unlogged.len(), 2, "{unlogged:?}");
    let after = store.at_once().await.expect("the log").unlogged(unlogged[0].position, 1).await.expect("events");
    assert_eq!(after, unlogged[1..]);
    store.close().await;
    assert_eq!(temporary_files(&scratch.database).await, before);
}
