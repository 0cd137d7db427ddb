//! The suites on PostgreSQL; and what only PostgreSQL can do.

mod away;
mod begins;
mod groups;
mod leases;
mod narrow;
mod outbox;
mod remembered;
mod schema;
mod tenants;
mod verifying;

use std::sync::Arc;
use std::time::Duration;

use bot::console::ConsoleDirectory;
use domain::access::Principal;
use domain::command::{Command, IdempotencyKey, Request};
use domain::list::List;
use domain::message::ConversationId;
use domain::person::Identity;
use domain::place::Place;
use domain::ports::audit::{AuditEntry, AuditLog};
use domain::ports::bell::Bell;
use domain::ports::error::PortError;
use domain::ports::people::People as _;
use domain::service::Tasks;
use store_postgres::{Options, PostgresStore};

use super::audit::{entries, refuses_to_be_rewritten};
use super::seals::{Tampering, tampering_is_found, what_is_sealed_while_somebody_verifies_is_no_tampering};
use crate::kit::clock::{CountingIds, HandClock};
use crate::kit::postgres::Database;
use crate::kit::samples::{Samples, tenant};
use crate::kit::world::tenant as tenant_of;

mod on_a_server {
    crate::conformance::store::suite!(crate::conformance::postgres::migrated);
    crate::conformance::load::suite!(crate::conformance::postgres::migrated);
    crate::conformance::find::suite!(crate::conformance::postgres::migrated);
    crate::conformance::search::suite!(crate::conformance::postgres::migrated);
    crate::conformance::agenda::suite!(crate::conformance::postgres::migrated);
    crate::conformance::people::suite!(crate::conformance::postgres::migrated);
    crate::conformance::installations::suite!(crate::conformance::postgres::migrated);
    crate::conformance::audit::suite!(crate::conformance::postgres::migrated);
    crate::conformance::seals::suite!(crate::conformance::postgres::migrated);
    crate::conformance::inbox::suite!(crate::conformance::postgres::migrated);
    crate::conformance::outbox::suite!(crate::conformance::postgres::migrated);
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A store, and the database that goes with it.
pub(crate) struct Scratch {
    pub(crate) store: Arc<PostgresStore>,
    pub(crate) database: Database,
}

pub(crate) async fn migrated() -> Scratch {
    let database = Database::migrated().await;
    let store = open(&database).await;
    Scratch { store: Arc::new(store), database }
}

/// Another process on the same database.
async fn open(database: &Database) -> PostgresStore {
    // A busy machine is no reason to fail: what happens at the limits has tests of its own.
    let patient = Options { wait: PATIENCE, patience: PATIENCE, ..Options::default() };
    PostgresStore::open(&database.url(), patient).await.expect("a store")
}

/// The service over a store.
fn service(store: &Arc<PostgresStore>) -> Tasks {
    Tasks {
        store: store.clone(),
        agenda: store.clone(),
        people: store.clone(),
        audit: store.clone(),
        directory: Arc::new(ConsoleDirectory::new(store.clone())),
        clock: Arc::new(HandClock::at("2026-03-04T15:00:00Z")),
        ids: Arc::new(CountingIds::default()),
        bell: Bell::default(),
    }
}

/// Somebody of the console.
async fn known(store: &PostgresStore) -> Principal {
    let identity: Identity = "ana".parse().expect("an identity");
    let person = store.introduce(&identity, Samples::default().person("ana")).await.expect("introduced");
    Principal { person: person.id, tenants: [identity.tenant].into(), operator: false }
}

fn request(who: &Principal, key: Option<IdempotencyKey>, command: Command) -> Request {
    let tenant = tenant_of(who);
    Request {
        principal: who.clone(),
        conversation: ConversationId(format!("{tenant}/test")),
        tenant,
        place: Place::Direct(who.person),
        key,
        said_at: None,
        trace: None,
        role: "bot",
        cause: None,
        command,
    }
}

#[tokio::test]
async fn the_audit_log_refuses_to_be_rewritten() {
    let scratch = migrated().await;
    scratch.database.sql("GRANT taskbot_erase TO CURRENT_USER").await.expect("an owner may");
    let sql = async |statement: &'static str| {
        // Content is erased by the one role that may.
        let role = if statement.starts_with("DELETE FROM audit_content") { "SET ROLE taskbot_erase;" } else { "" };
        scratch.database.sql(&format!("{role}{statement}")).await
    };
    refuses_to_be_rewritten(&*scratch.store, sql).await;
}

