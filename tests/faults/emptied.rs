//! Kafka loses what it was given, under load: a topic is deleted, and the whole broker comes back without its data. The
//! topics are made again, events go on, and `taskbot republish` brings back what the outbox still holds.

use std::time::{Duration, Instant};

use domain::event::Topic;
use futures::future::join_all;
use tokio::time::sleep;

use super::fleet::{Fleet, settled};
use super::load::Load;
use super::note;
use super::real::Real;
use crate::kit::kafka::{Cluster, OwnBroker};
use crate::kit::program::Scratch;

const CLIENTS: usize = 2;
/// What a load gets before something happens, and after the last.
const WHILE: Duration = Duration::from_secs(3);
/// How long it may take until the loss is noticed, once the broker is there.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the relay says then.
const LOST: &str = "Kafka had lost these topics";

#[derive(Clone, Copy, Debug)]
enum Loss {
    Topic,
    Everything,
}

impl Loss {
    async fn happens(self, load: &Load, broker: &OwnBroker) {
        match self {
            Self::Topic => load.real.as_ref().expect("real stores").cluster.delete(Topic::TaskEvents).await,
            Self::Everything => broker.comes_back_empty().await,
        }
    }
}

/// How often a relay of this fleet has said that something is lost.
fn said(fleet: &Fleet<'_>) -> usize {
    fleet.heard("relay").iter().filter(|line| line.contains(LOST) && line.contains("taskbot republish")).count()
}

/// Waits until the relay has noted that something was published: before that nothing can be lost.
async fn something_is_published(load: &Load) {
    let mut database = load.real.as_ref().expect("real stores").reader().await;
    let noted = "SELECT EXISTS (SELECT FROM cursors WHERE consumer = 'relay' AND position > 0)";
    while !sqlx::query_scalar::<_, bool>(noted).fetch_one(&mut database).await.expect("an answer") {
        sleep(Duration::from_millis(100)).await;
    }
}

async fn losses(load: &Load, broker: &OwnBroker, fleet: &Fleet<'_>) {
    for loss in [Loss::Topic, Loss::Everything] {
        sleep(WHILE).await;
        something_is_published(load).await;
        // Whoever relays and whoever would may both say it.
        let before = said(fleet);
        loss.happens(load, broker).await;
        let began = Instant::now();
        while said(fleet) == before {
            assert!(began.elapsed() < PATIENCE, "{loss:?} is not noticed: {:#?}", fleet.heard("relay"));
            sleep(Duration::from_millis(100)).await;
        }
        note(&format!("{loss:?}: noticed after {:.1} s", began.elapsed().as_secs_f32()));
        let told = load.scratch.done(&["republish", "--dry-run"]).await.out;
        assert!(told.contains("would publish again what happened since 20"), "{told}");
        let done = load.scratch.done(&["republish"]).await.out;
        assert!(done.contains("publishes again what happened since 20"), "{done}");
    }
    sleep(WHILE).await;
    load.over.set(true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kafka_has_lost_is_made_again_said_and_published_again() {
    let broker = OwnBroker::start().await;
    let real = Real::with_topics(Cluster::at(&broker.brokers).await).await;
    real.lost.set(true);
    let load = Load::on(real, Scratch::new()).await;
    let fleet = Fleet::start(&load).await;
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    tokio::join!(losses(&load, &broker, &fleet), clients);
    let found = settled(&load, Vec::new()).await;
    note(&format!("Kafka emptied: {} acknowledged", found.acknowledged));
    assert!(found.faults.is_empty(), "{:#?}, {:#?}", found.faults, fleet.heard("recurrence"));
    assert!(found.acknowledged > 0, "a load that does nothing proves nothing");
    fleet.end().await;
}
