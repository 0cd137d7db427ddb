//! Four schedulers race for the same series over five years of a clock that is set by hand, while their owner completes
//! some occurrences early. What is there in the end is what the `rrule` crate says, each once.
//!
//! `SERIES` sets how many series.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
use futures::{StreamExt as _, stream};
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use store_postgres::{Options, PostgresStore};
use tokio::sync::Mutex;

use super::contested::Contested;
use super::{note, size};
use crate::kit::clock::{CountingIds, HandClock};
use crate::kit::dice::Dice;
use crate::kit::postgres::Database;
use crate::kit::world::{ZONE, draft, tenant};

const SCHEDULERS: usize = 4;
const BEGIN: &str = "2026-03-04T15:00:00Z";
const END: &str = "2031-03-04T15:00:00Z";
/// Each with 5 to 260 occurrences.
const OFTEN: [&str; 8] = [
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=3FR",
    "FREQ=MONTHLY;INTERVAL=2",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=3",
    "FREQ=DAILY;INTERVAL=29",
    "FREQ=YEARLY",
];
/// The same shapes with 3 to 8.
const SELDOM: [&str; 8] = [
    "FREQ=MONTHLY;INTERVAL=8",
    "FREQ=MONTHLY;INTERVAL=9;BYMONTHDAY=-1",
    "FREQ=MONTHLY;INTERVAL=10;BYDAY=3FR",
    "FREQ=MONTHLY;INTERVAL=12",
    "FREQ=WEEKLY;INTERVAL=35",
    "FREQ=WEEKLY;INTERVAL=45",
    "FREQ=DAILY;INTERVAL=290",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
];
/// So many series come often: if all did, this would take long, and say nothing more.
const COME_OFTEN: u64 = 16;
/// So many are added at a time.
const HANDS: usize = 16;

/// A series as it is asked for.
struct Asked {
    title: String,
    rule: &'static str,
    start: DateTime,
}

struct Years {
    _database: Database,
    schedulers: Vec<Scheduler>,
    /// A second behind that of the schedulers: what the owner completes, they complete just before it is overtaken.
    owner: Tasks,
    clock: Arc<HandClock>,
    owners_clock: Arc<HandClock>,
    ana: Principal,
    /// How many changes came too late.
    lost: Arc<AtomicU64>,
    /// Looks from outside, across tenants.
    reader: Mutex<PgConnection>,
}

/// Asks a store of its own what is due, and commits through it.
struct Scheduler {
    store: Arc<PostgresStore>,
    tasks: Tasks,
}

/// A busy machine is no reason to fail: what happens at the limits has tests of its own.
fn patient() -> Options {
    let long = Duration::from_secs(30);
    Options { wait: long, patience: long, ..Options::default() }
}

impl Years {
    async fn new(careless: bool) -> Self {
        let database = Database::migrated().await;
        // Nothing dies here, so nothing need be on a disk.
        database.alter("SET synchronous_commit = off").await;
        let (clock, ids) = (Arc::new(HandClock::at(BEGIN)), Arc::new(CountingIds::default()));
        let lost = Arc::new(AtomicU64::default());
        let mut schedulers = Vec::new();
        for _ in 0..SCHEDULERS {
            let store = PostgresStore::open(&database.url(), patient()).await.expect("a store");
            let store = Arc::new(store);
            let contested = Contested { store: store.clone(), ids: ids.clone(), careless, lost: lost.clone() };
            let tasks = Tasks {
                store: Arc::new(contested),
                agenda: store.clone(),
                people: store.clone(),
                audit: store.clone(),
                directory: Arc::new(ConsoleDirectory::new(store.clone())),
                clock: clock.clone(),
                ids: ids.clone(),
                bell: Bell::default(),
            };
            schedulers.push(Scheduler { store, tasks });
        }
        let identity: Identity = "ana".parse().expect("an identity");
        let settings = Settings { zone: Some(ZONE.parse().expect("a zone")), ..Settings::default() };
        let ana = Person { id: PersonId(ids.fresh()), name: "ana".to_owned(), settings, version: 1 };
        let ana = schedulers[0].store.introduce(&identity, ana).await.expect("introduced");
        let ana = Principal { person: ana.id, tenants: [identity.tenant].into(), operator: false };
        let owners_clock = Arc::new(HandClock::at(BEGIN));
        let owner = Tasks { clock: owners_clock.clone(), ..schedulers[0].tasks.clone() };
        let reader = Mutex::new(database.role("taskbot_relay").await);
        Self { _database: database, schedulers, owner, clock, owners_clock, ana, lost, reader }
    }

