use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use tokio_util::sync::CancellationToken;

use super::hooks::Hooks;
use super::people::Triggers;
use super::socket::Sockets;
use super::web::Grant;
use super::{Settings, World, control, demo, hooks, page, socket, web};
use crate::kit::{Bound, Clock, Dice, Faults, Ledger, Limits, Server};

/// A Slack that runs on loopback until it is dropped. What it can do, a [`Slack`] can.
#[derive(Debug)]
pub struct FakeSlack {
    slack: Slack,
    _server: Server,
}

impl FakeSlack {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn start() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(any).await.expect("a free port of loopback")
    }

    /// Starts one at this address.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_at(addr: SocketAddr) -> io::Result<Self> {
        let bound = Bound::take(addr).await?;
        let slack = Slack(Arc::new(Inside::new(bound.addr(), bound.ends())));
        let server = bound.serve(slack.router());
        Ok(Self { slack, _server: server })
    }
}

impl Deref for FakeSlack {
    type Target = Slack;

    fn deref(&self) -> &Slack {
        &self.slack
    }
}

/// A hold on a running Slack; clones hold the same one.
#[derive(Clone, Debug)]
pub struct Slack(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    addr: SocketAddr,
    ends: CancellationToken,
    world: Mutex<World>,
    settings: Mutex<Settings>,
    clock: Clock,
    dice: Dice,
    faults: Faults,
    ledger: Ledger,
    limits: Limits,
    hooks: Hooks,
    triggers: Triggers,
    grants: Mutex<HashMap<String, Grant>>,
    sockets: Sockets,
    client: reqwest::Client,
}

impl Inside {
    fn new(addr: SocketAddr, ends: CancellationToken) -> Self {
        Self {
            addr,
            ends,
            world: Mutex::default(),
            settings: Mutex::default(),
            clock: Clock::default(),
            dice: Dice::new(7),
            faults: Faults::default(),
            ledger: Ledger::default(),
            limits: Limits::default(),
            hooks: Hooks::default(),
            triggers: Triggers::default(),
            grants: Mutex::default(),
            sockets: Sockets::default(),
            client: reqwest::Client::new(),
        }
    }
}

impl Slack {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.addr)
    }

    /// What clients take for `https://slack.com/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.url())
    }

    /// The script of what goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// What happened.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// Its clock, which a test may put forward.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// A copy of how it behaves.
    pub fn settings(&self) -> Settings {
        self.0.settings.lock().expect("no panic while locked").clone()
    }

    /// Changes how it behaves.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.0.settings.lock().expect("no panic while locked"));
    }

    /// Reads what it knows.
    pub fn read<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.world())
    }

    /// Changes what it knows, behind the apps' backs.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world())
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().expect("no panic while locked")
    }

    pub(super) fn now(&self) -> f64 {
        self.0.clock.now()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    pub(super) fn triggers(&self) -> &Triggers {
        &self.0.triggers
    }

    pub(super) fn grants(&self) -> MutexGuard<'_, HashMap<String, Grant>> {
        self.0.grants.lock().expect("no panic while locked")
    }

    pub(super) fn sockets(&self) -> &Sockets {
        &self.0.sockets
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.0.client
    }

    pub(super) fn ends(&self) -> &CancellationToken {
        &self.0.ends
    }

    /// A word that nobody guesses: for secrets, tickets, ids of envelopes.
    pub(super) fn word(&self) -> String {
        format!("{:016x}{:016x}", self.0.dice.roll(), self.0.dice.roll())
    }

    fn router(&self) -> Router {
        let platform = web::routes().merge(hooks::routes()).merge(socket::routes());
        platform.merge(control::routes()).merge(page::routes()).merge(demo::routes()).with_state(self.clone())
    }
}
