//! The suites on SQLite, in memory and on a file; and what only a file of SQLite can do.

use std::path::Path;
use std::sync::Arc;

use domain::change::Put;
use domain::command::TaskRef;
use domain::event::Topic;
use domain::list::List;
use domain::place::Place;
use domain::ports::bus::Outbox;
use domain::ports::error::PortError;
use domain::ports::store::{CommitError, Store};
use domain::snapshot::Needs;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

use super::audit::refuses_to_be_rewritten;
use super::installations::changes_are_made_while_a_large_tenant_is_purged;
use super::seals::{Tampering, tampering_is_found, what_is_sealed_while_somebody_verifies_is_no_tampering};
use super::store::make_one;
use crate::kit::samples::{Samples, at, tenant};

mod in_memory {
    crate::conformance::store::suite!(crate::conformance::sqlite::memory);
    crate::conformance::load::suite!(crate::conformance::sqlite::memory);
    crate::conformance::find::suite!(crate::conformance::sqlite::memory);
    crate::conformance::search::suite!(crate::conformance::sqlite::memory);
    crate::conformance::agenda::suite!(crate::conformance::sqlite::memory);
    crate::conformance::people::suite!(crate::conformance::sqlite::memory);
    crate::conformance::installations::suite!(crate::conformance::sqlite::memory);
    crate::conformance::audit::suite!(crate::conformance::sqlite::memory);
    crate::conformance::seals::suite!(crate::conformance::sqlite::memory);
    crate::conformance::inbox::suite!(crate::conformance::sqlite::memory);
    crate::conformance::outbox::suite!(crate::conformance::sqlite::memory);
}

mod on_a_file {
    crate::conformance::store::suite!(crate::conformance::sqlite::file);
    crate::conformance::load::suite!(crate::conformance::sqlite::file);
    crate::conformance::find::suite!(crate::conformance::sqlite::file);
    crate::conformance::search::suite!(crate::conformance::sqlite::file);
    crate::conformance::agenda::suite!(crate::conformance::sqlite::file);
    crate::conformance::people::suite!(crate::conformance::sqlite::file);
    crate::conformance::installations::suite!(crate::conformance::sqlite::file);
    crate::conformance::audit::suite!(crate::conformance::sqlite::file);
    crate::conformance::inbox::suite!(crate::conformance::sqlite::file);
    crate::conformance::outbox::suite!(crate::conformance::sqlite::file);
}

/// A store, and the folder that goes with it.
pub(crate) struct Scratch {
    pub(crate) store: Arc<SqliteStore>,
    folder: Option<TempDir>,
}

impl Scratch {
    fn file(&self) -> String {
        path(self.folder.as_ref().expect("a folder").path())
    }
}

fn path(folder: &Path) -> String {
    folder.join("taskbot.db").display().to_string()
}

async fn open(url: &str) -> Result<SqliteStore, PortError> {
    SqliteStore::open(url, Options::default()).await
}

pub(crate) async fn memory() -> Scratch {
    Scratch { store: Arc::new(open("sqlite::memory:").await.expect("a store")), folder: None }
}

pub(crate) async fn file() -> Scratch {
    let folder = TempDir::new().expect("a folder");
    let store = open(&format!("sqlite://{}", path(folder.path()))).await.expect("a store");
    Scratch { store: Arc::new(store), folder: Some(folder) }
}

async fn sql(file: &str, statement: &str) -> Result<u64, String> {
    let mut connection = SqliteConnection::connect(file).await.map_err(|error| error.to_string())?;
    let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
    let done = statement.execute(&mut connection).await.map_err(|error| error.to_string());
    connection.close().await.map_err(|error| error.to_string())?;
    done.map(|done| done.rows_affected())
}

#[tokio::test]
async fn the_audit_log_refuses_to_be_rewritten() {
    let scratch = file().await;
    let file = scratch.file();
    refuses_to_be_rewritten(&*scratch.store, async |statement| sql(&file, statement).await).await;
}

#[tokio::test]
async fn whatever_an_owner_changes_in_the_audit_log_is_found() {
    let scratches = std::sync::Mutex::new(Vec::new());
    tampering_is_found(TAMPERINGS, async || {
        let scratch = file().await;
        let (store, file) = (scratch.store.clone(), scratch.file());
        scratches.lock().expect("scratches").push(scratch);
        (store, async move |statement: String| {
            for trigger in TRIGGERS {
                sql(&file, trigger).await.expect("dropped");
            }
            assert!(sql(&file, &statement).await.expect("done") > 0, "{statement}");
        })
    })
    .await;
}