    /// Gives a command to one of them; a refusal is an answer too.
    async fn execute(&self, tasks: &Tasks, who: &Principal, command: Command) {
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
        match tasks.execute(request).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn add(&self, Asked { title, rule, start }: &Asked) {
        let repeat = Repeat { rule: rule.parse().expect("a rule"), start: Some(*start), from: RepeatFrom::Schedule };
        let due = Due::wall(*start, ZONE.parse().expect("a zone"));
        let task = AddTask { due: Some(due), repeat: Some(repeat), ..draft(&self.ana, title) };
        self.execute(&self.owner, &self.ana, Command::Add(Box::new(task))).await;
    }

    /// What a scheduler does at this moment: everything that it finds due, without asking who else does. One is due: all
    /// race for it. Many are: each begins elsewhere, and meets the others.
    async fn advance(self: Arc<Self>, nth: usize) {
        let Scheduler { store, tasks } = &self.schedulers[nth];
        let mut due = store.due_series(self.clock.now(), 100).await.expect("series");
        let begin = due.len() * nth / SCHEDULERS;
        due.rotate_left(begin);
        for (tenant, series) in due {
            self.execute(tasks, &Principal::system(tenant), Command::Advance(series)).await;
        }
    }

    /// Now and then the owner is faster than the clock.
    async fn complete_one(&self, dice: &mut Dice) {
        let open =
            self.rows("SELECT id::text, doc::json ->> 'current' FROM series WHERE state = 'active' ORDER BY id").await;
        if let Some((_, id)) = dice.pick(&open) {
            let id = TaskRef::Id(TaskId(id.parse().expect("an id")));
            self.execute(&self.owner, &self.ana, Command::Done(vec![id])).await;
        }
    }

    /// Lets the clock go from one due time to the next until the end; how many those were.
    async fn pass(self: &Arc<Self>, dice: &mut Dice) -> usize {
        let end: Timestamp = END.parse().expect("a time");
        let mut moments = 0;
        while let Some(next) = self.schedulers[0].store.next_series().await.expect("a time").filter(|next| *next <= end)
        {
            let now = next.max(self.clock.now());
            self.clock.set(&now.to_string());
            self.owners_clock.set(&(now - SignedDuration::from_secs(1)).to_string());
            moments += 1;
            let racing = (0..SCHEDULERS).map(|nth| tokio::spawn(Arc::clone(self).advance(nth)));
            let racing = join_all(racing.collect::<Vec<_>>());
            let raced = match dice.below(4) {
                0 => tokio::join!(racing, self.complete_one(dice)).0,
                _ => racing.await,
            };
            raced.into_iter().for_each(|done| done.expect("no scheduler panics"));
        }
        moments
    }

    async fn rows(&self, sql: &'static str) -> Vec<(String, String)> {
        sqlx::query_as(sql).fetch_all(&mut *self.reader.lock().await).await.expect("rows")
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

/// A series, the first of them with rules that come often.
fn asked(nth: u64, dice: &mut Dice) -> Asked {
    let rule = *dice.pick(if nth < COME_OFTEN { &OFTEN } else { &SELDOM }).expect("a rule");
    let wall = date(2026, 3, 5).at(9, 0, 0, 0) + SignedDuration::from_hours(24 * dice.below(300).cast_signed());
    // DTSTART is the rule's own first time, which is where both expanders agree.
    let start = expected(rule, wall, 2)[1];
    Asked { title: format!("series-{nth}"), rule, start }
}

/// What came of a race.
struct Raced {
    /// What is wrong after five years of so many series.
    wrong: Vec<String>,
    /// How many changes came too late.
    lost: u64,
}

async fn race(series: u64, careless: bool) -> Raced {
    let began = Instant::now();
    let (years, mut dice) = (Arc::new(Years::new(careless).await), Dice::seeded(5));
    let all: Vec<Asked> = (0..series).map(|nth| asked(nth, &mut dice)).collect();
    stream::iter(&all).for_each_concurrent(HANDS, |one| years.add(one)).await;
    let moments = years.pass(&mut dice).await;
    let found = years.occurrences().await;
    let (many, lost) = (found.values().map(Vec::len).sum::<usize>(), years.lost.load(Ordering::Relaxed));
    note(&format!(
        "schedulers: {series} series, {moments} moments, {many} occurrences, {lost} changes came too late, {:.1} s",
        began.elapsed().as_secs_f32()
    ));
    Raced { wrong: all.iter().filter_map(|one| wrong(one, found.get(&one.title))).collect(), lost }
}

/// What is wrong with one series.
fn wrong(Asked { title, rule, start }: &Asked, found: Option<&Vec<DateTime>>) -> Option<String> {
    let last = END.parse::<Timestamp>().expect("a time").to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let found = found.map(Vec::as_slice).unwrap_or_default();
    let wanted = expected(rule, *start, found.len() + 1);
    if found != &wanted[..found.len()] {
        return Some(format!("{title}: {rule} from {start} is {found:?}"));
    }
    let goes_on = wanted[found.len()] + SignedDuration::from_hours(24) > last;
    (!goes_on).then(|| format!("{title}: {rule} stopped too early"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedulers_that_race_over_five_years_make_each_occurrence_once() {
    let Raced { wrong, lost } = race(size("SERIES", 1_000), false).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(lost > 0, "nobody raced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedulers_that_overwrite_each_other_are_found_out() {
    let Raced { wrong, .. } = race(3, true).await;
    note(&format!("schedulers, careless: {} of 3 series are wrong", wrong.len()));
    assert!(!wrong.is_empty(), "the experiment is blind");
}
