//! `kill -9` at random moments, of a server and of a chat that share one database file.

use std::collections::BTreeSet;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::time::{sleep, timeout};

use super::chat::{Answer, Typed, remains};
use super::ledger::Call;
use super::load::Load;
use super::oracle::Found;
use super::{note, size};
use crate::kit::dice::Dice;
use crate::kit::program::{PATIENCE, Running, Scratch, Server};

const CLIENTS: usize = 4;

/// A moment to live, in milliseconds after the start was over.
const LIFE: std::ops::Range<u64> = 200..2_200;

/// Somebody who types reminders into consoles that die, and keeps what they showed.
#[derive(Default)]
pub(super) struct Typist {
    typed: usize,
    unanswered: Option<Typed>,
    pub(super) shown: Vec<String>,
}

impl Typist {
    /// So many lives of consoles.
    pub(super) async fn lives(&mut self, load: &Load, lives: u64, shortest: Duration) {
        let mut dice = Dice::seeded(7);
        for _ in 0..lives {
            self.live(load, shortest + Duration::from_millis(dice.below(LIFE.end))).await;
        }
    }

    /// One life of a console; it is killed wherever it is after that.
    async fn live(&mut self, load: &Load, life: Duration) {
        let mut console = load.scratch.console("ana");
        timeout(life, self.type_on(load, &mut console)).await.expect_err("it types until it is killed");
        console.kill().await;
        self.read_on(load, &mut console).await;
    }

    /// One life that ends by the console's own hand.
    pub(super) async fn until_it_dies(&mut self, load: &Load, console: &mut Running) -> ExitStatus {
        let typing = async { timeout(PATIENCE, self.type_until_it_dies(load, console)).await };
        typing.await.expect("it dies in time");
        let status = console.ended().await;
        self.read_on(load, console).await;
        status
    }

    /// Nothing more is typed: the console ends when what is due soon is out.
    pub(super) async fn stop(&mut self, load: &Load, console: &mut Running) {
        console.end().await;
        self.read_on(load, console).await;
    }

    /// Reads what a console that has died had written.
    async fn read_on(&mut self, load: &Load, console: &mut Running) {
        let lines = remains(console).await;
        if let Some(last) = self.unanswered.take_if(|last| last.is_among(&lines)) {
            load.ledger.acknowledge(&last.key, None);
        }
        self.shown.extend(lines);
    }

    /// Types one reminder after the other. A line that was not answered is typed again if it had no effect.
    async fn type_on(&mut self, load: &Load, console: &mut Running) {
        self.type_until_it_dies(load, console).await;
        // Which the caller knows.
        std::future::pending::<()>().await;
    }

    pub(super) async fn type_until_it_dies(&mut self, load: &Load, console: &mut Running) {
        self.type_until(load, console, |_| false).await;
    }

    /// The same until the console has come so far, or dies.
    pub(super) async fn type_until(&mut self, load: &Load, console: &mut Running, far: impl Fn(&Running) -> bool) {
        let mut oracle = load.oracle().await;
        while !far(console) {
            let last = match self.unanswered.take() {
                Some(last) if !oracle.has(last.call, &last.title).await => last,
                _ => {
                    self.typed += 1;
                    Typed::new(Call::Remind, &format!("job-{}", self.typed))
                }
            };
            self.unanswered = Some(last.clone());
            match last.ask(console, &load.ledger, None).await {
                Answer::Acknowledged => self.unanswered = None,
                // As the program says: look whether it is there, and type it once more if it is not.
                Answer::Unsure => sleep(PATIENCE / 10).await,
                Answer::None => return,
            }
            sleep(Duration::from_millis(40)).await;
        }
    }
}

async fn kill_consoles(load: &Load, kills: u64) -> Vec<String> {
    let mut typist = Typist::default();
    // A console starts in about as much time as the shortest life is long.
    typist.lives(load, kills, Duration::from_millis(300)).await;
    typist.shown
}

async fn kill_servers(load: &Load, kills: u64) {
    let mut dice = Dice::seeded(8);
    for _ in 0..kills {
        let mut server = load.scratch.serve().await;
        load.address.send_replace(server.addr.clone());
        sleep(Duration::from_millis(LIFE.start + dice.below(LIFE.end - LIFE.start))).await;
        server.program.kill().await;
    }
}

/// Kills both as often as asked, then leaves a server and a console alive.
async fn kill_all(load: &Load, kills: u64) -> (Server, Running, Vec<String>) {
    let (shown, ()) = tokio::join!(kill_consoles(load, kills.div_ceil(2)), kill_servers(load, kills / 2));
    load.over.set(true);
    load.leases_pass().await;
    let server = load.scratch.serve().await;
    load.address.send_replace(server.addr.clone());
    (server, load.scratch.console("ana"), shown)
}

pub(super) fn report(what: &str, found: &Found, kills: u64, began: Instant) {
    note(&format!(
        "{what}: {kills} kills, {} commands acknowledged, {} sent again, {} reminders out, {} too late to \
         be made, {} messages shown again, {:.1} s",
        found.acknowledged,
        found.repeated,
        found.reminders,
        found.too_late,
        found.shown_again,
        began.elapsed().as_secs_f32()
    ));
}

/// The whole loop: what the oracle finds at its end, and the server that is still alive then.
pub(super) async fn run(load: &Load, kills: u64, patience: Duration) -> (Found, Server) {
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    let ((server, mut console, mut shown), _) = tokio::join!(kill_all(load, kills), clients);
    let drained = load.drained_within(patience).await;
    if drained {
        assert!(console.end().await.success());
    } else {
        console.kill().await;
    }
    shown.extend(remains(&mut console).await);
    let mut found = load.oracle().await.examine(&load.ledger, &shown).await;
    if !drained {
        found.faults.push(format!("work is left over after {patience:?}"));
    }
    (found, server)
}

#[tokio::test]
async fn kill_9_at_random_moments_loses_nothing_and_doubles_nothing() {
    let kills = size("KILLS", 30);
    let began = Instant::now();
    let load = Load::new(Scratch::new()).await;
    let (found, mut server) = run(&load, kills, PATIENCE).await;
    report("kill loop", &found, kills, began);
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    assert!(found.acknowledged > 0 && (kills < 10 || found.reminders > 0), "a load that does nothing proves nothing");
    assert!(found.shown_again <= i64::try_from(kills.div_ceil(2)).expect("few"), "one message a kill at most");
    api_agrees(&load).await;
    assert!(server.program.terminate().await.success());
}

/// What was acknowledged is also what the API shows.
async fn api_agrees(load: &Load) {
    let listed = load.listed().await;
    let open_or_done: BTreeSet<_> = listed.iter().map(|(title, id, _)| (title.as_str(), id.as_str())).collect();
    let done: BTreeSet<_> = listed.iter().filter(|(.., status)| status == "done").map(|(title, ..)| title).collect();
    assert_eq!(open_or_done.len(), listed.len(), "none twice");
    for entry in load.ledger.entries().values().filter(|entry| entry.acknowledged) {
        let title = &entry.title;
        match &entry.id {
            Some(id) => assert!(open_or_done.contains(&(title, id)), "{title} is not listed"),
            None => assert!(listed.iter().any(|(listed, ..)| listed == title), "{title} is not listed"),
        }
        assert!(entry.call != Call::Complete || done.contains(title), "{title} is not listed as done");
    }
}
