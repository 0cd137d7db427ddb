//! The schema: made by its owner, looked at by everybody who opens it.

use std::time::Duration;

use domain::ports::bus::{Cursor, Outbox};
use domain::ports::inbox::{DeadLetter, Inbox};
use domain::ports::lease::Leases;
use sqlx::{Connection, Executor};
use store_postgres::{Access, OpenError, Options, PostgresStore, migrate};

use super::migrated;
use crate::kit::postgres::Database;
use crate::kit::samples::at;

async fn refused(url: &str) -> OpenError {
    PostgresStore::open(url, Options::default()).await.map(drop).expect_err("refused")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_migrate_at_once_and_again() {
    let database = Database::empty().await;
    let error = refused(&database.url()).await.to_string();
    assert!(error.contains("taskbot migrate") && error.contains("TASKBOT_MIGRATE__DATABASE_URL"), "{error}");
    let url = database.owner_url();
    let migrating = (0..3).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { migrate(&url, None, |_| {}).await })
    });
    for migrating in migrating.collect::<Vec<_>>() {
        migrating.await.expect("a task").expect("migrated");
    }
    let mut steps = Vec::new();
    migrate(&url, None, |step| steps.push(step.to_owned())).await.expect("migrated");
    assert!(steps[0].contains("up to date"), "{steps:?}");
    PostgresStore::open(&database.url(), Options::default()).await.expect("a store");
}

/// As if a step had not been taken yet that changes a table.
const STEP_BACK: &str = "
    ALTER TABLE counters DROP COLUMN spared; DELETE FROM _sqlx_migrations WHERE version = 13";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_waits_for_no_table_for_long_and_names_who_holds_it() {
    let scratch = migrated().await;
    scratch.database.sql(STEP_BACK).await.expect("done");
    let mut holder = scratch.database.role("taskbot_app").await;
    let mut held = holder.begin().await.expect("a transaction");
    held.execute("SELECT FROM counters").await.expect("read");
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *held).await.expect("a number");
    let (told, mut said) = tokio::sync::mpsc::unbounded_channel();
    let url = scratch.database.owner_url();
    let progress = move |step: &str| told.send(step.to_owned()).expect("heard");
    let migrating = tokio::spawn(async move { migrate(&url, None, progress).await });
    let step = said.recv().await.expect("a step");
    assert!(step.contains(&format!("locked by process {pid} (")), "{step}");
    let mut other = scratch.database.role("taskbot_app").await;
    let reads = other.execute("SELECT FROM counters");
    tokio::time::timeout(Duration::from_secs(60), reads).await.expect("nobody is held up for long").expect("read");
    held.rollback().await.expect("let go");
    migrating.await.expect("a task").expect("migrated");
    PostgresStore::open(&scratch.database.url(), Options::default()).await.expect("a store");
}

#[tokio::test]
async fn a_schema_of_another_release_is_refused_in_words() {
    let scratch = migrated().await;
    let (database, url) = (&scratch.database, scratch.database.url());
    let newer = "INSERT INTO _sqlx_migrations VALUES (9999, 'newer', now(), true, '', 0)";
    database.sql(newer).await.expect("inserted");
    let error = refused(&url).await;
    assert!(matches!(&error, OpenError::Newer { found: 9999, .. }) && error.to_string().contains("newer"), "{error}");
    database.sql("DELETE FROM _sqlx_migrations WHERE version > 7").await.expect("deleted");
    let error = refused(&url).await;
    assert!(matches!(error, OpenError::Older { .. }) && error.to_string().contains("has schema 7"), "{error}");
}

#[tokio::test]
async fn a_table_without_its_guard_is_noticed_at_the_start() {
    let scratch = migrated().await;
    scratch.database.sql("ALTER TABLE reminders NO FORCE ROW LEVEL SECURITY").await.expect("altered");
    let error = refused(&scratch.database.url()).await.to_string();
    assert!(error.contains("taskbot_app") && error.contains("reminders"), "{error}");
    scratch.database.sql("ALTER TABLE reminders FORCE ROW LEVEL SECURITY").await.expect("altered");
    scratch.database.sql("CREATE POLICY hole ON canary TO taskbot_app USING (true)").await.expect("made");
    let error = refused(&scratch.database.url()).await.to_string();
    assert!(error.contains("sees tenants that it was not given"), "{error}");
}

