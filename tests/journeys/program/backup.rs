//! `backup`, `restore` and `migrate --from`: nothing is lost or changed on the way, and nothing is sent twice.

use std::process::Output;
use std::time::Duration;

use domain::ports::archive::TABLES;
use reqwest::Method;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::process::Command;
use tokio::time::Instant;

use crate::kit::postgres::Database;
use crate::kit::program::{Ended, PATIENCE, Scratch};

/// What no command makes in a moment: a consumer's mark, an event that waits for one before it, letters with and without
/// a replay, a task that `task-updates` will forget, content that was erased.
const RARE: &str = r#"
    INSERT INTO inbox VALUES ('recurrence', 'task/019cb9a2-3c00-7000-8000-000000000001', 2);
    INSERT INTO parked VALUES
        ('audit', 'task/019cb9a2-3c00-7000-8000-000000000001', 9, 'task-events/3@42', '{"é": 1}', 4000000000000000);
    INSERT INTO dead_letters (consumer, topic, origin, reason, payload, at, replayed_at) VALUES
        ('audit', 'task-events', 'task-events/3@7', 'no event', 'hello', 1771000000000000, NULL),
        ('audit', 'task-events', 'task-events/3@8', 'no event', 'hello', 1771000000000000, 1771000000000001);
    INSERT INTO deleted_tasks VALUES ('019cb9a2-3c00-7000-8000-000000000001', 1771000000000000);
    INSERT INTO installations VALUES ('slack:T1', NULL, 1, '{}'), ('slack:T2', 1771000000000000, 2, '{}');
    DELETE FROM audit_content WHERE row = 1;
    DELETE FROM outbox WHERE event_id = (SELECT event_id FROM audit_log WHERE row = 1);
    INSERT INTO acts (actor, doc) VALUES ('019cb9a2-3c00-7000-8000-000000000009',
        '{"actor":"019cb9a2-3c00-7000-8000-000000000009","action":"audit.erased","subject":"ben","detail":{"rows":[1]},"at":"2026-03-04T15:00:00Z"}');"#;

/// A history with everything in it, ended by a power cut before its last reminder was due.
async fn history(scratch: Scratch) -> Scratch {
    let lines = "add one tomorrow 9am !high #ops\nadd two every day at 9\nadd é “three” \\ 'x'\ndone 3\nadd four\n\
                 remind me to breathe in 1 second\n";
    good(&scratch.run(&["console", "--user", "ana"], lines).await);
    good(&scratch.run(&["console", "--user", "bo", "--channel", "ops"], "add five for all of us\n").await);
    another_tenant(&scratch).await;
    rare(&scratch).await;
    let mut chat = scratch.console("ana");
    chat.ask("remind me to stretch in 5 seconds", "Added #7").await;
    chat.kill().await;
    scratch
}

/// Somebody in a tenant of its own, with a task that has the number of another.
async fn another_tenant(scratch: &Scratch) {
    let token = scratch.run(&["token", "create", "--user", "slack:T1/U1"], "").await;
    let mut server = scratch.serve().await;
    let request = server.request(Method::POST, "/api/v1/tasks", good(&token).trim());
    let request = request.header("idempotency-key", "once").json(&json!({"title": "elsewhere"}));
    let made = server.answer(request, 201).await;
    assert_eq!(made["number"], 1, "{made}");
    assert!(server.program.terminate().await.success());
}

async fn connected(scratch: &Scratch) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(scratch.path("taskbot.db"));
    options.connect().await.expect("the database")
}

async fn rare(scratch: &Scratch) {
    let mut database = connected(scratch).await;
    sqlx::raw_sql(RARE).execute(&mut database).await.expect("written");
    database.close().await.expect("closed");
}

/// Whether a backup has rows of every table; what is not sealed yet may be nothing.
fn has_everything(rows: &[String]) {
    for table in TABLES.iter().filter(|table| **table != "audit_unsealed") {
        let of = format!("{{\"table\":\"{table}\"");
        assert!(rows.iter().any(|row| row.starts_with(&of)), "no row of {table}");
    }
}

/// An empty PostgreSQL, and a scratch folder whose programs use it.
async fn postgres() -> (Database, Scratch) {
    let database = Database::empty().await;
    let scratch = Scratch::new()
        .with("TASKBOT_DATABASE_URL", &database.url())
        .with("TASKBOT_MIGRATE__DATABASE_URL", &database.owner_url());
    (database, scratch)
}

