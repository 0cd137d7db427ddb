//! What the program stands on stands still, or four times more is asked than it can do: whoever asks in Slack hears
//! something within Slack's three seconds all the same. Each command ends in one answer, which is true: what was done is
//! there once, what was refused is not.

use std::collections::BTreeMap;
use std::time::Duration;

use fakes::slack::Turn;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use super::note;
use super::workspace::Workspace;
use crate::kit::kafka::{Cluster, OwnBroker};
use crate::kit::program::PATIENCE;
use crate::kit::proxy::Proxy;
use crate::slack::kit::{BOTH, Way, connect};

/// How long what the program stands on stands still: longer than its own patience.
const STILL: Duration = Duration::from_secs(5);
/// What is asked meanwhile.
const COMMANDS: u64 = 40;
const EVENTS: u64 = 6;
const PRESSES: usize = 6;
/// So long a commit keeps one of the two threads of a program that is slow on purpose, in milliseconds.
const SLOW_MS: u64 = 50;
/// For how long too much is asked.
const STORM: Duration = Duration::from_secs(3);

/// What a command came to, as its person saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Done,
    Refused,
    /// It could not be told whether it was done, and was said so.
    Unsure,
}

/// What the person was told about a turn, in order.
fn told(site: &Workspace, turn: &Turn) -> Vec<String> {
    let hook = turn.response_url().rsplit('/').next().unwrap_or_default();
    let calls = site.slack.ledger().calls(Some("response_url"));
    let later = calls.into_iter().filter(|call| call.body["response_url"] == hook).map(|call| call.body.to_string());
    let first = turn.taken().then(|| turn.answer().to_string());
    first.into_iter().chain(later).collect()
}