const TAMPERINGS: &[Tampering] = &[
    (
        "INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
             OVERRIDING SYSTEM VALUE SELECT 1000, gen_random_uuid(), gen_random_uuid(), subject, actor, 1, time, reminder,
             type, tenant, digest FROM audit_log WHERE row = 1",
        Some(1_000),
        "nothing sealed it",
    ),
    (
        "INSERT INTO outbox (created_at, key, topic, payload)
             SELECT time, subject, 'task-events', event_id FROM audit_log;
         INSERT INTO audit_log (row, event_id, id, subject, actor, version, time, reminder, type, tenant, digest)
             OVERRIDING SYSTEM VALUE SELECT 1000, gen_random_uuid(), gen_random_uuid(), subject, actor, 1, time, reminder,
             type, tenant, digest FROM audit_log WHERE row = 1;
         INSERT INTO audit_unsealed (row) VALUES (1000)",
        Some(1_000),
        "is of an event that the outbox, which holds all of that time, does not know",
    ),
    (
        "ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey, DROP CONSTRAINT audit_log_event_id_key,
             DROP CONSTRAINT audit_log_id_version_reminder_key;
         INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT * FROM audit_log WHERE row = 2",
        Some(2),
        "where 2 should stand",
    ),
    (
        "ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_pkey;
         INSERT INTO audit_seals SELECT * FROM audit_seals WHERE tenant = 'console' AND n = 1",
        Some(1),
        "is sealed a second time",
    ),
];

#[tokio::test]
async fn whatever_an_owner_changes_in_the_audit_log_is_found() {
    let databases = std::sync::Mutex::new(Vec::new());
    tampering_is_found(TAMPERINGS, async || {
        let Scratch { store, database } = migrated().await;
        let database = Arc::new(database);
        databases.lock().expect("databases").push(database.clone());
        (store, async move |statement: String| {
            for table in ["audit_log", "audit_content", "audit_people", "audit_seals"] {
                let bare = format!("ALTER TABLE {table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY");
                database.sql(&bare).await.expect("an owner may");
            }
            assert!(database.sql(&statement).await.expect("done") > 0, "{statement}");
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_verified_as_of_one_moment() {
    let scratch = migrated().await;
    what_is_sealed_while_somebody_verifies_is_no_tampering(scratch.store.clone()).await;
}

#[tokio::test]
async fn a_missing_grant_is_told_from_a_value_that_no_server_takes() {
    let scratch = migrated().await;
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let event = samples.event(None, &samples.task(&list, ana, 1), &list);
    let entry = entries(&[event]).remove(0);
    let unfit = AuditEntry { kind: "NUL\0".to_owned(), ..entry.clone() };
    let error = scratch.store.append(&[unfit]).await.expect_err("no text of PostgreSQL");
    assert!(matches!(error, PortError::Unfit { .. }), "{error:?}");
    scratch.database.sql("REVOKE INSERT ON audit_content FROM taskbot_audit").await.expect("revoked");
    let error = scratch.store.append(std::slice::from_ref(&entry)).await.expect_err("not granted");
    assert!(matches!(error, PortError::Broken { .. }), "{error:?}");
    scratch.database.sql("GRANT INSERT ON audit_content TO taskbot_audit").await.expect("granted");
    scratch.store.append(&[entry]).await.expect("appended");
}
