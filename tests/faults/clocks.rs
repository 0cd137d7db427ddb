//! A process on a machine whose clock is 4.5 s ahead delivers a reminder that another process made: not before its time,
//! because the database's clock counts. One that goes by its own clock is found out.

use sqlx::PgConnection;

use super::load::Load;
use super::note;
use super::real::Real;
use crate::kit::program::{Running, Scratch};

/// Less than the distance at which nobody is claimed any more.
const AHEAD: &str = "clock.ahead=return(4500)";
const BY_ITS_OWN: &str = "clock.ahead=return(4500);clock.of_the_process=return";

/// By how many milliseconds what is due is still to come.
async fn early(reader: &mut PgConnection) -> i64 {
    let left = "SELECT (at / 1000 - extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM reminders";
    sqlx::query_scalar(left).fetch_one(reader).await.expect("one reminder")
}

/// How early a console with these points shows a reminder that an honest one made.
async fn shown(points: &str) -> i64 {
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let mut reader = load.real.as_ref().expect("real stores").reader().await;
    let mut honest = load.scratch.console("ana");
    honest.ask("remind me to stretch in 30 seconds", "Added #1").await;
    honest.kill().await;
    let mut command = load.scratch.command(&["console", "--user", "ana"]);
    let mut ahead = Running::over(command.env("FAILPOINTS", points).spawn().expect("started"));
    ahead.out.line("Reminder (#1)").await;
    early(&mut reader).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_whose_clock_is_ahead_delivers_nothing_early() {
    let early = shown(AHEAD).await;
    note(&format!("clock ahead: delivered {} ms after its time", -early));
    assert!(early <= 0, "{early} ms early");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_goes_by_its_own_clock_is_found_out() {
    let early = shown(BY_ITS_OWN).await;
    note(&format!("clock ahead, by its own: delivered {early} ms before its time"));
    assert!(early > 0, "the experiment is blind: {early} ms early");
}
