//! The experiments on PostgreSQL and Kafka are shown to notice builds that are broken on purpose.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::sleep;

use super::fleet::{EDGE, SIGABRT, start};
use super::load::Load;
use super::note;
use super::real::Real;
use crate::kit::program::{Running, Scratch};

const CLIENTS: usize = 4;
const LIVES: usize = 4;

fn sabotaged(load: &Load, role: &str, points: &str) -> Running {
    let mut command = load.scratch.command(&["serve", "--roles", role]);
    let mut program = Running::over(command.env("FAILPOINTS", points).spawn().expect("started"));
    drop(program.stdin.take());
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_acknowledges_before_postgresql_commits_is_found_out() {
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let killing = async {
        for _ in 0..LIVES {
            let before = load.acknowledged();
            let mut edge = sabotaged(&load, EDGE, "store.ack_before_commit=return");
            load.address.send_replace(edge.address().await);
            // Long enough that something was promised, however slow the machine is.
            while load.acknowledged() < before + 10 {
                sleep(Duration::from_millis(1)).await;
            }
            edge.kill().await;
        }
    };
    tokio::select! {
        () = killing => {}
        _ = join_all((0..CLIENTS).map(|name| load.client(name))) => panic!("the load never ends by itself"),
    }
    let found = load.oracle().await.examine(&load.ledger, &[]).await;
    let lost = found.faults.iter().filter(|fault| fault.starts_with("lost")).count();
    note(&format!("PostgreSQL, acknowledged too early: of {} commands {lost} are missed", found.acknowledged));
    assert!(lost > 0, "the oracle is blind: {:#?}", found.faults);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_that_moves_on_before_it_has_written_is_found_out() {
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let (_edge, _relay) = (super::fleet::edge(&load).await, start(&load, "relay"));
    let losing = async {
        let points = "runner.ack_before_handle=return;audit.before_append=2*off->return";
        let mut audit = sabotaged(&load, "audit", points);
        let status = audit.ended().await;
        assert_eq!(status.signal(), Some(SIGABRT), "{:#?}", audit.err.all());
        load.over.set(true);
    };
    tokio::join!(losing, join_all((0..2).map(|name| load.client(name))));
    let _audit = start(&load, "audit");
    // What an honest one leaves is audited by then: its membership runs out after 10 s.
    assert!(!load.drained_within(Duration::from_secs(25)).await, "the experiment is blind");
    let found = load.oracle().await.examine(&load.ledger, &[]).await;
    let missing = found.faults.iter().filter(|fault| fault.starts_with("an event is not audited")).count();
    note(&format!("Kafka, moved on before it was written: {missing} events are not audited"));
    assert!(missing > 0, "{:#?}", found.faults);
}
