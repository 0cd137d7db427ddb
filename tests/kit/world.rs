//! A whole Taskbot without edges: the real service on the real SQLite store in memory, a clock set by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use consumers::Sealer;
use domain::access::Principal;
use domain::command::{AddTask, Command, Repeat, Request, TaskRef};
use domain::decide::delivery::Attempt;
use domain::due::Due;
use domain::ids::{PersonId, TaskId};
use domain::list::List;
use domain::message::ConversationId;
use domain::outcome::{Effect, Outcome};
use domain::person::{Identity, Person, Settings};
use domain::place::{Channel, Place};
use domain::ports::agenda::{Agenda, Reach};
use domain::ports::bell::Bell;
use domain::ports::chat::{Channels, Directory, Posted};
use domain::ports::clock::{Clock, Ids};
use domain::ports::error::PortError;
use domain::ports::people::People;
use domain::ports::store::Store;
use domain::refusal::Refusal;
use domain::reminder::{Reminder, next_at};
use domain::service::{Deliveries, Failure, Tasks};
use domain::snapshot::Needs;
use domain::task::{RepeatFrom, Task};
use domain::tenant::{Platform, TenantId};
use domain::zone::Zone;
use embedded::{EmbeddedBus, FileLeases};
use jiff::Timestamp;
use store_sqlite::{Options, SqliteStore};

use super::clock::{CountingIds, HandClock};

/// Who is in which channel, as the store noted it.
struct Joined(Arc<SqliteStore>);

#[async_trait]
impl Directory for Joined {
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError> {
        Ok(Channels::all(self.0.joined(principal.person).await?))
    }
}

/// The service, its store and its clock.
pub struct World {
    pub store: Arc<SqliteStore>,
    pub tasks: Tasks,
    pub deliveries: Deliveries,
    pub clock: Arc<HandClock>,
    pub ids: Arc<CountingIds>,
}

/// The zone of everybody in a world.
pub const ZONE: &str = "America/New_York";

impl World {
    /// A world on a Wednesday at 10:00 in New York.
    pub async fn new() -> Self {
        let store =
            Arc::new(SqliteStore::open("sqlite::memory:", Options::default()).await.expect("a store in memory"));
        Self::over(store)
    }

    pub fn over(store: Arc<SqliteStore>) -> Self {
        let clock = Arc::new(HandClock::at("2026-03-04T15:00:00Z"));
        let ids = Arc::new(CountingIds::default());
        let tasks = Tasks {
            store: store.clone(),
            agenda: store.clone(),
            people: store.clone(),
            audit: store.clone(),
            directory: Arc::new(Joined(store.clone())),
            clock: clock.clone(),
            ids: ids.clone(),
            bell: Bell::default(),
        };
        Self { deliveries: Deliveries::new(tasks.clone()), store, tasks, clock, ids }
    }

    /// A bus over the outbox, which no other process reads.
    pub fn bus(&self) -> EmbeddedBus {
        EmbeddedBus::new(self.store.clone(), self.tasks.bell.clone(), Arc::new(FileLeases::default()))
    }

    /// Who seals the audit log of this world.
    pub fn sealer(&self) -> Arc<Sealer> {
        let leases = Arc::new(FileLeases::default());
        Arc::new(Sealer::new(self.store.clone(), leases, self.clock.clone(), None))
    }

    pub async fn person(&self, identity: &str) -> Principal {
        let identity: Identity = identity.parse().expect("an identity");
        let settings = Settings { zone: Some(ZONE.parse().expect("a zone")), ..Settings::default() };
        let newcomer = Person { id: PersonId(self.ids.fresh()), name: identity.user.clone(), settings, version: 1 };
        let person = self.store.introduce(&identity, newcomer).await.expect("introduced");
        Principal { person: person.id, tenants: BTreeSet::from([identity.tenant]), operator: false }
    }

    pub async fn join(&self, who: &Principal, channel: &str) -> List {
        let channel = Channel { tenant: tenant(who), id: channel.to_owned() };
        self.store.join(who.person, &channel).await.expect("joined");
        List::of_channel(&channel)
    }

    pub fn request(&self, who: &Principal, command: Command) -> Request {
        Request {
            principal: who.clone(),
            tenant: tenant(who),
            place: Place::Direct(who.person),
            conversation: ConversationId(format!("{}/test/{}", tenant(who), who.person)),
            key: None,
            said_at: None,
            trace: None,
            role: "bot",
            cause: None,
            command,
        }
    }

