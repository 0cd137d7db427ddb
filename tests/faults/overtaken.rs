//! A relay that is stopped (SIGSTOP) after it published and before it saved its place, until another has taken over:
//! when it goes on, it writes nothing more. With leases whose epoch nobody looks at, it does, and is found out.
//!
//! The database itself notes who wrote under which epoch.

use std::time::{Duration, Instant};

use domain::event::Topic;
use sqlx::PgConnection;
use tokio::time::sleep;

use super::fleet::start;
use super::load::Load;
use super::note;
use super::real::Real;
use crate::kit::postgres::Database;
use crate::kit::program::{Running, Scratch};

/// How long a lease, a takeover and a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// It sleeps when it has published and is about to save; a lease of 10 s runs out meanwhile.
const SLOW: &str = "cursor.before_save=1*sleep(25000)->off";

/// Notes each attempt to save a place beside the epoch of the lease as it is then. `$EPOCH` is what the original is
/// given to judge by.
const NOTING: &str = "
    CREATE TABLE public.saves (nth bigserial, epoch bigint, latest bigint, saved boolean);
    GRANT SELECT, INSERT ON public.saves TO taskbot_relay;
    GRANT USAGE ON SEQUENCE public.saves_nth_seq TO taskbot_relay;
    ALTER FUNCTION save_cursor RENAME TO save_cursor_in_epoch;
    CREATE FUNCTION save_cursor(who text, at_position bigint, up_to bigint, open_holes text, in_epoch bigint)
    RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
        latest bigint := (SELECT epoch FROM leases WHERE name = who);
        saved boolean := save_cursor_in_epoch(who, at_position, up_to, open_holes, $EPOCH);
    BEGIN
        INSERT INTO public.saves (epoch, latest, saved) VALUES (in_epoch, latest, saved);
        RETURN saved;
    END $$;";

/// What an overtaken relay did.
#[derive(Debug, PartialEq, Eq)]
struct Late {
    tried: i64,
    wrote: i64,
}

async fn number(reader: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(reader).await.expect("a number")
}

async fn until(what: &str, reader: &mut PgConnection, sql: &'static str) {
    let began = Instant::now();
    while number(reader, sql).await == 0 {
        assert!(began.elapsed() < PATIENCE, "it never came true that {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// A relay that has published something and has not saved its place.
async fn slow_relay(load: &Load, reader: &mut PgConnection) -> Running {
    let mut command = load.scratch.command(&["serve", "--roles", "relay"]);
    let mut relay = Running::over(command.env("FAILPOINTS", SLOW).spawn().expect("started"));
    drop(relay.stdin.take());
    until("it has the lease", reader, "SELECT count(*) FROM leases WHERE name = 'relay' AND lease_until > now()").await;
    let added = load.scratch.run(&["console", "--user", "ana"], "add one\n").await;
    assert!(added.status.success(), "{}", added.err);
    let (cluster, began) = (&load.real.as_ref().expect("real stores").cluster, Instant::now());
    while cluster.everything(Topic::TaskEvents).is_empty() {
        assert!(began.elapsed() < PATIENCE, "nothing is published: {:#?}", relay.err.all());
        sleep(Duration::from_millis(100)).await;
    }
    relay
}

/// Lets one relay overtake another; `epoch` is what places are saved under.
async fn overtake(epoch: &str) -> Late {
    let database = Database::migrated().await;
    database.sql(&NOTING.replace("$EPOCH", epoch)).await.expect("noted");
    let load = Load::on(Real::with_database(&database.url()).await, Scratch::new()).await;
    let mut reader = load.real.as_ref().expect("real stores").reader().await;
    let mut old = slow_relay(&load, &mut reader).await;
    old.signal("STOP").await;
    let mut new = start(&load, "relay");
    until("another took over", &mut reader, "SELECT count(*) FROM public.saves WHERE epoch > 1").await;
    old.signal("CONT").await;
    until("the old one tried to save", &mut reader, "SELECT count(*) FROM public.saves WHERE epoch < latest").await;
    let late = Late {
        tried: number(&mut reader, "SELECT count(*) FROM public.saves WHERE epoch < latest").await,
        wrote: number(&mut reader, "SELECT count(*) FROM public.saves WHERE epoch < latest AND saved").await,
    };
    let mut faults = Vec::new();
    load.real.as_ref().expect("real stores").check_topics(&mut faults).await;
    assert!(faults.is_empty(), "{faults:#?}");
    old.kill().await;
    assert!(new.terminate().await.success(), "{:#?}", new.err.all());
    late
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_was_overtaken_while_it_was_stopped_writes_nothing_more() {
    let late = overtake("in_epoch").await;
    note(&format!("overtaken: {late:?}"));
    assert!(late.tried > 0 && late.wrote == 0, "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_without_an_epoch_is_found_out() {
    let late = overtake("9223372036854775807").await;
    note(&format!("overtaken, without an epoch: {late:?}"));
    assert!(late.wrote > 0, "the experiment is blind: {late:?}");
}
