//! Starting the chosen roles in one process, and stopping them in order.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::bus::{Bus, Outbox, Publisher, RELAY};
use domain::ports::chat::Chat;
use domain::ports::inbox::Inbox;
use domain::ports::lease::Leases;
use domain::service::Tasks;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::audit::{Audit, Sealer};
use crate::board::Board;
use crate::checker::Checker;
use crate::handler::Handler;
use crate::maintenance::Maintenance;
use crate::order::Order;
use crate::recurrence::{Calendar, Recurrence};
use crate::reminders::{Claimer, Deliverer, Reminders};
use crate::runner::Runner;
use crate::supervise::supervised;

/// What the roles work with.
#[derive(Clone)]
pub struct Parts {
    /// The service, with agenda, audit log, clock and bell.
    pub tasks: Tasks,
    /// Where events come from.
    pub bus: Arc<dyn Bus>,
    /// The core's outbox: where missing versions are looked for.
    pub outbox: Arc<dyn Outbox>,
    /// Where what cannot be handled goes.
    pub inbox: Arc<dyn Inbox>,
    /// Who seals the audit log.
    pub sealer: Arc<Sealer>,
    /// Of several processes that reach a platform, who posts to which tenant.
    pub leases: Arc<dyn Leases>,
    /// Where this process can post.
    pub chats: Vec<Arc<dyn Chat>>,
    /// How they stand to the bus.
    pub broker: Broker,
}

/// What stands between the outbox and the consumers, and how much of it they take at once.
#[derive(Clone, Default)]
pub struct Broker {
    /// The broker that the relay publishes to; `None` on the embedded bus, which reads the outbox itself.
    pub publisher: Option<Arc<dyn Publisher>>,
    /// How many events each consumer handles per second at most; `None` means as many as it can.
    pub events_per_second: Option<NonZeroU32>,
}

/// A role that reacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Writes the audit log.
    Audit,
    /// Makes the next occurrences.
    Recurrence,
    /// Claims and delivers reminders.
    Reminders,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] = &[Self::Audit, Self::Recurrence, Self::Reminders];

    /// The role's name, which is its consumer's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audit => Audit::NAME,
            Self::Recurrence => Recurrence::NAME,
            Self::Reminders => Reminders::NAME,
        }
    }
}

/// How much of the database a process sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything.
    Everything,
    /// The audit log and the outbox. What else is to be looked after, others see to.
    AuditAlone,
}

/// The handlers of these roles, one for each consumer on the bus.
#[must_use]
pub fn handlers(parts: &Parts, roles: &[Role]) -> Vec<Arc<dyn Handler>> {
    roles.iter().map(|role| handler(parts, *role)).collect()
}

fn handler(parts: &Parts, role: Role) -> Arc<dyn Handler> {
    match role {
        Role::Audit => {
            let (inbox, outbox) = (Arc::clone(&parts.inbox), Arc::clone(&parts.outbox));
            let order = Order::new(Audit::NAME, inbox, outbox, Arc::clone(&parts.tasks.clock));
            Arc::new(Audit::new(Arc::clone(&parts.tasks.audit), order))
        }
        Role::Recurrence => Arc::new(Recurrence::new(parts.tasks.clone())),
        Role::Reminders => Arc::new(Reminders::new(parts.tasks.bell.clone())),
    }
}

/// Roles that run. Dropping this ends them at once, as a crash would; [`Consumers::stop`] ends them in order.
#[must_use]
pub struct Consumers {
    /// In the order in which they stop.
    stages: Vec<Stage>,
}

