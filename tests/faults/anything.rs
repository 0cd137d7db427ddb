//! Anything is killed at any time, and two things at once: a process of any role, a console, the database, the broker.
//!
//! `ANY_KILLS` sets how often.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::time::sleep;

use super::chat::remains;
use super::fleet::{Fleet, settled};
use super::kill_loop::report;
use super::load::{DUE, Load};
use super::real::Real;
use super::size;
use crate::kit::dice::Dice;
use crate::kit::program::{Running, Scratch};
use crate::kit::stack::OwnStack;

const CLIENTS: usize = 2;

/// All that may die.
struct All<'a> {
    load: &'a Load,
    stack: &'a OwnStack,
    fleet: Fleet<'a>,
    console: Running,
    /// What consoles showed that are dead.
    shown: Vec<String>,
}

/// A process that may die.
enum Victim {
    OfFleet(usize),
    Console,
}

impl All<'_> {
    async fn lose(&mut self, kills: u64) {
        let mut dice = Dice::seeded(11);
        for nth in 0..kills {
            sleep(Duration::from_millis(200 + dice.below(1_500))).await;
            let store = ["postgres", "kafka"].into_iter().nth((nth % 3) as usize);
            if let Some(store) = store {
                self.stack.kill(store).await;
            }
            let victim = self.kill_a_process(&mut dice).await;
            if let Some(store) = store {
                sleep(Duration::from_millis(dice.below(2_000))).await;
                self.stack.start(store).await;
            }
            self.start_again(victim).await;
        }
    }

    async fn kill_a_process(&mut self, dice: &mut Dice) -> Victim {
        if dice.below(4) > 0 {
            return Victim::OfFleet(self.fleet.kill_one(dice).await);
        }
        self.console.kill().await;
        self.shown.extend(remains(&mut self.console).await);
        Victim::Console
    }

    async fn start_again(&mut self, victim: Victim) {
        match victim {
            Victim::OfFleet(nth) => self.fleet.start_one(nth).await,
            Victim::Console => self.console = self.load.scratch.console("ana"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_anything_loses_nothing_and_doubles_nothing() {
    let (kills, began) = (size("ANY_KILLS", 6), Instant::now());
    let stack = OwnStack::up(&["postgres", "kafka"]).await;
    let load = Load::on(Real::on(&stack).await, Scratch::new()).await;
    let (fleet, console) = (Fleet::start(&load).await, load.scratch.console("ana"));
    let mut all = All { load: &load, stack: &stack, fleet, console, shown: Vec::new() };
    let killing = async {
        all.lose(kills).await;
        load.over.set(true);
        sleep(DUE).await;
    };
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    tokio::join!(killing, clients, load.reminds());
    let All { fleet, mut console, mut shown, .. } = all;
    console.end().await;
    shown.extend(remains(&mut console).await);
    let found = settled(&load, shown).await;
    report("anything", &found, kills, began);
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    assert!(found.acknowledged > 0 && found.reminders > 0, "a load that does nothing proves nothing");
    assert!(found.shown_again <= i64::try_from(kills).expect("few"), "one message a kill of a console at most");
    fleet.end().await;
}
