//! The oracle is shown to notice: a build that acknowledges before the commit loses what it acknowledged.

use std::os::unix::process::ExitStatusExt as _;

use futures::future::join_all;

use super::load::Load;
use super::note;
use crate::kit::program::Scratch;

const SIGABRT: i32 = 6;
/// How often the server dies.
const LIVES: usize = 3;
const CLIENTS: usize = 4;

/// Dies instead of a commit.
const HONEST: &str = "store.before_commit=10*off->return";
/// The same, but what was to be committed has been acknowledged by then.
const TOO_EARLY: &str = "store.ack_before_commit=return;store.before_commit=10*off->return";

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