/// Tasks that stop together.
struct Stage {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// Starts the roles.
///
/// They stop from the source on: first whoever begins work by the clock, then what is on its way to a chat, then
/// the reactions, then audit, because it hears of all the others, and its seals last.
pub fn start(parts: &Parts, roles: &[Role]) -> Consumers {
    start_seeing(parts, roles, Sight::Everything)
}

/// The same for a process that may not see everything.
pub fn start_seeing(parts: &Parts, roles: &[Role], sight: Sight) -> Consumers {
    let board = Board::default();
    let (mut clocks, mut posts, mut reactions) = (Stage::new(), Stage::new(), Stage::new());
    let (mut audit, mut seals) = (Stage::new(), Stage::new());
    for role in roles {
        match role {
            Role::Audit => {
                audit.run(role.name(), &runner(parts, *role, &board), Runner::run);
                seals.run("sealer", &parts.sealer, Sealer::run);
            }
            Role::Recurrence => {
                clocks.run("calendar", &Arc::new(Calendar::new(parts.tasks.clone())), Calendar::run);
                reactions.run(role.name(), &runner(parts, *role, &board), Runner::run);
            }
            Role::Reminders => {
                let (tasks, chats) = (&parts.tasks, &parts.chats);
                clocks.run("claimer", &Arc::new(Claimer::new(tasks.clone(), chats.clone())), Claimer::run);
                posts.run("deliverer", &Arc::new(Deliverer::new(parts)), Deliverer::run);
                reactions.run(role.name(), &runner(parts, *role, &board), Runner::run);
            }
        }
    }
    look_after(&mut clocks, parts, roles, (board, sight));
    info!(roles = ?roles.iter().map(|role| role.name()).collect::<Vec<_>>(), "consumers started");
    Consumers { stages: vec![clocks, posts, reactions, audit, seals] }
}

fn look_after(stage: &mut Stage, parts: &Parts, roles: &[Role], (board, sight): (Board, Sight)) {
    let clock = &parts.tasks.clock;
    let (agenda, outbox) = (Arc::clone(&parts.tasks.agenda), Arc::clone(&parts.outbox));
    let mut checker = Checker::new(agenda, outbox, Arc::clone(clock), parts.chats.clone(), handlers(parts, roles));
    // Others may have a login that does not see the audit log.
    if roles.contains(&Role::Audit) {
        checker = checker.after_sealer(Arc::clone(&parts.sealer));
    }
    if parts.broker.publisher.is_some() {
        checker = checker.behind_relay(board);
    }
    if sight == Sight::AuditAlone {
        return stage.run("checker", &Arc::new(checker.of_consumers_alone()), Checker::run);
    }
    stage.run("checker", &Arc::new(checker), Checker::run);
    let maintenance = Maintenance::new(Arc::clone(&parts.outbox), Arc::clone(clock), readers(parts));
    stage.run("maintenance", &Arc::new(maintenance), Maintenance::run);
}

/// Who reads the outbox: in front of a broker the relay alone, whatever cursors the embedded bus has left behind.
fn readers(parts: &Parts) -> Vec<&'static str> {
    match parts.broker.publisher {
        Some(_) => vec![RELAY],
        None => Role::ALL.iter().map(|role| role.name()).collect(),
    }
}

fn runner(parts: &Parts, role: Role, board: &Board) -> Arc<Runner> {
    let (bus, inbox, clock) = (Arc::clone(&parts.bus), Arc::clone(&parts.inbox), Arc::clone(&parts.tasks.clock));
    let mut runner = Runner::new(bus, inbox, clock, handler(parts, role)).with_board(board.clone());
    if let Some(publisher) = &parts.broker.publisher {
        runner = runner.with_letters(Arc::clone(publisher));
    }
    if let Some(limit) = parts.broker.events_per_second {
        runner = runner.with_limit(limit);
    }
    Arc::new(runner)
}

impl Stage {
    fn new() -> Self {
        Self { stop: CancellationToken::new(), tasks: JoinSet::new() }
    }

    /// Runs a loop under supervision.
    fn run<T, F>(&mut self, name: &'static str, what: &Arc<T>, run: fn(Arc<T>, CancellationToken) -> F)
    where
        T: Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let (what, stop) = (Arc::clone(what), self.stop.clone());
        let token = stop.clone();
        self.tasks.spawn(supervised(name, stop, move || run(Arc::clone(&what), token.clone())));
    }
}

impl Consumers {
    /// Stops everything in order. What has not ended within `grace` is cut off, which loses nothing: it is taken
    /// up again at the next start.
    pub async fn stop(self, grace: Duration) {
        let ended = tokio::time::timeout(grace, async {
            for mut stage in self.stages {
                stage.stop.cancel();
                while stage.tasks.join_next().await.is_some() {}
            }
        });
        if ended.await.is_err() {
            warn!(grace_s = grace.as_secs(), "consumers were still busy and are cut off");
        }
    }
}
