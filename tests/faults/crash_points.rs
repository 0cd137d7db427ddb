//! The program dies by its own hand at each named point, wherever it is then.

use std::os::unix::process::ExitStatusExt as _;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::chat::{Answer, Typed, remains};
use super::ledger::{Call, Ledger};
use super::load::Load;
use crate::kit::program::{Running, Scratch};

const SIGABRT: i32 = 6;

/// The crash point at which a delivery is left in `sending`, and whether its message was out by then.
const AFTER_SENDING: &str = "reminders.after_sending";
const AFTER_POST: &str = "reminders.after_post";

/// What is typed: tasks, reminders that are due while it goes on, a series, and two completions.
fn script() -> Vec<Typed> {
    let lines = [
        (Call::Remind, "job-1"),
        (Call::Create, "buy-2"),
        (Call::CreateSeries, "water-3"),
        (Call::Complete, "water-3"),
        (Call::Remind, "job-4"),
        (Call::Complete, "buy-2"),
    ];
    lines.into_iter().map(|(call, title)| Typed::new(call, title)).collect()
}

/// Types what has had no effect yet; false if the program died on the way.
pub(super) async fn go_through(load: &Load, program: &mut Running) -> bool {
    let mut oracle = load.oracle().await;
    for line in script() {
        let acknowledged = load.ledger.entries().get(&line.key).map(|entry| entry.acknowledged);
        let done = match acknowledged {
            Some(true) => true,
            Some(false) => oracle.has(line.call, &line.title).await,
            None => false,
        };
        if done {
            continue;
        }
        let number = oracle.number(&line.title).await;
        if line.ask(program, &load.ledger, number).await != Answer::Acknowledged {
            return false;
        }
    }
    true
}

/// Lets a program die at the point's pass after so many, starts another one and looks at what is there.
async fn dies_at(point: &str, passes: u32) {
    let scratch = Scratch::new().with("FAILPOINTS", "");
    let mut load = Load::new(scratch).await;
    load.scratch = load.scratch.with("FAILPOINTS", &format!("{point}={passes}*off->return"));
    let mut program = load.scratch.console("ana");
    go_through(&load, &mut program).await;
    let status = program.ended().await;
    assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}, {:?}", program.err.all());
    let mut shown = remains(&mut program).await;
    acknowledge(&load.ledger, &shown);
    rows_say_what_is_next(&load.scratch, point).await;

    load.scratch = load.scratch.with("FAILPOINTS", "");
    let mut program = load.scratch.console("ana");
    assert!(go_through(&load, &mut program).await, "{point}: it died again: {:?}", program.err.all());
    load.drain().await;
    assert!(program.end().await.success());
    shown.extend(remains(&mut program).await);
    let found = load.oracle().await.examine(&load.ledger, &shown).await;
    assert!(found.faults.is_empty(), "{point}: {:#?}", found.faults);
    assert_eq!(found.reminders + found.too_late, 2, "{point}: both reminders came out, or were refused in words");
    assert_eq!(found.shown_again, i64::from(point == AFTER_POST), "{point}: messages that were shown again");
}

/// What was answered before the program died is acknowledged, also if the answer was read only afterwards.
fn acknowledge(ledger: &Ledger, lines: &[String]) {
    let entries = ledger.entries();
    for line in script().into_iter().filter(|line| line.is_among(lines)) {
        if entries.get(&line.key).is_some_and(|entry| !entry.acknowledged) {
            ledger.acknowledge(&line.key, None);
        }
    }
}

/// A delivery that died in `sending` has its next attempt, after the lease; here the lease passes at once.
async fn rows_say_what_is_next(scratch: &Scratch, point: &str) {
    let mut database = writable(scratch).await;
    let later = "SELECT round((next_attempt_at / 1e6 - unixepoch('subsec')) / 10) FROM deliveries
        WHERE state = 'sending' AND open = 1";
    let tens: Vec<f64> = sqlx::query_scalar(later).fetch_all(&mut database).await.expect("deliveries");
    if [AFTER_SENDING, AFTER_POST].contains(&point) {
        let within_the_lease = |tens: &[f64]| tens.len() == 1 && tens.iter().all(|tens| (1.0..=6.0).contains(tens));
        assert!(within_the_lease(&tens), "{point}: tried again in {tens:?} times ten seconds");
    }
    leases_pass(scratch).await;
}

/// A connection that may also break things.
pub(super) async fn writable(scratch: &Scratch) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(scratch.path("taskbot.db"));
    options.connect().await.expect("the database")
}

/// Lets the lease of every attempt pass that died on the way, as waiting would.
pub(super) async fn leases_pass(scratch: &Scratch) {
    let mut database = writable(scratch).await;
    let passed = "UPDATE deliveries SET next_attempt_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) - 1000000,
        doc = json_set(doc, '$.next_attempt_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 second'))
        WHERE state = 'sending'";
    sqlx::query(passed).execute(&mut database).await.expect("set back");
}

#[tokio::test]
async fn dying_before_a_command_is_committed() {
    dies_at("service.before_commit", 3).await;
}

#[tokio::test]
async fn dying_after_a_command_was_committed_and_before_it_is_acknowledged() {
    dies_at("service.after_commit", 3).await;
}

#[tokio::test]
async fn dying_in_the_middle_of_a_change() {
    dies_at("store.mid_change", 9).await;
}

#[tokio::test]
async fn dying_before_the_writer_commits() {
    dies_at("store.before_commit", 9).await;
}

#[tokio::test]
async fn dying_after_the_writer_committed_and_before_it_answers() {
    dies_at("store.after_commit", 9).await;
}

#[tokio::test]
async fn dying_before_an_event_is_audited() {
    dies_at("audit.before_append", 1).await;
}

#[tokio::test]
async fn dying_after_an_event_was_audited_and_before_the_cursor_is_saved() {
    dies_at("audit.after_append", 1).await;
}

#[tokio::test]
async fn dying_before_a_series_is_advanced() {
    dies_at("recurrence.before_advance", 0).await;
}

#[tokio::test]
async fn dying_after_a_series_was_advanced() {
    dies_at("recurrence.after_advance", 0).await;
}

#[tokio::test]
async fn dying_after_a_reminder_was_claimed() {
    dies_at("reminders.after_claim", 0).await;
}

#[tokio::test]
async fn dying_before_a_message_is_posted_sends_it_after_the_lease() {
    dies_at(AFTER_SENDING, 0).await;
}

#[tokio::test]
async fn dying_after_a_message_was_posted_sends_it_again_after_the_lease() {
    dies_at(AFTER_POST, 0).await;
}

#[tokio::test]
async fn dying_after_a_message_was_settled() {
    dies_at("reminders.after_settle", 0).await;
}