    pub async fn run(&self, who: &Principal, command: Command) -> Outcome {
        self.tasks.execute(self.request(who, command)).await.expect("carried out")
    }

    /// Runs a command on one task and gives the task afterwards.
    pub async fn one(&self, who: &Principal, command: Command) -> Task {
        let mut effects: Vec<Effect> = self.run(who, command).await.effects;
        effects.remove(0).task
    }

    pub async fn refused(&self, who: &Principal, command: Command) -> Refusal {
        match self.tasks.execute(self.request(who, command)).await {
            Err(Failure::Refused(refusal)) => refusal,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// What the recurrence consumer does with a task's series, whatever woke it.
    pub async fn advance(&self, task: &Task) {
        let series = task.recurring.as_ref().expect("a seat in a series").series;
        let mut request = self.request(&Principal::system(task.tenant.clone()), Command::Advance(series));
        request.place = Place::Direct(PersonId::SYSTEM);
        request.conversation = ConversationId("recurrence".to_owned());
        self.tasks.execute(request).await.expect("advanced");
    }

    pub async fn add(&self, who: &Principal, task: AddTask) -> Task {
        self.one(who, Command::Add(Box::new(task))).await
    }

    /// What is known of the task's reminders: those that are scheduled or due, and the one delivered last.
    pub async fn reminders(&self, task: &Task) -> Vec<Reminder> {
        let needs = Needs { tasks: by_id(task), ..Needs::in_tenant(task.tenant.clone()) };
        let mut snapshot = self.store.load(&needs).await.expect("loaded");
        snapshot.tasks.remove(&task.id).expect("the task").reminders
    }

    /// When the task will remind next.
    pub async fn reminds_at(&self, task: &Task) -> Option<Timestamp> {
        next_at(&self.reminders(task).await)
    }

    /// Claims what is due on the console and begins to post it.
    pub async fn attempts(&self) -> Vec<Attempt> {
        let reach = [Reach::Platform(Platform::Console)];
        self.deliveries.claim(&reach, 1_000).await.expect("claimed");
        let due = self.store.due_deliveries(&reach, self.clock.now(), 1_000).await.expect("deliveries");
        let mut attempts = Vec::new();
        for (tenant, id) in due {
            attempts.extend(self.deliveries.begin(&tenant, id).await.expect("begun"));
        }
        attempts
    }

    /// Posts what is due, as the consumers do: where each message went, and which tasks it had.
    pub async fn sends(&self) -> Vec<(Place, Vec<u64>)> {
        let mut sent = Vec::new();
        for attempt in self.attempts().await {
            let tasks = attempt.posting.items.iter().map(|item| item.task.number).collect();
            sent.push((attempt.posting.place.clone(), tasks));
            let posted = Posted { message_id: attempt.posting.delivery.to_string() };
            self.deliveries.settle(&attempt, Ok(posted)).await.expect("settled");
        }
        sent
    }

    /// The task as it stands, whoever sees it.
    pub async fn task(&self, who: &Principal, task: &Task) -> Task {
        self.by_id(who, task.id).await
    }

    pub async fn by_id(&self, who: &Principal, id: TaskId) -> Task {
        self.tasks.store.task(&tenant(who), TaskRef::Id(id)).await.expect("an answer").expect("the task")
    }
}

/// The only tenant of a principal.
pub fn tenant(who: &Principal) -> TenantId {
    who.tenants.first().expect("a tenant").clone()
}

/// A task on the person's own list.
pub fn draft(who: &Principal, title: &str) -> AddTask {
    AddTask {
        list: List::personal(tenant(who), who.person),
        title: title.to_owned(),
        description: String::new(),
        priority: None,
        tags: BTreeSet::new(),
        due: None,
        repeat: None,
        assignees: Vec::new(),
        place: None,
        bare_reminder: false,
    }
}

/// A recurrence by its rule, counted from the schedule.
pub fn repeat(rule: &str) -> Repeat {
    Repeat { rule: rule.parse().expect("a rule"), start: None, from: RepeatFrom::Schedule }
}

/// A due from a local wall time in the world's zone.
pub fn due(wall: &str) -> Due {
    let zone: Zone = ZONE.parse().expect("a zone");
    match wall.parse::<jiff::civil::DateTime>() {
        Ok(at) if wall.len() > 10 => Due::wall(at, zone),
        _ => Due::day(wall.parse().expect("a date"), zone),
    }
}

/// The task as commands name it.
pub fn by_id(task: &Task) -> Vec<TaskRef> {
    vec![TaskRef::Id(task.id)]
}