fn good(ended: &Ended) -> &str {
    assert!(ended.status.success(), "{}\n{}", ended.out, ended.err);
    &ended.out
}

async fn refused(scratch: &Scratch, args: &[&str], says: &str) {
    let ended = scratch.run(args, "").await;
    assert!(!ended.status.success() && ended.err.contains(says), "expected “{says}”, got:\n{}", ended.err);
}

/// The lists are equal, the log is as intact as it was, numbers go on with this one, `undo` takes back.
async fn goes_on(scratch: &Scratch, list: &str, next: u64) {
    assert_eq!(good(&scratch.run(&["console", "--user", "ana"], "list\n").await), list);
    let ops = scratch.run(&["console", "--user", "bo", "--channel", "ops"], "list\n").await;
    assert!(good(&ops).contains("five for all of us") && !ops.out.contains("elsewhere"), "{}", ops.out);
    let more = scratch.run(&["console", "--user", "ana"], "undo\nadd six\nundo\n").await;
    let more = good(&more);
    assert!(more.contains("#7: stretch"), "{more}");
    assert!(more.contains(&format!("Added #{next}")) && more.contains(&format!("#{next}: six")), "{more}");
    let verified = scratch.run(&["audit", "verify"], "").await;
    assert!(good(&verified).contains("intact: ") && verified.out.contains("1 erased"), "{}", verified.out);
    let letters = scratch.run(&["dead-letters", "list"], "").await;
    assert!(good(&letters).contains("task-events/3@7") && !letters.out.contains("task-events/3@8"), "{}", letters.out);
}

/// What was due is held back, and comes once it is released. What `list` says then.
async fn holds_back(scratch: &Scratch) -> String {
    let check = scratch.run(&["check"], "").await;
    assert!(check.out.contains("1 reminders and deliveries that were due by"), "{}", check.out);
    assert!(good(&scratch.run(&["explain", "7"], "").await).contains("held back since the restore"));
    let mut chat = scratch.console("ana");
    tokio::time::sleep(Duration::from_secs(2)).await;
    chat.ask("list", "#7").await;
    assert!(!chat.out.all().iter().any(|line| line.contains("Reminder (#7)")), "{:?}", chat.out.all());
    chat.kill().await;
    assert!(good(&scratch.run(&["restore", "--release"], "").await).contains("1 reminders and deliveries go out now"));
    reminded(scratch).await
}

/// What `list` says once the last reminder was shown and that was written down.
async fn reminded(scratch: &Scratch) -> String {
    let mut chat = scratch.console("ana");
    chat.out.line("Reminder (#7)").await;
    assert!(chat.end().await.success());
    let until = Instant::now() + PATIENCE;
    loop {
        let list = good(&scratch.run(&["console", "--user", "ana"], "list\n").await).to_owned();
        if list.split_once("Past reminders").is_some_and(|(_, past)| past.contains("stretch")) {
            return list;
        }
        assert!(Instant::now() < until, "the reminder is never past:\n{list}");
    }
}

/// How many receipts whoever works within a scope sees without one, and how many there are.
async fn receipts_in_no_scope(database: &Database) -> [i64; 2] {
    let mut counts = [0; 2];
    for (count, role) in counts.iter_mut().zip(["taskbot_app", "taskbot_relay"]) {
        let mut reader = database.role(role).await;
        *count = sqlx::query_scalar("SELECT count(*) FROM receipts").fetch_one(&mut reader).await.expect("a count");
    }
    counts
}

