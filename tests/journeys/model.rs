//! Random commands, clock steps and deliveries; after each run the promises are checked from outside, on the
//! outbox and the rows. `MODEL_RUNS` sets how many runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::access::Principal;
use domain::command::{AddTask, Command, MoveTo, Repeat, TaskEdit, TaskRef};
use domain::event::{Event, Stream, TaskView, Topic};
use domain::ids::TaskId;
use domain::list::List;
use domain::ports::agenda::Reach;
use domain::ports::bus::Outbox;
use domain::ports::chat::{PostError, Posted};
use domain::ports::clock::Clock;
use domain::ports::store::Store;
use domain::query::TaskQuery;
use domain::service::Failure;
use domain::snapshot::Needs;
use domain::task::{RepeatFrom, Status, Task};
use domain::tenant::{Platform, TenantId};
use jiff::{SignedDuration, ToSpan};

use super::changes::{assert_helpful, assert_whole};
use super::waits::{Step, Waits};
use crate::kit::dice::Dice;
use crate::kit::noting::Noting;
use crate::kit::world::{World, by_id, draft, due};

const REACH: [Reach; 1] = [Reach::Platform(Platform::Console)];
const RULES: [&str; 5] = [
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TH",
    "FREQ=HOURLY;INTERVAL=5",
    "FREQ=DAILY;COUNT=3",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
];

struct Run {
    world: World,
    noting: Arc<Noting>,
    people: Vec<Principal>,
    channel: List,
    dice: Dice,
}

impl Run {
    async fn new(seed: u64) -> Self {
        let mut world = World::new().await;
        let noting = Noting::before(&mut world);
        let people = vec![world.person("ana").await, world.person("ben").await];
        world.join(&people[0], "ops").await;
        let channel = world.join(&people[1], "ops").await;
        Self { world, noting, people, channel, dice: Dice::seeded(seed) }
    }

    async fn tasks(&self, who: &Principal) -> Vec<Task> {
        let query = TaskQuery {
            status: vec![Status::Open, Status::Done, Status::Missed, Status::Skipped, Status::Deleted],
            limit: 200,
            ..TaskQuery::default()
        };
        let page = self.world.tasks.find(who, &query).await.expect("a page");
        page.items.into_iter().map(|listed| listed.task).collect()
    }

    /// All tasks, whoever sees them.
    async fn all_tasks(&self) -> Vec<Task> {
        let mut all: BTreeMap<TaskId, Task> = BTreeMap::new();
        for who in &self.people {
            all.extend(self.tasks(who).await.into_iter().map(|task| (task.id, task)));
        }
        all.into_values().collect()
    }

    async fn step(&mut self) -> Step {
        let who = self.people[usize::try_from(self.dice.below(2)).expect("0 or 1")].clone();
        match self.dice.below(10) {
            0 | 1 => {
                let minutes = i64::try_from(self.dice.below(60 * 40)).expect("small");
                self.world.clock.forward(SignedDuration::from_mins(minutes));
            }
            2 => self.advance_all().await,
            3 => {
                self.deliver().await;
                return Step::Deliver;
            }
            _ => {
                let command = self.command(&who).await;
                return self.give(&who, command).await;
            }
        }
        Step::Other
    }

    async fn give(&self, who: &Principal, command: Command) -> Step {
        let step = match &command {
            Command::Snooze { tasks, until } => match tasks[..] {
                [TaskRef::Id(task)] => Step::Snooze(task, *until),
                _ => panic!("one task is snoozed"),
            },
            Command::Undo => Step::Undo,
            _ => Step::Other,
        };
        match self.world.tasks.execute(self.world.request(who, command)).await {
            Ok(_) => step,
            Err(Failure::Refused(refusal)) => {
                assert_helpful(&refusal, "a life");
                Step::Other
            }
            Err(error) => panic!("{error}"),
        }
    }