/// How a command ended, once it has; words that only put off do not count.
async fn end(site: &Workspace, turn: &Turn) -> End {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut told = told(site, turn);
        told.retain(|text| !text.contains("Working on it") && !text.contains("That takes too long"));
        match told.as_slice() {
            [] => assert!(Instant::now() < until, "{:?} was never answered", turn.parcel.payload["text"]),
            [text] if text.contains("Added #") => return End::Done,
            [text] if text.contains("nothing was done") => return End::Refused,
            [text] if text.contains("do not know whether") => return End::Unsure,
            other => panic!("not one answer: {other:#?}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// The commands that were not acknowledged in time.
fn late(turns: &BTreeMap<u64, Turn>) -> Vec<(u64, &Turn)> {
    turns.iter().filter(|(_, turn)| !turn.taken()).map(|(job, turn)| (*job, turn)).collect()
}

/// How many commands ended how; what was said is true.
async fn ends(site: &Workspace, turns: &BTreeMap<u64, Turn>) -> BTreeMap<End, usize> {
    let (mut ended, mut tally) = (Vec::new(), BTreeMap::new());
    for (job, turn) in turns {
        ended.push((job, end(site, turn).await));
    }
    let made = site.made().await;
    for (job, end) in ended {
        let made = made.get(job).copied().unwrap_or_default();
        let possible = match end {
            End::Done => made == 1,
            End::Refused => made == 0,
            End::Unsure => made <= 1,
        };
        assert!(possible, "job {job} ended as {end:?}, and {made} of it are there");
        *tally.entry(end).or_default() += 1;
    }
    tally
}

/// The slowest first answer, in milliseconds.
fn slowest<'a>(turns: impl IntoIterator<Item = &'a Turn>) -> u64 {
    turns.into_iter().map(|turn| turn.first.took_ms).max().unwrap_or_default()
}

/// Types jobs from this one on, evenly spread over so long.
async fn type_jobs(site: &Workspace, jobs: std::ops::Range<u64>, over: Duration) -> BTreeMap<u64, Turn> {
    let (first, count) = (jobs.start, u32::try_from(jobs.end - jobs.start).expect("few"));
    let typing = jobs.map(|job| async move {
        sleep(over / count * u32::try_from(job - first).expect("few")).await;
        let person = site.person(&format!("U{}", job % 2));
        (job, person.command("C0", "/task", &format!("add job-{job}")).await)
    });
    join_all(typing).await.into_iter().collect()
}

/// A mention is taken in the end, however often it has to be told, and has its effect once.
async fn taken_once(site: &Workspace, job: u64, turn: &Turn) {
    let until = Instant::now() + PATIENCE;
    loop {
        let attempts = site.slack.ledger().attempts(Some(&turn.parcel.id));
        assert!(attempts.iter().all(|one| one.took_ms < site.slack.settings().ack_ms || one.via == "socket"));
        if attempts.iter().any(|one| one.problem.is_none()) && site.made().await.get(&job) == Some(&1) {
            return;
        }
        assert!(Instant::now() < until, "job {job} was never done: {attempts:#?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Reminders to press in, from this channel on.
async fn reminders(site: &Workspace, from: usize) -> Vec<(String, String)> {
    let channels: Vec<String> = (from..from + PRESSES).map(|nth| format!("C{nth}")).collect();
    let mut posts = Vec::new();
    for channel in channels {
        let ana = site.person("U0");
        while !told(site, &ana.command(&channel, "/task", "remind us to water in 1 second").await)
            .concat()
            .contains("Added")
        {
            sleep(Duration::from_millis(200)).await;
        }
        let ts = site.post(&channel, "alarm_clock").await;
        posts.push((channel, ts));
    }
    posts
}

/// Whether a message of the bot was changed, as Slack's ledger has it.
fn changed(site: &Workspace, ts: &str) -> bool {
    site.slack.ledger().accepted(None).iter().any(|one| one.act == "update" && one.id == ts)
}

/// A press has ended: the message says what became of it, or whoever pressed was told why it does not. That it takes long
/// is no end.
async fn shown(site: &Workspace, ts: &str, turn: &Turn) {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut told = told(site, turn).split_off(1);
        told.retain(|text| !text.contains("That takes too long"));
        let changed = changed(site, ts);
        for text in &told {
            let unsure = text.contains("do not know whether");
            assert!(unsure || (text.contains("nothing was done") && !changed), "changed: {changed}, told: {text}");
        }
        if changed || !told.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "a press was never answered");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Everything is asked while something stands still: `still` stops it and `again` lets it go on. Says how the commands
/// ended.
async fn asked_while(
    site: &Workspace,
    way: Way,
    first: u64,
    still: impl AsyncFnOnce(),
    again: impl AsyncFnOnce(),
) -> BTreeMap<End, usize> {
    connect(&site.slack, &site.processes[0], way).await;
    let reminders = reminders(site, if way == Way::Socket { 10 } else { 20 }).await;
    still().await;
    let mentions = (first + COMMANDS..first + COMMANDS + EVENTS).map(|job| async move {
        let mut said = site.person("U1").mention("C1", &format!("add job-{job}")).await;
        (job, said.turns.remove(0))
    });
    let presses = reminders
        .iter()
        .map(|(channel, ts)| async move { (ts, site.person("U0").press(channel, ts, "done", None).await) });
    let later = async {
        sleep(STILL).await;
        again().await;
    };
    let commands = type_jobs(site, first..first + COMMANDS, STILL);
    let (commands, mentions, presses, ()) = tokio::join!(commands, join_all(mentions), join_all(presses), later);
    let presses_ms = slowest(presses.iter().map(|(_, turn)| turn));
    assert!(late(&commands).is_empty(), "not acknowledged in time: {:#?}", late(&commands));
    let ends = ends(site, &commands).await;
    for (ts, turn) in presses {
        assert!(turn.taken(), "a press was not acknowledged in time: {:#?}", turn.first);
        shown(site, ts, &turn).await;
    }
    for (job, turn) in &mentions {
        taken_once(site, *job, turn).await;
    }
    note(&format!(
        "{way:?}: first answers within {} ms, to presses {presses_ms} ms; {ends:?}",
        slowest(commands.values())
    ));
    ends
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_keeps_nobody_waiting_and_loses_nothing() {
    let server = std::env::var("STACK_POSTGRES_LOGIN_URL").expect("ci/stack.sh up");
    let host = server.rsplit('@').next().and_then(|rest| rest.split('/').next()).expect("a host").to_owned();
    let proxy = Proxy::before(&host).await;
    let through = |scratch: crate::kit::program::Scratch, url: &str| {
        scratch.with("TASKBOT_DATABASE_URL", &url.replace(&host, &proxy.addr))
    };
    let site = Workspace::with(1, through).await;
    // Slack tells again after a moment, when the database is there again.
    site.slack.set(|settings| settings.retry_scale = 0.1);
    for (nth, way) in BOTH.into_iter().enumerate() {
        let first = 1_000 * nth as u64;
        let ends = asked_while(&site, way, first, async || proxy.set(false), async || proxy.set(true)).await;
        assert!(ends.keys().any(|end| *end != End::Done), "an experiment in which nothing goes wrong proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_broker_everything_is_done_as_ever() {
    let broker = OwnBroker::start().await;
    let kafka = Cluster::at(&broker.brokers).await.config;
    let site = Workspace::with(1, |scratch, _| {
        scratch
            .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", kafka.brokers))
            .with("TASKBOT_KAFKA__TOPIC_PREFIX", &kafka.topic_prefix)
            .with("TASKBOT_KAFKA__GROUP_PREFIX", &kafka.group_prefix)
    })
    .await;
    for (nth, way) in BOTH.into_iter().enumerate() {
        let first = 1_000 * nth as u64;
        let still = async || {
            if nth == 0 {
                broker.stop().await;
            }
        };
        let ends = asked_while(&site, way, first, still, async || {}).await;
        // A busy machine may make it refuse one.
        let done = ends.get(&End::Done).copied().unwrap_or_default() as u64;
        assert!(done * 10 >= COMMANDS * 9, "{ends:?}");
    }
}

/// A program of which is known what it can do at most, broken at these points.
async fn slow(points: &str) -> Workspace {
    let points = format!("service.before_commit=sleep({SLOW_MS});{points}");
    Workspace::with(1, |scratch, _| scratch.with("FAILPOINTS", &points).with("TOKIO_WORKER_THREADS", "2")).await
}

/// Asks four times more than can be done, and gives what was asked.
async fn storm(site: &Workspace, way: Way, first: u64) -> BTreeMap<u64, Turn> {
    connect(&site.slack, &site.processes[0], way).await;
    let asked = 4 * 2 * 1_000 / SLOW_MS * STORM.as_secs();
    let turns = type_jobs(site, first..first + asked, STORM).await;
    let (late, ms) = (late(&turns).len(), slowest(turns.values()));
    note(&format!("{way:?}: {asked} asked in {STORM:?}: first answers within {ms} ms, {late} too late"));
    turns
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_times_more_than_can_be_done_is_answered_in_time_and_in_words() {
    let site = slow("").await;
    for (nth, way) in BOTH.into_iter().enumerate() {
        let turns = storm(&site, way, 10_000 * nth as u64).await;
        assert!(late(&turns).is_empty(), "not acknowledged in time: {:#?}", late(&turns));
        let ends = ends(&site, &turns).await;
        note(&format!("{way:?}: {ends:?}"));
        assert!(ends.get(&End::Done).is_some_and(|done| *done > 0), "what can be done is done: {ends:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_takes_on_whatever_comes_and_answers_when_it_is_done_is_found_out() {
    let site = slow("slack.without_seats=return;slack.answer_when_done=return").await;
    assert!(!late(&storm(&site, Way::Http, 0).await).is_empty(), "the experiment is blind");
}
