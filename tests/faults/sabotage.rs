//! The oracle is shown to notice: a build that acknowledges before the commit loses what it acknowledged.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use futures::future::join_all;

use super::chat::remains;
use super::crash_points::{go_through, writable};
use super::load::Load;
use super::oracle::Oracle;
use super::{kill_loop, note};
use crate::kit::program::Scratch;

const SIGABRT: i32 = 6;
/// How often the server dies.
const LIVES: usize = 3;
const CLIENTS: usize = 4;

/// Dies instead of a commit.
const HONEST: &str = "store.before_commit=10*off->return";
/// The same, but what was to be committed has been acknowledged by then.
const TOO_EARLY: &str = "store.ack_before_commit=return;store.before_commit=10*off->return";

/// It lives on, so that only a kill from outside can come between the acknowledgement and the commit.
const TOO_EARLY_AND_ALIVE: &str = "store.ack_before_commit=return";

/// What each change to a database that was right must be called.
const TAMPERING: [(&str, &str); 8] = [
    ("DELETE FROM outbox WHERE position = 2", "a stream has a hole"),
    ("DELETE FROM outbox WHERE position = 1", "an audit row has no event"),
    ("UPDATE outbox SET version = 9 WHERE position = 1", "a stream is out of order"),
    ("DROP TRIGGER audit_log_never_goes; DELETE FROM audit_log WHERE row = 1", "an event is not audited"),
    ("UPDATE tasks SET version = version + 1", "a row and its stream differ"),
    ("DELETE FROM task_words; DELETE FROM reminders; DELETE FROM tasks", "lost"),
    ("UPDATE tasks SET doc = json_set(doc, '$.title', 'buy-2')", "doubled"),
    ("UPDATE reminders SET state = 'due'", "the reminder job-1"),
];

/// Lives that end by the program's own hand.
async fn live_and_die(load: &Load) {
    for _ in 0..LIVES {
        let mut server = load.scratch.serve().await;
        load.address.send_replace(server.addr.clone());
        let status = server.program.ended().await;
        assert_eq!(status.signal(), Some(SIGABRT), "{:?}", server.program.err.all());
    }
}

/// How many calls were acknowledged, and what the oracle misses of them.
async fn lost(points: &str) -> (usize, Vec<String>) {
    let load = Load::new(Scratch::new().with("FAILPOINTS", points)).await;
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    tokio::select! {
        () = live_and_die(&load) => {}
        _ = clients => panic!("the load never ends by itself"),
    }
    let mut found = load.oracle().await.examine(&load.ledger, &[]).await;
    // Nothing was left alive that could have audited the last events.
    found.faults.retain(|fault| fault.starts_with("lost"));
    (found.acknowledged, found.faults)
}

#[tokio::test]
async fn a_build_that_acknowledges_before_the_commit_is_found_out() {
    let (acknowledged, lost) = lost(TOO_EARLY).await;
    note(&format!("sabotage: of {acknowledged} commands acknowledged too early the oracle misses {}", lost.len()));
    assert!(lost.iter().any(|fault| fault.ends_with("was acknowledged")), "the oracle is blind: {lost:?}");
}

#[tokio::test]
async fn a_build_that_dies_instead_of_a_commit_has_acknowledged_nothing_of_it() {
    let (acknowledged, lost) = lost(HONEST).await;
    assert!(acknowledged > 0, "a load that does nothing proves nothing");
    assert!(lost.is_empty(), "{lost:#?}");
}

#[tokio::test]
async fn the_kill_loop_finds_out_a_build_that_acknowledges_before_the_commit() {
    let load = Load::new(Scratch::new().with("FAILPOINTS", TOO_EARLY_AND_ALIVE)).await;
    let (found, _server) = kill_loop::run(&load, 20, Duration::from_secs(1)).await;
    let lost = found.faults.iter().filter(|fault| fault.starts_with("lost")).count();
    note(&format!("kill loop, sabotaged: of {} commands acknowledged the oracle misses {lost}", found.acknowledged));
    assert!(lost > 0, "the loop is blind: {:#?}", found.faults);
}

#[tokio::test]
async fn the_oracle_names_whatever_is_changed_behind_its_back() {
    let load = Load::new(Scratch::new()).await;
    let mut console = load.scratch.console("ana");
    assert!(go_through(&load, &mut console).await);
    load.drain().await;
    assert!(console.end().await.success());
    let shown = remains(&mut console).await;
    let mut oracle = Oracle::of(writable(&load.scratch).await);
    let found = oracle.examine(&load.ledger, &shown).await;
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    for (tampering, name) in TAMPERING {
        sqlx::raw_sql("BEGIN").execute(&mut oracle.database).await.expect("begun");
        sqlx::raw_sql(tampering).execute(&mut oracle.database).await.expect(tampering);
        let found = oracle.examine(&load.ledger, &shown).await;
        assert!(found.faults.iter().any(|fault| fault.starts_with(name)), "{tampering}: {:#?}", found.faults);
        sqlx::raw_sql("ROLLBACK").execute(&mut oracle.database).await.expect("as before");
    }
}
