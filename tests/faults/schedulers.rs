//! Four schedulers race for the same series over five years of a clock that is set by hand, while their owner completes
//! some occurrences early. What is there in the end is what the `rrule` crate says, each once.
//!
//! `SERIES` sets how many series.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bot::console::ConsoleDirectory;
use domain::access::Principal;
use domain::command::{AddTask, Command, Repeat, Request, TaskRef};
use domain::due::Due;
use domain::ids::{PersonId, TaskId};
use domain::message::ConversationId;
use domain::person::{Identity, Person, Settings};
use domain::place::Place;
use domain::ports::agenda::Agenda as _;
use domain::ports::bell::Bell;
use domain::ports::clock::{Clock as _, Ids as _};
use domain::ports::people::People as _;
use domain::service::{Failure, Tasks};
use domain::task::RepeatFrom;
use futures::future::join_all;
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};
use sqlx::Connection as _;
use store_postgres::{Options, PostgresStore};

use super::careless::Careless;
use super::{note, size};
use crate::kit::clock::{CountingIds, HandClock};
use crate::kit::dice::Dice;
use crate::kit::postgres::Database;
use crate::kit::world::{ZONE, draft, tenant};

const SCHEDULERS: usize = 4;
const BEGIN: &str = "2026-03-04T15:00:00Z";
const END: &str = "2031-03-04T15:00:00Z";
const RULES: [&str; 8] = [
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=3FR",
    "FREQ=MONTHLY;INTERVAL=2",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=3",
    "FREQ=DAILY;INTERVAL=29",
    "FREQ=YEARLY",
];

struct Years {
    database: Database,
    /// Each with what it commits through.
    schedulers: Vec<(Arc<PostgresStore>, Tasks)>,
    clock: Arc<HandClock>,
    ana: Principal,
}

/// A busy machine is no reason to fail: what happens at the limits has tests of its own.
fn patient() -> Options {
    let long = Duration::from_secs(30);
    Options { wait: long, patience: long, ..Options::default() }
}

impl Years {
    async fn new(careless: bool) -> Self {
        let database = Database::migrated().await;
        let (clock, ids) = (Arc::new(HandClock::at(BEGIN)), Arc::new(CountingIds::default()));
        let mut schedulers = Vec::new();
        for _ in 0..SCHEDULERS {
            let store = PostgresStore::open(&database.url(), patient()).await.expect("a store");
            let store = Arc::new(store);
            let tasks = Tasks {
                store: match careless {
                    true => Arc::new(Careless { store: store.clone(), ids: ids.clone() }),
                    false => store.clone(),
                },
                agenda: store.clone(),
                people: store.clone(),
                audit: store.clone(),
                directory: Arc::new(ConsoleDirectory::new(store.clone())),
                clock: clock.clone(),
                ids: ids.clone(),
                bell: Bell::default(),
            };
            schedulers.push((store, tasks));
        }
        let identity: Identity = "ana".parse().expect("an identity");
        let settings = Settings { zone: Some(ZONE.parse().expect("a zone")), ..Settings::default() };
        let ana = Person { id: PersonId(ids.fresh()), name: "ana".to_owned(), settings, version: 1 };
        let ana = schedulers[0].0.introduce(&identity, ana).await.expect("introduced");
        let ana = Principal { person: ana.id, tenants: [identity.tenant].into(), operator: false };
        Self { database, schedulers, clock, ana }
    }