const TAMPERINGS: &[Tampering] = &[
    (
        "INSERT INTO audit_log SELECT 1000, 'made-up', stream || '0', 1, type, tenant, subject, actor, time, digest
             FROM audit_log WHERE row = 1",
        Some(1_000),
        "nothing sealed it",
    ),
    (
        "INSERT INTO outbox (topic, key, event_id, stream, version, created_at, payload)
             SELECT 'task-events', subject, event_id, stream, version, time, '{}' FROM audit_log;
         INSERT INTO audit_log SELECT 1000, 'made-up', stream || '0', 1, type, tenant, subject, actor, time, digest
             FROM audit_log WHERE row = 1;
         INSERT INTO audit_unsealed (row) VALUES (1000)",
        Some(1_000),
        "is of an event that the outbox, which holds all of that time, does not know",
    ),
    (
        "ALTER TABLE audit_log RENAME TO former; CREATE TABLE audit_log AS SELECT * FROM former;
         INSERT INTO audit_log SELECT * FROM former WHERE row = 2",
        Some(2),
        "where 2 should stand",
    ),
    (
        "ALTER TABLE audit_seals RENAME TO former; CREATE TABLE audit_seals AS SELECT * FROM former;
         INSERT INTO audit_seals SELECT * FROM former WHERE tenant = 'console' AND n = 1",
        Some(1),
        "is sealed a second time",
    ),
];

/// What keeps the program from changing the log; an owner takes it away.
const TRIGGERS: [&str; 7] = [
    "DROP TRIGGER IF EXISTS audit_people_never_go",
    "DROP TRIGGER IF EXISTS audit_log_never_changes",
    "DROP TRIGGER IF EXISTS audit_log_never_goes",
    "DROP TRIGGER IF EXISTS audit_content_never_changes",
    "DROP TRIGGER IF EXISTS audit_people_never_change",
    "DROP TRIGGER IF EXISTS audit_seals_never_change",
    "DROP TRIGGER IF EXISTS audit_seals_never_go",
];

#[tokio::test]
async fn a_new_file_says_so_once_and_keeps_what_was_written() {
    let scratch = file().await;
    assert!(scratch.store.is_new());
    assert_eq!(scratch.store.path().map(path_text), Some(scratch.file()));
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    make_one(&*scratch.store, &samples, &list, ana).await;
    scratch.store.close().await;
    let change = samples.making(&list, &samples.task(&list, ana, 2));
    assert!(scratch.store.commit(change).await.is_err(), "a closed store takes nothing");
    let again = open(&scratch.file()).await.expect("a store");
    assert!(!again.is_new());
    assert_eq!(make_one(&again, &samples, &list, ana).await, 2);
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_open_a_new_file_at_once() {
    let folder = TempDir::new().expect("a folder");
    let file = path(folder.path());
    let opening: Vec<_> = (0..8).map(|_| tokio::spawn(open_owned(file.clone()))).collect();
    for store in opening {
        store.await.expect("a task").expect("a store");
    }
}

async fn open_owned(file: String) -> Result<SqliteStore, PortError> {
    open(&file).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_file_give_each_number_once() {
    let scratch = file().await;
    let other = Arc::new(open(&scratch.file()).await.expect("a store"));
    let samples = Arc::new(Samples::default());
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let writers = [&scratch.store, &other, &scratch.store, &other].map(|store| {
        let (store, samples, list) = (store.clone(), samples.clone(), list.clone());
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for _ in 0..15 {
                numbers.push(make_one(&*store, &samples, &list, ana).await);
            }
            numbers
        })
    });
    let mut given = Vec::new();
    for writer in writers {
        given.extend(writer.await.expect("a writer"));
    }
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), 60);
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_in_words() {
    let folder = TempDir::new().expect("a folder");
    let missing = folder.path().join("missing/taskbot.db").display().to_string();
    let text = folder.path().join("text").display().to_string();
    std::fs::write(&text, "this is no database, however long it may be ".repeat(50)).expect("written");
    let foreign = folder.path().join("foreign.db").display().to_string();
    sql(&format!("sqlite://{foreign}?mode=rwc"), "CREATE TABLE theirs (x)").await.expect("a database");
    let newer = path(folder.path());
    open(&newer).await.expect("a store").close().await;
    sql(&newer, "INSERT INTO _sqlx_migrations VALUES (9999, 'newer', '', TRUE, x'00', 0)").await.expect("inserted");
    let cases = [
        (missing, "cannot be opened"),
        (folder.path().display().to_string(), "cannot be opened"),
        (text, "no SQLite database"),
        (foreign, "another program"),
        (newer, "newer Taskbot"),
        ("sqlite://".to_owned(), "names no file"),
    ];
    for (url, words) in cases {
        let error = open(&url).await.expect_err(&url);
        assert!(matches!(&error, PortError::Broken { reason, .. } if reason.contains(words)), "{url}: {error}");
    }
}