    async fn command(&mut self, who: &Principal) -> Command {
        let tasks = self.tasks(who).await;
        let Some(task) = self.dice.pick(&tasks).cloned() else { return self.add(who) };
        let named = by_id(&task);
        let later = due(&format!("2026-03-{:02}T12:30", 5 + self.dice.below(20)));
        match self.dice.below(15) {
            0..=2 => self.add(who),
            3 => Command::Done(named),
            4 => Command::Reopen(named),
            5 => Command::Delete { tasks: named, expected: None },
            6 => Command::Skip(named),
            7 => Command::Move { tasks: named, to: MoveTo::Due(later) },
            8 => {
                let until = self.world.clock.now() + SignedDuration::from_mins(90);
                Command::Snooze { tasks: named, until }
            }
            9 => Command::Claim(named),
            10 => Command::Undo,
            11 => Command::Stop(named),
            12 => Command::MoveToList { tasks: named, list: self.some_list(who) },
            13 => {
                let assignees = self.dice.pick(&self.people).map(|whom| vec![whom.person]);
                let edit = Box::new(TaskEdit { assignees, ..TaskEdit::default() });
                Command::Edit { tasks: named, edit, expected: None }
            }
            _ => self.change(named, later),
        }
    }

    fn some_list(&mut self, who: &Principal) -> List {
        match self.dice.below(2) {
            0 => self.channel.clone(),
            _ => List::personal(TenantId::console(), who.person),
        }
    }

    fn add(&mut self, who: &Principal) -> Command {
        let mut add = AddTask { title: format!("task {}", self.dice.below(1_000)), ..draft(who, "") };
        add.list = self.some_list(who);
        if self.dice.below(4) > 0 {
            let now = domain::due::Due::instant(self.world.clock.now(), due("2026-03-05").zone);
            add.due = now.shifted(90.minutes()).ok();
            add.bare_reminder = self.dice.below(2) == 0;
        }
        if add.due.is_some() && self.dice.below(2) == 0 {
            add.repeat = self.repeat();
        }
        Command::Add(Box::new(add))
    }

    fn repeat(&mut self) -> Option<Repeat> {
        let rule = self.dice.pick(&RULES)?.parse().expect("a rule");
        let from = if self.dice.below(5) == 0 { RepeatFrom::Completion } else { RepeatFrom::Schedule };
        Some(Repeat { rule, start: None, from })
    }

    fn change(&mut self, tasks: Vec<TaskRef>, later: domain::due::Due) -> Command {
        let mut edit = TaskEdit { title: Some(format!("edited {}", self.dice.below(5))), ..TaskEdit::default() };
        match self.dice.below(5) {
            0 => edit.due = Some(Some(later)),
            1 => edit.due = Some(None),
            2 => edit.repeat = Some(self.repeat()),
            3 => edit.repeat = Some(None),
            _ => {}
        }
        Command::Edit { tasks, edit: Box::new(edit), expected: None }
    }

    async fn advance_all(&mut self) {
        let due = self.world.tasks.agenda.due_series(self.world.clock.now(), 100).await.expect("series");
        let mut all: BTreeSet<_> = due.into_iter().collect();
        for task in self.tasks(&self.people[0]).await {
            all.extend(task.recurring.map(|seat| (task.tenant, seat.series)));
        }
        for (tenant, series) in all {
            let system = Principal::system(tenant);
            let request = self.world.request(&system, Command::Advance(series));
            self.world.tasks.execute(request).await.expect("advanced");
        }
    }

