//! The same on PostgreSQL, in the words of the program.

use super::history::{KEY, session};
use super::{says_so, verdict};
use crate::kit::postgres::Database;
use crate::kit::program::Scratch;

/// A row of somebody's own, as if it were of a task of its own.
const FORGED: &str = "
    INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
    OVERRIDING SYSTEM VALUE SELECT 1000, gen_random_uuid(), gen_random_uuid(), subject, actor, 1, time, reminder, type,
        tenant, digest FROM audit_log WHERE row = 1;";

/// One that has the number of another, which lies behind it afterwards.
const BORROWED: &str = "
    ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey;
    INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
    OVERRIDING SYSTEM VALUE SELECT 2, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), actor, 1, time, reminder,
        type, tenant, digest FROM audit_log WHERE row = 1;
    UPDATE audit_log a SET actor = actor FROM audit_content c
        WHERE a.row = 2 AND c.row = 2 AND strpos(c.payload, a.event_id::text) > 0;";

/// What an owner does, and what a line of the verdict says then, with anything at each `…`.
const TAMPERINGS: [(&str, &str); 7] = [
    ("UPDATE audit_log SET actor = subject WHERE row = 3", "row 3 (seal … of console) has another actor than"),
    ("DELETE FROM audit_log WHERE row = 2", "row 2 (seal … of console) is gone from the log"),
    ("DELETE FROM audit_content WHERE row = 1", "row 1 (seal … of console) has lost its content, and no act"),
    ("$FORGED", "row 1000 (of console) stands in the log, and nothing sealed it"),
    (
        "$FORGED INSERT INTO audit_unsealed (row) VALUES (1000)",
        "row 1000 (of console) is of an event that the outbox, which holds all of that time, does not know",
    ),
    ("$BORROWED", "row 2 (seal … of console) stands in the log more than once"),
    (
        "DELETE FROM audit_content WHERE row = 1; INSERT INTO acts (actor, doc) SELECT actor, json_build_object(
            'actor', actor, 'action', 'audit.erased', 'subject', 'ben', 'at', '2026-03-04T15:00:00Z',
            'detail', json_build_object('rows', ARRAY[1])) FROM audit_log WHERE row = 1",
        "row 1 (seal … of console) has lost its content, and the act that names it is no good",
    ),
];

fn on(database: &Database) -> Scratch {
    Scratch::new().with("TASKBOT_DATABASE_URL", &database.url())
}

#[tokio::test]
async fn whoever_owns_a_postgres_and_changes_its_log_is_found_and_the_row_named() {
    let database = Database::migrated().await;
    let scratch = on(&database);
    let tokens = [scratch.token("ana").await];
    session(&scratch, &tokens, "first").await;
    let (good, text) = verdict(&scratch).await;
    assert!(good && text.contains(" 0 not sealed yet"), "{text}");
    for (tampering, says) in TAMPERINGS {
        let copy = database.copy().await;
        for table in ["audit_log", "audit_content"] {
            let bare = format!("ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY");
            copy.sql(&bare).await.expect("an owner may");
        }
        copy.sql(&tampering.replace("$FORGED", FORGED).replace("$BORROWED", BORROWED)).await.expect("done");
        // Else the start would say so.
        copy.sql("ALTER TABLE audit_log FORCE ROW LEVEL SECURITY").await.expect("an owner may");
        let (good, text) = verdict(&on(&copy)).await;
        assert!(!good && says_so(&text, says), "{tampering}: expected “{says}”, got:\n{text}");
    }
    let null = "UPDATE audit_content SET payload = payload || chr(0) WHERE row = 2";
    let refused = database.sql(null).await.expect_err("no text of PostgreSQL holds it");
    assert!(refused.to_string().contains("null character not permitted"), "{refused}");
}

#[tokio::test]
async fn an_old_backup_of_a_postgres_is_found_by_a_checkpoint() {
    let database = Database::migrated().await;
    let scratch =
        on(&database).with("TASKBOT_AUDIT__CHECKPOINTS", "checkpoints").with("TASKBOT_AUDIT__SIGNING_KEY", KEY);
    let tokens = [scratch.token("ana").await];
    session(&scratch, &tokens, "first").await;
    let old = database.copy().await;
    session(&scratch, &tokens, "second").await;
    assert!(verdict(&scratch).await.0);
    let scratch = scratch.with("TASKBOT_DATABASE_URL", &old.url());
    let (good, text) = verdict(&scratch).await;
    assert!(!good && text.contains("is known from a checkpoint and not there: cut off, or an old copy"), "{text}");
}