#[tokio::test]
async fn what_fails_in_a_group_fails_alone() {
    let scratch = file().await;
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    let making = |number| samples.making(&list, &samples.task(&list, ana, number));
    let stray = samples.reminder(&samples.task(&list, ana, 9), Place::Direct(ana), at(1));
    let mut lawless = making(3);
    lawless.reminders = vec![Put::new(stray)];
    // On a single thread all are queued before the writer runs: they share one COMMIT.
    let (first, same_number, broken, last) = tokio::join!(
        scratch.store.commit(making(1)),
        scratch.store.commit(making(1)),
        scratch.store.commit(lawless),
        scratch.store.commit(making(2)),
    );
    assert!(first.is_ok() && last.is_ok());
    assert!(matches!(same_number, Err(CommitError::Conflict("task"))), "{same_number:?}");
    assert!(matches!(broken, Err(CommitError::Port(PortError::Broken { .. }))), "{broken:?}");
    let rows = scratch.store.read(0, &[Topic::TaskEvents], 10).await.expect("rows");
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn a_full_queue_refuses_in_words_and_loses_nothing() {
    let folder = TempDir::new().expect("a folder");
    let options = Options { queue: 4, ..Options::default() };
    let store = Arc::new(SqliteStore::open(&path(folder.path()), options).await.expect("a store"));
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    let list = List::personal(tenant("console"), ana);
    // As long as somebody else writes, the writer holds what it has taken and the rest waits.
    let mut other = SqliteConnection::connect(&path(folder.path())).await.expect("a connection");
    let held = other.begin_with("BEGIN IMMEDIATE").await.expect("the lock");
    let writes = (1..=10).map(|number| {
        let change = samples.making(&list, &samples.task(&list, ana, number));
        let store = store.clone();
        tokio::spawn(async move { (number, store.commit(change).await) })
    });
    let writes: Vec<_> = writes.collect();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    held.rollback().await.expect("released");
    let mut done = Vec::new();
    for write in writes {
        let (number, written) = write.await.expect("a task");
        match written {
            Ok(()) => done.push(number),
            Err(error) => assert!(error.to_string().contains("more changes are waiting"), "{error}"),
        }
    }
    assert!((4..10).contains(&done.len()), "{done:?}");
    let tasks = (1..=10).map(TaskRef::Number).collect();
    let needs = Needs { tasks, numbers: 1, ..Needs::in_tenant(tenant("console")) };
    let snapshot = store.load(&needs).await.expect("loaded");
    let mut there: Vec<u64> = snapshot.tasks.values().map(|loaded| loaded.task.number).collect();
    there.sort_unstable();
    assert_eq!(there, done, "what was acknowledged is there, and nothing else");
    assert_eq!(snapshot.numbers, [done.last().expect("some") + 1]);
}

#[tokio::test]
async fn an_audit_row_of_an_unknown_type_holds_its_type_and_bytes_and_its_digest_covers_them() {
    let scratch = file().await;
    super::audit::keeps_an_unknown_type(scratch.store.as_ref()).await;
    let mut connection = SqliteConnection::connect(&scratch.file()).await.expect("opened");
    let kept = "SELECT a.digest, c.salt, c.payload FROM audit_log a JOIN audit_content c ON c.row = a.row
        WHERE a.type = 'TASK_PAINTED'";
    let rows: Vec<(String, String, String)> = sqlx::query_as(kept).fetch_all(&mut connection).await.expect("rows");
    let [(digest, salt, payload)] = rows.as_slice() else { panic!("one row, not {}", rows.len()) };
    assert!(payload.contains("TASK_PAINTED"), "{payload}");
    assert_eq!(*digest, format!("{:x}", Sha256::digest(format!("{salt}{payload}"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_is_verified_as_of_one_moment() {
    let scratch = file().await;
    what_is_sealed_while_somebody_verifies_is_no_tampering(scratch.store.clone()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_do_not_wait_for_all_of_a_large_tenant_that_is_purged() {
    let scratch = file().await;
    changes_are_made_while_a_large_tenant_is_purged(scratch.store.clone()).await;
}