    async fn deliver(&mut self) {
        let claimed = self.world.deliveries.claim(&REACH, 50).await.expect("claimed");
        for (tenant, series) in claimed.stale_series {
            let request = self.world.request(&Principal::system(tenant), Command::Advance(series));
            self.world.tasks.execute(request).await.expect("advanced");
        }
        let now = self.world.clock.now();
        let due = self.world.tasks.agenda.due_deliveries(&REACH, now, 50).await.expect("deliveries");
        for (tenant, id) in due {
            let Some(attempt) = self.world.deliveries.begin(&tenant, id).await.expect("begun") else { continue };
            for item in &attempt.posting.items {
                assert!(item.at <= now, "never early");
                let lost_before = attempt.posting.attempt > 1;
                assert!(item.task.is_open() || lost_before, "a cancelled reminder never arrives: {:?}", item.task);
            }
            let result = match self.dice.below(6) {
                0 => Err(PostError::Refused { reason: "no such channel".to_owned() }),
                1 => Err(PostError::Unknown { reason: "no answer".to_owned() }),
                2 => Err(PostError::Later { after: None, reason: "busy".to_owned() }),
                3 => continue,
                _ => Ok(Posted { message_id: id.to_string() }),
            };
            self.world.deliveries.settle(&attempt, result).await.expect("settled");
        }
    }

    async fn check(&mut self, seed: u64) {
        self.advance_all().await;
        let latest = self.latest_states(seed).await;
        let tasks = self.all_tasks().await;
        self.check_rows(seed, &tasks, &latest).await;
        self.check_series(seed, &tasks);
    }

    /// Every stream's versions are 1..n in outbox order; gives the latest state of each task.
    async fn latest_states(&self, seed: u64) -> BTreeMap<TaskId, TaskView> {
        let rows = self.world.store.read(0, &[Topic::TaskEvents, Topic::Reminders], 100_000).await.expect("rows");
        let mut versions: BTreeMap<Stream, u64> = BTreeMap::new();
        let mut latest = BTreeMap::new();
        for row in rows {
            let event: Event = serde_json::from_str(&row.payload).expect("an event");
            let last = versions.entry(event.stream()).or_default();
            assert_eq!(event.data.version, *last + 1, "seed {seed}: a hole or repeat in {}", event.stream());
            *last += 1;
            latest.extend(event.data.task.map(|view| (view.id, view)));
        }
        latest
    }

    async fn check_rows(&self, seed: u64, tasks: &[Task], latest: &BTreeMap<TaskId, TaskView>) {
        let mut needs = Needs::in_tenant(TenantId::console());
        needs.tasks = tasks.iter().flat_map(by_id).collect();
        let snapshot = self.world.store.load(&needs).await.expect("a snapshot");
        for loaded in snapshot.tasks.values() {
            let view = TaskView::of(&loaded.task, &loaded.list);
            assert_eq!(latest.get(&loaded.task.id), Some(&view), "seed {seed}: the last event says what the row says");
        }
        let numbers: BTreeSet<_> = tasks.iter().map(|task| task.number).collect();
        assert_eq!(numbers.len(), tasks.len(), "seed {seed}: numbers are never given twice");
    }

    fn check_series(&self, seed: u64, tasks: &[Task]) {
        let now = self.world.clock.now();
        let mut open: BTreeMap<_, u32> = BTreeMap::new();
        let mut seats = BTreeSet::new();
        for task in tasks {
            let Some(seat) = &task.recurring else { continue };
            if seat.repeat_from == RepeatFrom::Schedule {
                assert!(seats.insert((seat.series, seat.scheduled_at)), "seed {seed}: an occurrence exists twice");
            }
            if task.is_open() && seat.scheduled_at <= now && seat.repeat_from == RepeatFrom::Schedule {
                *open.entry(seat.series).or_default() += 1;
            }
        }
        let worst = open.values().max().copied().unwrap_or_default();
        assert!(worst <= 1, "seed {seed}: {worst} past occurrences of one series are open");
    }
}

#[tokio::test]
async fn random_lives_keep_every_promise() {
    let runs: u64 = std::env::var("MODEL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(12);
    for seed in 1..=runs {
        let (mut run, mut waits) = (Run::new(seed).await, Waits::default());
        for nth in 0..120 {
            let (step, context) = (run.step().await, format!("seed {seed}, step {nth}"));
            run.noting.taken().iter().for_each(|change| assert_whole(change, &context));
            waits.look(&run.world, &run.all_tasks().await, step, &context).await;
        }
        run.check(seed).await;
    }
}