/// Rows of a backup but for its head, which says when it was written.
fn rows(file: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("a backup");
    let rows = text.lines().filter(|line| line.starts_with("{\"table\""));
    rows.map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn a_restored_file_is_what_was_backed_up_and_sends_nothing_by_itself() {
    let before = history(Scratch::new()).await;
    let file = before.path("backup.json");
    let name = file.to_str().expect("a name");
    good(&before.run(&["backup", name], "").await);
    refused(&before, &["backup", name], "is there already").await;
    refused(&before, &["restore", name], "is not empty: it has rows in people").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let after = Scratch::new();
    good(&after.run(&["restore", name], "").await);
    good(&after.run(&["backup", "again.json"], "").await);
    assert_eq!(rows(&file), rows(&after.path("again.json")));
    has_everything(&rows(&file));
    let list = holds_back(&after).await;
    goes_on(&after, &list, 1_008).await;
}

#[tokio::test]
async fn a_backup_that_was_cut_or_changed_is_refused_before_anything_is_written() {
    let before = history(Scratch::new()).await;
    good(&before.run(&["backup", "whole.json"], "").await);
    let text = std::fs::read_to_string(before.path("whole.json")).expect("a backup");
    let last = text.trim_end().rfind('\n').expect("lines") + 1;
    let damaged = [
        (text[..text.len() / 2].to_owned(), "is cut off"),
        (text[..last].to_owned(), "is cut off: its end is missing"),
        (text.replacen("stretch", "stretcH", 1), "was changed"),
        (format!("{text}\n"), "was changed"),
        (text.replacen("\"format\":1", "\"format\":2", 1), "was written by a newer Taskbot"),
        ("hello\n".to_owned(), "is no backup of Taskbot"),
    ];
    for (text, says) in damaged {
        let after = Scratch::new();
        std::fs::write(after.path("bad.json"), text).expect("written");
        refused(&after, &["restore", "bad.json"], says).await;
        assert!(!after.path("taskbot.db").exists(), "{says}");
    }
}

#[tokio::test]
async fn a_history_on_sqlite_goes_on_on_postgres() {
    let before = history(Scratch::new()).await;
    let (database, after) = postgres().await;
    let from = format!("sqlite://{}", before.path("taskbot.db").display());
    let migrated = after.run(&["migrate", "--from", &from], "").await;
    let said = good(&migrated);
    assert!(
        said.contains("audit_log: ") && said.contains("the same at both ends") && said.contains("intact: "),
        "{said}"
    );
    assert_eq!(receipts_in_no_scope(&database).await, [0, 1]);
    refused(&after, &["migrate", "--from", &from], "is not empty: it has rows in people").await;
    good(&before.run(&["backup", "one.json"], "").await);
    good(&after.run(&["backup", "other.json"], "").await);
    assert_eq!(rows(&before.path("one.json")), rows(&after.path("other.json")));
    reminded(&after).await;
    let list = reminded(&before).await;
    goes_on(&after, &list, 8).await;
}

#[tokio::test]
async fn what_a_restore_holds_back_on_sqlite_stays_held_back_on_postgres() {
    let before = history(Scratch::new()).await;
    let file = before.path("backup.json");
    good(&before.run(&["backup", file.to_str().expect("a name")], "").await);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let restored = Scratch::new();
    good(&restored.run(&["restore", file.to_str().expect("a name")], "").await);
    let (_database, after) = postgres().await;
    let from = format!("sqlite://{}", restored.path("taskbot.db").display());
    let moved = after.run(&["migrate", "--from", &from], "").await;
    assert!(good(&moved).contains("1 reminders and deliveries that were due by"), "{}", moved.out);
    let list = holds_back(&after).await;
    goes_on(&after, &list, 8).await;
}

/// PostgreSQL's own tool, of the server's version.
async fn pg_dump(database: &Database) -> Output {
    let mut reader = database.role("taskbot_relay").await;
    let version = "SELECT current_setting('server_version_num')::int / 10000";
    let version: i32 = sqlx::query_scalar(version).fetch_one(&mut reader).await.expect("a version");
    let mut command = Command::new(format!("/usr/lib/postgresql/{version}/bin/pg_dump"));
    command.args(["--role=taskbot_backup", "--schema=taskbot", "--data-only", "--inserts", "--dbname"]);
    // What follows the name of the database is for another client.
    let url = database.owner_url();
    command.arg(url.split('?').next().expect("a URL")).output().await.expect("the tool is beside the server")
}

#[tokio::test]
async fn the_tool_of_postgres_dumps_every_tenants_rows_as_the_backup_role() {
    let sqlite = history(Scratch::new()).await;
    let (database, after) = postgres().await;
    let from = format!("sqlite://{}", sqlite.path("taskbot.db").display());
    good(&after.run(&["migrate", "--from", &from], "").await);
    let dumped = pg_dump(&database).await;
    let (rows, said) = (String::from_utf8_lossy(&dumped.stdout), String::from_utf8_lossy(&dumped.stderr));
    assert!(dumped.status.success(), "{said}");
    for row in
        ["stretch", "elsewhere", "INSERT INTO taskbot.outbox_", "INSERT INTO taskbot.receipts", "audit_log_row_seq"]
    {
        assert!(rows.contains(row), "{row} is missing:\n{said}");
    }
}

/// As a release before this one left it.
const STEP_BACK: &str = "
    DROP INDEX identities_by_home; ALTER TABLE identities DROP COLUMN home_at; ALTER TABLE identities DROP COLUMN home_watch;
    ALTER TABLE receipts DROP COLUMN tenants;
    DELETE FROM _sqlx_migrations WHERE version IN (11, 12)";

/// The file, and what a power cut left beside it.
fn bytes(scratch: &Scratch) -> [Vec<u8>; 2] {
    ["taskbot.db", "taskbot.db-wal"].map(|name| std::fs::read(scratch.path(name)).unwrap_or_default())
}

#[tokio::test]
async fn a_file_of_an_older_release_is_read_and_stays_as_it_was() {
    let before = history(Scratch::new()).await;
    let mut database = connected(&before).await;
    sqlx::raw_sql(STEP_BACK).execute(&mut database).await.expect("stepped back");
    database.close().await.expect("closed");
    let (older, from) = (bytes(&before), format!("sqlite://{}", before.path("taskbot.db").display()));
    good(&before.run(&["backup", "one.json"], "").await);
    assert!(bytes(&before) == older, "a backup changes nothing");
    let (_database, after) = postgres().await;
    good(&after.run(&["migrate", "--from", &from], "").await);
    assert!(bytes(&before) == older, "bringing it over changes nothing");
    good(&after.run(&["backup", "other.json"], "").await);
    assert_eq!(rows(&before.path("one.json")), rows(&after.path("other.json")));
}

#[tokio::test]
async fn a_file_of_this_release_is_brought_over_without_room_for_a_copy() {
    let before = history(Scratch::new()).await;
    let (whole, from) = (bytes(&before), format!("sqlite://{}", before.path("taskbot.db").display()));
    let (_database, after) = postgres().await;
    let after = after.with("TMPDIR", "/nowhere");
    good(&after.run(&["migrate", "--from", &from], "").await);
    assert!(bytes(&before) == whole, "bringing it over changes nothing");
    let mut database = connected(&before).await;
    sqlx::raw_sql(STEP_BACK).execute(&mut database).await.expect("stepped back");
    database.close().await.expect("closed");
    let (_database, other) = postgres().await;
    refused(&other.with("TMPDIR", "/nowhere"), &["migrate", "--from", &from], "no folder for a copy").await;
}

#[tokio::test]
async fn a_file_that_somebody_has_open_is_not_brought_over() {
    let before = Scratch::new();
    let mut server = before.serve().await;
    let (_database, after) = postgres().await;
    let from = format!("sqlite://{}", before.path("taskbot.db").display());
    let says = "taskbot.db open: stop every Taskbot that uses it, and run this again";
    refused(&after, &["migrate", "--from", &from], says).await;
    good(&before.run(&["backup", "while-it-runs.json"], "").await);
    assert!(server.program.terminate().await.success());
    good(&after.run(&["migrate", "--from", &from], "").await);
}

#[tokio::test]
async fn a_restored_postgres_is_what_was_backed_up_and_sends_nothing_by_itself() {
    let sqlite = history(Scratch::new()).await;
    let (_one, before) = postgres().await;
    let from = format!("sqlite://{}", sqlite.path("taskbot.db").display());
    good(&before.run(&["migrate", "--from", &from], "").await);
    let file = before.path("backup.json");
    good(&before.run(&["backup", file.to_str().expect("a name")], "").await);
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (other, after) = postgres().await;
    good(&after.run(&["restore", file.to_str().expect("a name")], "").await);
    assert_eq!(receipts_in_no_scope(&other).await, [0, 1], "they keep their tenants");
    good(&after.run(&["backup", "again.json"], "").await);
    assert_eq!(rows(&file), rows(&after.path("again.json")));
    let list = holds_back(&after).await;
    goes_on(&after, &list, 1_008).await;
}
