//! Every role in a process of its own on PostgreSQL and Kafka, under load: each is killed at random moments, and each
//! dies by its own hand at each named point that it passes, stands still there, and fails there.
//!
//! `FLEET_KILLS` sets how often the first experiment kills, `FLEET_HITS` at how many passes of a point the second breaks.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::time::{sleep, timeout};

use super::kill_loop::{Typist, report};
use super::load::Load;
use super::oracle::Found;
use super::real::Real;
use super::{note, size};
use crate::kit::dice::Dice;
use crate::kit::program::{PATIENCE, Running, Scratch, Server};

pub(super) const SIGABRT: i32 = 6;
const CLIENTS: usize = 3;
pub(super) const EDGE: &str = "gateway,bot";
/// What runs beside the edge and the consoles.
const REACTIONS: [&str; 5] = ["relay", "relay", "audit", "recurrence", "reminders"];

/// In so much time a console has started on a server, and typed something.
const START: Duration = Duration::from_secs(4);

/// How long it may take until everything is done that was left when the last process died: leases and memberships of
/// the dead have to run out, twice if both relays died.
pub(super) const LEFT: Duration = Duration::from_secs(90);

/// Processes that are alive.
pub(super) struct Fleet<'a> {
    load: &'a Load,
    edge: Server,
    reactions: Vec<(&'static str, Running)>,
}

pub(super) fn start(load: &Load, role: &str) -> Running {
    let mut program = load.scratch.start(&["serve", "--roles", role]);
    drop(program.stdin.take());
    program
}

pub(super) async fn edge(load: &Load) -> Server {
    let server = load.scratch.serve_as(EDGE).await;
    load.address.send_replace(server.addr.clone());
    server
}

impl<'a> Fleet<'a> {
    pub(super) async fn start(load: &'a Load) -> Self {
        let reactions = REACTIONS.iter().map(|role| (*role, start(load, role))).collect();
        Self { edge: edge(load).await, load, reactions }
    }

    /// Kills one of them, whichever: its number.
    pub(super) async fn kill_one(&mut self, dice: &mut Dice) -> usize {
        let nth = usize::try_from(dice.below(1 + REACTIONS.len() as u64)).expect("small");
        let program = self.reactions.get_mut(nth).map_or(&mut self.edge.program, |(_, program)| program);
        program.kill().await;
        nth
    }

    /// Starts one again that was killed.
    pub(super) async fn start_one(&mut self, nth: usize) {
        match self.reactions.get_mut(nth) {
            Some((role, program)) => *program = start(self.load, role),
            None => self.edge = edge(self.load).await,
        }
    }

    async fn lose(&mut self, kills: u64) {
        let mut dice = Dice::seeded(9);
        for _ in 0..kills {
            sleep(Duration::from_millis(200 + dice.below(1_500))).await;
            let nth = self.kill_one(&mut dice).await;
            self.start_one(nth).await;
        }
    }

    /// What the processes of a role have logged.
    pub(super) fn heard(&self, role: &str) -> Vec<String> {
        let of_role = self.reactions.iter().filter(|(name, _)| *name == role);
        of_role.flat_map(|(_, program)| program.err.all()).collect()
    }

    /// Everybody ends well.
    pub(super) async fn end(mut self) {
        assert!(self.edge.program.terminate().await.success());
        for (role, program) in &mut self.reactions {
            assert!(program.terminate().await.success(), "{role}: {:#?}", program.err.all());
        }
    }
}

/// Waits until all work is done, with a console for what is addressed to one; then looks at everything.
pub(super) async fn settled(load: &Load, shown: Vec<String>) -> Found {
    settled_within(load, shown, LEFT).await
}

