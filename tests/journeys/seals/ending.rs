//! A log that lacks its end: nothing within it shows that, and the outbox does, as long as it holds the events.

use serde_json::json;

use super::history::{History, session};
use super::owner::Owner;
use super::{found, says_so, verdict};
use crate::kit::kafka::Cluster;
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;

/// What is said of a log that lacks its end.
const CUT: &str =
    "(of console) event …, version 1 of task/… at …, is in the outbox, was given to the audit, and is not in the log";

/// Takes the last seal of the console away with all that belongs to it, in the words of both databases.
async fn cut(does: impl AsyncFn(String), rows: &str) {
    for table in ["audit_people", "audit_content", "audit_unsealed", "audit_log"] {
        does(format!("DELETE FROM {table} WHERE row IN ({rows})")).await;
    }
    let last = "SELECT max(n) FROM audit_seals WHERE tenant = 'console'";
    does(format!("DELETE FROM audit_seals WHERE tenant = 'console' AND n = ({last})")).await;
}

/// The same of a PostgreSQL.
async fn cut_on(database: &Database) {
    let tables = ["audit_log", "audit_content", "audit_people", "audit_seals"];
    for table in tables {
        let bare = format!("ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY");
        database.sql(&bare).await.expect("an owner may");
    }
    let last = "SELECT unnest(rows) FROM audit_seals WHERE tenant = 'console'
        AND n = (SELECT max(n) FROM audit_seals WHERE tenant = 'console')";
    cut(async |sql| assert!(database.sql(&sql).await.is_ok(), "{sql}"), last).await;
    for table in ["audit_log", "audit_seals"] {
        database.sql(&format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY")).await.expect("an owner may");
    }
}

async fn cut_of(owner: &mut Owner) {
    let rows = owner.seals("console").await.pop().expect("a seal").rows;
    let rows = rows.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let owner = tokio::sync::Mutex::new(owner);
    cut(async |sql| owner.lock().await.does(&sql).await, &rows).await;
}

#[tokio::test]
async fn a_log_that_lacks_its_end_is_found_by_the_outbox_without_checkpoints() {
    let history = History::happens().await;
    found(&history, cut_of, CUT).await;
    let copy = history.copy().with("TASKBOT_AUDIT__CHECKPOINTS", "");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    cut_of(&mut owner).await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(!good && says_so(&text, CUT), "{text}");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    let letters = "INSERT INTO dead_letters (consumer, topic, origin, reason, payload, at)
        SELECT 'audit', topic, 'outbox@' || position, 'none', payload, 0 FROM outbox o
        WHERE NOT EXISTS (SELECT 1 FROM audit_log a WHERE a.event_id = o.event_id)";
    owner.does(letters).await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(good && !text.contains("behind"), "what is set aside is not missing: {text}");
}

#[tokio::test]
async fn an_audit_that_is_behind_is_no_tampering() {
    let history = History::happens().await;
    let copy = history.copy().with("TASKBOT_AUDIT__CHECKPOINTS", "");
    let mut owner = Owner::of(&copy.path("taskbot.db")).await;
    cut_of(&mut owner).await;
    owner.does("UPDATE cursors SET position = 0 WHERE consumer = 'audit'").await;
    owner.leaves().await;
    let (good, text) = verdict(&copy).await;
    assert!(good && says_so(&text, "intact: … the audit is behind by … of the outbox's events, since 20"), "{text}");
}

#[tokio::test]
async fn a_postgres_whose_log_lacks_its_end_is_found_by_the_outbox() {
    let database = Database::migrated().await;
    let scratch = Scratch::new().with("TASKBOT_DATABASE_URL", &database.url());
    let tokens = [scratch.token("ana").await];
    session(&scratch, &tokens, "first").await;
    cut_on(&database).await;
    let (good, text) = verdict(&scratch).await;
    assert!(!good && says_so(&text, CUT), "{text}");
}

/// With a broker between the outbox and the audit, the outbox does not know what the audit was given.
#[tokio::test]
async fn behind_kafka_an_audit_that_is_behind_is_told_from_a_log_that_lacks_its_end() {
    let (database, cluster) = (Database::migrated().await, Cluster::shared().await);
    let scratch = Scratch::new()
        .with("TASKBOT_DATABASE_URL", &database.url())
        .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", cluster.config.brokers))
        .with("TASKBOT_KAFKA__TOPIC_PREFIX", &cluster.config.topic_prefix)
        .with("TASKBOT_KAFKA__GROUP_PREFIX", &cluster.config.group_prefix);
    let tokens = [scratch.token("ana").await];
    session(&scratch, &tokens, "first").await;
    let (good, text) = verdict(&scratch).await;
    assert!(good && !text.contains("behind"), "{text}");

    let whole = database.copy().await;
    cut_on(&database).await;
    let (good, text) = verdict(&scratch).await;
    assert!(!good && says_so(&text, CUT), "{text}");

    let scratch = scratch.with("TASKBOT_DATABASE_URL", &whole.url());
    let behind = "intact: … the audit is behind by 1 of the outbox's events, since 20";
    for roles in ["gateway", "gateway,relay"] {
        let mut server = scratch.serve_as(roles).await;
        if roles == "gateway" {
            server.post(&tokens[0], "/api/v1/tasks", json!({ "title": "late" }), 201).await;
        } else {
            published(&whole).await;
        }
        let (good, text) = verdict(&scratch).await;
        assert!(good && says_so(&text, behind), "{roles}: {text}");
        assert!(server.program.terminate().await.success());
    }
}

/// Waits until the relay has published all.
async fn published(database: &Database) {
    let all = "DO $$ BEGIN ASSERT (SELECT settled FROM cursors WHERE consumer = 'relay') >= (SELECT max(position) FROM outbox); END $$";
    for _ in 0..600 {
        if database.sql(all).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the relay did not come to the end of the outbox");
}