    /// Gives a command to one of them; a refusal is an answer too.
    async fn execute(&self, nth: usize, who: &Principal, command: Command) {
        let request = Request {
            principal: who.clone(),
            tenant: tenant(&self.ana),
            place: Place::Direct(who.person),
            conversation: ConversationId("console/years".to_owned()),
            key: None,
            said_at: None,
            trace: None,
            role: "recurrence",
            cause: None,
            command,
        };
        match self.schedulers[nth].1.execute(request).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn add(&self, title: &str, rule: &str, start: DateTime) {
        let repeat = Repeat { rule: rule.parse().expect("a rule"), start: Some(start), from: RepeatFrom::Schedule };
        let due = Due::wall(start, ZONE.parse().expect("a zone"));
        let task = AddTask { due: Some(due), repeat: Some(repeat), ..draft(&self.ana, title) };
        self.execute(0, &self.ana, Command::Add(Box::new(task))).await;
    }

    /// What a scheduler does at this moment: everything that it finds due, without asking who else does.
    async fn advance(&self, nth: usize) {
        let due = self.schedulers[nth].0.due_series(self.clock.now(), 100).await.expect("series");
        for (tenant, series) in due {
            self.execute(nth, &Principal::system(tenant), Command::Advance(series)).await;
        }
    }

    /// Now and then the owner is faster than the clock.
    async fn complete_one(&self, dice: &mut Dice) {
        let tasks = self.rows("SELECT id::text, doc FROM tasks WHERE status = 'open' ORDER BY id").await;
        if let Some((id, _)) = dice.pick(&tasks) {
            let id = TaskRef::Id(TaskId(id.parse().expect("an id")));
            self.execute(SCHEDULERS - 1, &self.ana, Command::Done(vec![id])).await;
        }
    }

    /// Lets the clock go from one due time to the next until the end; how many those were.
    async fn pass(&self, dice: &mut Dice) -> usize {
        let end: Timestamp = END.parse().expect("a time");
        let mut moments = 0;
        while let Some(next) = self.schedulers[0].0.next_series().await.expect("a time").filter(|next| *next <= end) {
            self.clock.set(&next.max(self.clock.now()).to_string());
            moments += 1;
            if dice.below(4) == 0 {
                tokio::join!(join_all((0..SCHEDULERS).map(|nth| self.advance(nth))), self.complete_one(dice));
            } else {
                join_all((0..SCHEDULERS).map(|nth| self.advance(nth))).await;
            }
        }
        moments
    }

    async fn rows(&self, sql: &'static str) -> Vec<(String, String)> {
        let mut reader = self.database.role("taskbot_relay").await;
        let rows = sqlx::query_as(sql).fetch_all(&mut reader).await.expect("rows");
        reader.close().await.expect("closed");
        rows
    }

    /// What there is of each title: wall times, in order.
    async fn occurrences(&self) -> BTreeMap<String, Vec<DateTime>> {
        let mut found: BTreeMap<String, Vec<DateTime>> = BTreeMap::new();
        for (_, doc) in self.rows("SELECT id::text, doc FROM tasks").await {
            let task: domain::task::Task = serde_json::from_str(&doc).expect("a task");
            let due = task.due.expect("a due");
            found.entry(task.title).or_default().push(due.wall_time());
        }
        found.values_mut().for_each(|times| times.sort());
        found
    }
}

/// What the `rrule` crate makes of it: wall times up to this one, and some behind it.
fn expected(rule: &str, start: DateTime, at_least: usize) -> Vec<DateTime> {
    let text = format!("DTSTART:{}Z\nRRULE:{rule}", start.strftime("%Y%m%dT%H%M%S"));
    let set: rrule::RRuleSet = text.parse().expect("a rule");
    let all = set.all(u16::try_from(at_least).expect("few")).dates;
    let seconds = all.iter().map(|date| date.timestamp());
    let wall = |second| Timestamp::from_second(second).expect("a time").to_zoned(jiff::tz::TimeZone::UTC).datetime();
    seconds.map(wall).collect()
}

/// What is wrong after five years of so many series.
async fn race(series: u64, careless: bool) -> Vec<String> {
    let began = Instant::now();
    let (years, mut dice) = (Years::new(careless).await, Dice::seeded(5));
    let mut rules = BTreeMap::new();
    for nth in 0..series {
        let rule = *dice.pick(&RULES).expect("a rule");
        let wall = date(2026, 3, 5).at(9, 0, 0, 0) + SignedDuration::from_hours(24 * dice.below(300).cast_signed());
        // DTSTART is the rule's own first time, which is where both expanders agree.
        let start = expected(rule, wall, 2)[1];
        let title = format!("series-{nth}");
        years.add(&title, rule, start).await;
        rules.insert(title, (rule, start));
    }
    let moments = years.pass(&mut dice).await;
    let found = years.occurrences().await;
    let all: usize = found.values().map(Vec::len).sum();
    note(&format!(
        "schedulers: {series} series, {moments} moments, {all} occurrences, {:.1} s",
        began.elapsed().as_secs_f32()
    ));
    rules.into_iter().filter_map(|(title, (rule, start))| wrong(&title, rule, start, found.get(&title))).collect()
}

/// What is wrong with one series.
fn wrong(title: &str, rule: &str, start: DateTime, found: Option<&Vec<DateTime>>) -> Option<String> {
    let last = END.parse::<Timestamp>().expect("a time").to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let found = found.map(Vec::as_slice).unwrap_or_default();
    let wanted = expected(rule, start, found.len() + 1);
    if found != &wanted[..found.len()] {
        return Some(format!("{title}: {rule} from {start} is {found:?}"));
    }
    let goes_on = wanted[found.len()] + SignedDuration::from_hours(24) > last;
    (!goes_on).then(|| format!("{title}: {rule} stopped too early"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedulers_that_race_over_five_years_make_each_occurrence_once() {
    let wrong = race(size("SERIES", 16), false).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedulers_that_overwrite_each_other_are_found_out() {
    let wrong = race(3, true).await;
    note(&format!("schedulers, careless: {} of 3 series are wrong", wrong.len()));
    assert!(!wrong.is_empty(), "the experiment is blind");
}
