//! The broker goes away under load, and comes back: commands and reminders go on without it.
//!
//! `BROKER_AWAY` sets for how many seconds the broker is away.

use std::time::Duration;

use futures::future::join_all;
use sqlx::Connection as _;
use tokio::time::{Instant, sleep};

use super::fleet::{Fleet, LEFT, settled_within};
use super::kill_loop::Typist;
use super::load::Load;
use super::real::Real;
use super::{note, size};
use crate::kit::kafka::{Cluster, OwnBroker};
use crate::kit::program::{PATIENCE, Scratch};

const CLIENTS: usize = 2;
/// What a load gets before something goes away, and after it is back.
const WHILE: Duration = Duration::from_secs(4);

/// How many calls were acknowledged and how many reminders delivered.
async fn done(load: &Load) -> (usize, i64) {
    (load.acknowledged(), load.delivered().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_away_stops_neither_commands_nor_reminders_and_is_caught_up_with() {
    let away = Duration::from_secs(size("BROKER_AWAY", 10));
    let broker = OwnBroker::start().await;
    let real = Real::with_topics(Cluster::at(&broker.brokers).await).await;
    let load = Load::on(real, Scratch::new()).await;
    let fleet = Fleet::start(&load).await;
    let (mut typist, mut console) = (Typist::default(), load.scratch.console("ana"));
    let going = async {
        sleep(WHILE).await;
        broker.stop().await;
        let before = done(&load).await;
        sleep(away).await;
        let mut after = done(&load).await;
        // A busy machine may have had no time for them so far; it is away until both went on.
        let until = Instant::now() + PATIENCE;
        while (after.0 == before.0 || after.1 == before.1) && Instant::now() < until {
            sleep(Duration::from_millis(100)).await;
            after = done(&load).await;
        }
        broker.start_again().await;
        sleep(WHILE).await;
        load.over.set(true);
        (after.0 - before.0, after.1 - before.1)
    };
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    let both = async { tokio::join!(going, clients).0 };
    let (acknowledged, delivered) = tokio::select! {
        meanwhile = both => meanwhile,
        () = typist.type_until_it_dies(&load, &mut console) => panic!("the console died: {:#?}", console.err.all()),
    };
    typist.stop(&load, &mut console).await;
    // What piled up is caught up with in less time than it took.
    let found = settled_within(&load, typist.shown, LEFT.max(away)).await;
    note(&format!(
        "broker away for {} s: meanwhile {acknowledged} commands and {delivered} reminders, {} in all",
        away.as_secs(),
        found.acknowledged
    ));
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    assert!(acknowledged > 0 && delivered > 0, "it stopped commands or reminders");
    fleet.end().await;
}

impl Load {
    /// How many reminders are delivered.
    async fn delivered(&self) -> i64 {
        let mut reader = self.real.as_ref().expect("real stores").reader().await;
        let count = "SELECT count(*) FROM reminders WHERE state = 'delivered'";
        let count = sqlx::query_scalar(count).fetch_one(&mut reader).await.expect("a count");
        reader.close().await.expect("closed");
        count
    }
}