/// What opens a table to our roles, and to which.
const OPENED: [(&str, &str); 4] = [
    ("GRANT SELECT ON notes TO taskbot_audit", "taskbot_audit"),
    ("GRANT UPDATE (doc) ON notes TO taskbot_relay", "taskbot_relay"),
    ("GRANT TRUNCATE ON notes TO taskbot_erase, taskbot_app", "taskbot_app, taskbot_erase"),
    (
        "GRANT DELETE ON notes TO PUBLIC",
        "taskbot_app, taskbot_audit, taskbot_backup, taskbot_erase, taskbot_finder, taskbot_relay",
    ),
];

#[tokio::test]
async fn a_table_of_somebody_elses_keeps_nobody_from_starting_unless_our_roles_may_touch_it() {
    let scratch = migrated().await;
    let url = scratch.database.url();
    scratch.database.sql("CREATE TABLE notes (doc text)").await.expect("made");
    PostgresStore::open(&url, Options::default()).await.expect("nobody of ours may touch it").close().await;
    for (open, who) in OPENED {
        scratch.database.sql(open).await.expect("granted");
        let error = refused(&url).await.to_string();
        let says = format!("without forced row-level security: notes (which {who} may touch)");
        assert!(error.contains(&says) && error.contains("REVOKE"), "{open}: {error}");
        let close = "REVOKE ALL ON notes FROM PUBLIC, taskbot_app, taskbot_relay, taskbot_audit, taskbot_erase";
        scratch.database.sql(close).await.expect("revoked");
    }
    PostgresStore::open(&url, Options::default()).await.expect("nor any more").close().await;
}

#[tokio::test]
async fn a_grant_that_is_missing_is_named_at_the_start() {
    let scratch = migrated().await;
    let grants = [
        ("INSERT", "audit_people", "taskbot_audit"),
        ("DELETE", "audit_unsealed", "taskbot_audit"),
        ("UPDATE", "leases", "taskbot_relay"),
        ("INSERT", "outbox", "taskbot_app"),
    ];
    for (privilege, table, role) in grants {
        scratch.database.sql(&format!("REVOKE {privilege} ON {table} FROM {role}")).await.expect("revoked");
        let error = refused(&scratch.database.url()).await.to_string();
        assert!(error.contains(role) && error.contains(&format!("lacks grants: {privilege} {table}")), "{error}");
        scratch.database.sql(&format!("GRANT {privilege} ON {table} TO {role}")).await.expect("granted");
    }
    PostgresStore::open(&scratch.database.url(), Options::default()).await.expect("a store");
}

#[tokio::test]
async fn what_does_not_answer_is_said_without_the_password() {
    for url in ["postgres://ana:secret@127.0.0.1:1/taskbot", "postgres://ana:secret@127.0.0.1:no/taskbot"] {
        let error = refused(url).await.to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_relay_alone_writes_its_place_its_lease_and_what_it_gives_up_on() {
    let scratch = migrated().await;
    let options = Options { access: Access::Relay, ..Options::default() };
    let store = PostgresStore::open(&scratch.database.url(), options).await.expect("a store");
    let lease = store.acquire("relay").await.expect("a lease");
    store.save_cursor("relay", &Cursor::at(3), lease.epoch()).await.expect("saved");
    let letter = DeadLetter {
        id: 0,
        consumer: "relay".to_owned(),
        topic: "task-events".to_owned(),
        origin: "outbox@3".to_owned(),
        reason: "too long".to_owned(),
        payload: "{}".to_owned(),
        at: at(0),
        replayed_at: None,
    };
    for _ in 0..2 {
        store.bury(&letter).await.expect("buried");
    }
    assert_eq!(scratch.store.dead_letters(Some("relay"), 0, 9).await.expect("letters").len(), 1);
}