/// The same, for work that needs so much time.
pub(super) async fn settled_within(load: &Load, mut shown: Vec<String>, patience: Duration) -> Found {
    load.leases_pass().await;
    let mut console = load.scratch.console("ana");
    let began = Instant::now();
    let drained = load.drained_within(patience).await;
    note(&format!("what was left when the last one died took {:.1} s", began.elapsed().as_secs_f32()));
    let left = if drained { String::new() } else { load.what_is_left().await };
    console.end().await;
    shown.extend(super::chat::remains(&mut console).await);
    let mut found = load.examined(&shown).await;
    // Somebody who was killed keeps a place in a group until the broker gives it up: the next occurrences may come late.
    while !found.faults.is_empty() && began.elapsed() < patience {
        tokio::time::sleep(Duration::from_secs(1)).await;
        found = load.examined(&shown).await;
    }
    if !drained {
        found.faults.push(format!("work is left over after {patience:?}: {left}"));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_any_role_loses_nothing_and_doubles_nothing() {
    let (kills, began) = (size("FLEET_KILLS", 20), Instant::now());
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let mut fleet = Fleet::start(&load).await;
    let mut typist = Typist::default();
    let killing = async {
        // A quarter of the kills are the consoles'.
        tokio::join!(fleet.lose(kills - kills / 4), typist.lives(&load, kills / 4, START));
        load.over.set(true);
    };
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    tokio::join!(killing, clients);
    let found = settled(&load, typist.shown).await;
    report("fleet", &found, kills, began);
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    assert!(found.acknowledged > 0 && found.reminders > 0, "a load that does nothing proves nothing");
    assert!(found.shown_again <= i64::try_from(kills / 4).expect("few"), "one message a kill of a console at most");
    fleet.end().await;
}

/// The points that each role passes.
const POINTS: [(&str, &[&str]); 4] = [
    (
        "relay",
        &[
            "lease.after_take",
            "relay.before_publish",
            "relay.after_publish",
            "cursor.before_save",
            "cursor.after_save",
            "relay.after_save",
        ],
    ),
    (
        "audit",
        &[
            "audit.before_append",
            "audit.after_append",
            "runner.before_acknowledge",
            "runner.after_acknowledge",
            "audit.before_seal",
            "audit.after_seal",
        ],
    ),
    ("recurrence", &["recurrence.before_advance", "recurrence.after_advance"]),
    (EDGE, &["service.before_commit", "service.after_commit", "store.before_commit", "store.after_commit"]),
];

/// The point that a process passes once in its life, however long that is.
const ONCE: &str = "lease.after_take";

const OF_CONSOLES: [&str; 4] =
    ["reminders.after_claim", "reminders.after_sending", "reminders.after_post", "reminders.after_settle"];

/// What a process lives through at each of its points: it stands still for seconds, and it fails.
const FAULTS: [&str; 2] = ["3000", "error"];

/// What a process is told: at the pass after so many of the point.
fn told(point: &str, hit: u64, what: &str) -> String {
    let passes = if point == ONCE { 0 } else { hit - 1 };
    format!("{point}={passes}*off->1*{what}->off")
}

/// The same at all of these points, at each one pass later than at that before: what fails and is begun again would hide
/// what comes of another fault in the same round.
fn told_at_each(points: &[&str], hit: u64, fault: &str) -> String {
    let told = points.iter().zip(hit..).map(|(point, pass)| told(point, pass, &format!("return({fault})")));
    told.collect::<Vec<_>>().join(";")
}

/// Whether a process has said of each of these points that it was told this there.
fn said_at_each(lines: &[String], points: &[&str], fault: &str) -> bool {
    points.iter().all(|point| lines.iter().any(|line| line.contains(&format!("{point}: {fault}"))))
}

async fn start_told(load: &Load, role: &str, points: &str) -> Running {
    let mut command = load.scratch.command(&["serve", "--roles", role]);
    let mut program = Running::over(command.env("FAILPOINTS", points).spawn().expect("started"));
    drop(program.stdin.take());
    if role == EDGE {
        load.address.send_replace(program.address().await);
    }
    program
}

/// A role dies at each of its points, one after the other, lives through each fault at all of them, and is left alive.
async fn breaks_at_each(load: &Load, role: &str, points: &[&str], hit: u64) -> Running {
    for point in points {
        let mut program = start_told(load, role, &told(point, hit, "return")).await;
        if timeout(LEFT, program.wait()).await.is_err() {
            panic!("{role} never came to {point}: {:#?}", program.err.all());
        }
        let status = program.ended().await;
        assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}, {:#?}", program.err.all());
    }
    for fault in FAULTS {
        let mut program = start_told(load, role, &told_at_each(points, hit, fault)).await;
        let said = program.err.until(|lines| said_at_each(lines, points, fault)).await;
        assert!(said, "{role}, {fault}: {:#?}", program.err.all());
        assert!(program.terminate().await.success(), "{role}, {fault}: {:#?}", program.err.all());
    }
    start_told(load, role, "").await
}

fn console_told(load: &Load, points: &str) -> Running {
    let mut command = load.scratch.command(&["console", "--user", "ana"]);
    Running::over(command.env("FAILPOINTS", points).spawn().expect("started"))
}

async fn consoles_break(load: &Load, typist: &mut Typist, hit: u64) {
    for point in OF_CONSOLES {
        let mut console = console_told(load, &told(point, hit, "return"));
        let status = typist.until_it_dies(load, &mut console).await;
        assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}, {:#?}", console.err.all());
        // What was left in `sending` is another's only after its lease.
        load.leases_pass().await;
    }
    for fault in FAULTS {
        let mut console = console_told(load, &told_at_each(&OF_CONSOLES, hit, fault));
        let far = |console: &Running| said_at_each(&console.err.all(), &OF_CONSOLES, fault);
        timeout(PATIENCE, typist.type_until(load, &mut console, far)).await.expect("it comes to each point in time");
        assert!(far(&console), "{fault}: the console died: {:#?}", console.err.all());
        load.leases_pass().await;
        typist.stop(load, &mut console).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn breaking_at_any_named_point_loses_nothing_and_doubles_nothing() {
    let (hits, began) = (size("FLEET_HITS", 1), Instant::now());
    let load = Load::on(Real::shared().await, Scratch::new()).await;
    let mut typist = Typist::default();
    let breaking = async {
        let mut alive = Vec::new();
        for hit in 1..=hits {
            drop(std::mem::take(&mut alive));
            let roles = join_all(POINTS.iter().map(|(role, points)| breaks_at_each(&load, role, points, hit)));
            (alive, ()) = tokio::join!(roles, consoles_break(&load, &mut typist, hit));
        }
        load.over.set(true);
        alive
    };
    let clients = join_all((0..CLIENTS).map(|name| load.client(name)));
    let (mut alive, _) = tokio::join!(breaking, clients);
    let found = settled(&load, typist.shown).await;
    let points = POINTS.iter().map(|(_, points)| points.len()).sum::<usize>() + OF_CONSOLES.len();
    let deaths = hits * points as u64;
    note(&format!("named points: {deaths} deaths and {} faults at {points} points", deaths * FAULTS.len() as u64));
    report("named points", &found, deaths, began);
    assert!(found.faults.is_empty(), "{:#?}", found.faults);
    // A message whose post was the last that happened, or whose answer was lost.
    assert!(found.shown_again <= i64::try_from(2 * hits).expect("few"), "only what had been posted at its point");
    for program in &mut alive {
        assert!(timeout(PATIENCE, program.terminate()).await.is_ok_and(|status| status.success()));
    }
}
