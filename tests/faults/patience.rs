//! What the program stands on stands still, or four times more is asked than it can do: whoever asks in Slack hears
//! something within Slack's three seconds all the same. Each command ends in one answer, which is true: what was done is
//! there once, what was refused is not.

use std::collections::BTreeMap;
use std::time::Duration;

use fakes::slack::Turn;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use super::note;
use super::workspace::{REMINDS, Workspace};
use crate::kit::kafka::{Cluster, OwnBroker};
use crate::kit::program::{PATIENCE, Scratch};
use crate::kit::proxy::Proxy;
use crate::slack::kit::{BOTH, Way, connect, is_first_word};

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
/// How often everything is asked if an answer was late: a machine may stand still, and what is late by itself is late each
/// time. What was answered has to be true each time.
const TRIES: u64 = 3;

/// In front of a Slack that waits as long as the real one does.
fn impatient(site: Workspace) -> Workspace {
    site.slack.set(|settings| (settings.ack_ms, settings.trigger_ms) = (3_000, 3_000));
    site
}

/// What a command came to, as its person saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Done,
    Refused,
    /// It could not be told whether it was done, and was said so.
    Unsure,
}

/// How a command ended, once it has; words that only put off do not count.
async fn end(site: &Workspace, turn: &Turn) -> End {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut told = site.told(turn);
        told.retain(|text| !is_first_word(text));
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

/// What was not acknowledged in time.
fn late<'a>(turns: impl IntoIterator<Item = &'a Turn>) -> Vec<String> {
    turns.into_iter().filter(|turn| !turn.taken()).map(|turn| format!("{turn:?}")).collect()
}

/// How many commands ended how; what was said is true. Of one that was answered too late Slack itself says that it failed.
async fn ends(site: &Workspace, turns: &BTreeMap<u64, Turn>) -> BTreeMap<End, usize> {
    let (mut ended, mut tally) = (Vec::new(), BTreeMap::new());
    for (job, turn) in turns {
        ended.push((job, if turn.taken() { end(site, turn).await } else { End::Unsure }));
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

/// A mention is taken in the end, however often it has to be told, and has its effect once. Gives what was answered too late.
async fn taken_once(site: &Workspace, job: u64, turn: &Turn) -> Vec<String> {
    let until = Instant::now() + PATIENCE;
    loop {
        let attempts = site.slack.ledger().attempts(Some(&turn.parcel.id));
        if attempts.iter().any(|one| one.problem.is_none()) && site.made().await.get(&job) == Some(&1) {
            let late = attempts.iter().filter(|one| one.took_ms >= site.slack.settings().ack_ms && one.via != "socket");
            return late.map(|one| format!("{one:?}")).collect();
        }
        assert!(Instant::now() < until, "job {job} was never done: {attempts:#?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Reminders to press in, each in a channel in which nothing was reminded of before this round.
async fn reminders(site: &Workspace, round: u64) -> Vec<(String, String)> {
    let from = 4 + PRESSES * usize::try_from(round).expect("few");
    let mut posts = Vec::new();
    for channel in (from..from + PRESSES).map(|nth| format!("C{nth}")) {
        site.remind(&channel).await;
        let ts = site.post(&channel, REMINDS).await;
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
        let mut told = site.told(turn).split_off(usize::from(turn.taken()));
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
async fn asked_while(site: &Workspace, way: Way, still: impl AsyncFn(), again: impl AsyncFn()) -> BTreeMap<End, usize> {
    connect(&site.slack, &site.processes[0], way).await;
    let mut late = Vec::new();
    for nth in 0..TRIES {
        let round = nth + if way == Way::Socket { 0 } else { TRIES };
        let ends;
        (ends, late) = round_while(site, round, &still, &again).await;
        note(&format!("{way:?}: {ends:?}"));
        if late.is_empty() {
            return ends;
        }
    }
    panic!("not acknowledged in time: {late:#?}");
}

/// One round of it: how the commands ended, and what was not acknowledged in time.
async fn round_while(
    site: &Workspace,
    round: u64,
    still: &impl AsyncFn(),
    again: &impl AsyncFn(),
) -> (BTreeMap<End, usize>, Vec<String>) {
    let first = 1_000 * round;
    let reminders = reminders(site, round).await;
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
    note(&format!("first answers within {} ms, to presses {presses_ms} ms", slowest(commands.values())));
    let mut late = late(commands.values().chain(presses.iter().map(|(_, turn)| turn)));
    let ends = ends(site, &commands).await;
    for (ts, turn) in presses {
        shown(site, ts, &turn).await;
    }
    for (job, turn) in &mentions {
        late.extend(taken_once(site, *job, turn).await);
    }
    (ends, late)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_keeps_nobody_waiting_and_loses_nothing() {
    let server = std::env::var("STACK_POSTGRES_LOGIN_URL").expect("ci/stack.sh up");
    let host = server.rsplit('@').next().and_then(|rest| rest.split('/').next()).expect("a host").to_owned();
    let proxy = Proxy::before(&host).await;
    let through = |scratch: Scratch, url: &str| scratch.with("TASKBOT_DATABASE_URL", &url.replace(&host, &proxy.addr));
    let site = impatient(Workspace::with(1, through).await);
    // Slack tells again after a moment, when the database is there again.
    site.slack.set(|settings| settings.retry_scale = 0.1);
    for way in BOTH {
        let ends = asked_while(&site, way, async || proxy.set(false), async || proxy.set(true)).await;
        assert!(ends.keys().any(|end| *end != End::Done), "an experiment in which nothing goes wrong proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_broker_everything_is_done_as_ever() {
    let broker = OwnBroker::start().await;
    let kafka = Cluster::at(&broker.brokers).await.config;
    let onto_kafka = |scratch: Scratch, _: &str| {
        scratch
            .with("TASKBOT_EVENTS_URL", &format!("kafka://{}", kafka.brokers))
            .with("TASKBOT_KAFKA__TOPIC_PREFIX", &kafka.topic_prefix)
            .with("TASKBOT_KAFKA__GROUP_PREFIX", &kafka.group_prefix)
    };
    let site = impatient(Workspace::with(1, onto_kafka).await);
    broker.stop().await;
    for way in BOTH {
        let ends = asked_while(&site, way, async || {}, async || {}).await;
        // A busy machine may make it refuse one.
        let done = ends.get(&End::Done).copied().unwrap_or_default() as u64;
        assert!(done * 10 >= COMMANDS * 9, "{ends:?}");
    }
}

/// A program of which is known what it can do at most, broken at these points.
async fn slow(points: &str) -> Workspace {
    let points = format!("service.before_commit=sleep({SLOW_MS});{points}");
    let few = |scratch: Scratch, _: &str| scratch.with("FAILPOINTS", &points).with("TOKIO_WORKER_THREADS", "2");
    impatient(Workspace::with(1, few).await)
}

/// Asks four times more than can be done, and gives what was asked.
async fn storm(site: &Workspace, way: Way, first: u64) -> BTreeMap<u64, Turn> {
    connect(&site.slack, &site.processes[0], way).await;
    let asked = 4 * 2 * 1_000 / SLOW_MS * STORM.as_secs();
    let turns = type_jobs(site, first..first + asked, STORM).await;
    let (late, ms) = (late(turns.values()).len(), slowest(turns.values()));
    note(&format!("{way:?}: {asked} asked in {STORM:?}: first answers within {ms} ms, {late} too late"));
    turns
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_times_more_than_can_be_done_is_answered_in_time_and_in_words() {
    let site = slow("").await;
    for (nth, way) in BOTH.into_iter().enumerate() {
        let mut too_late = Vec::new();
        for again in 0..TRIES {
            let turns = storm(&site, way, 1_000 * (nth as u64 * TRIES + again)).await;
            too_late = late(turns.values());
            let ends = ends(&site, &turns).await;
            note(&format!("{way:?}: {ends:?}"));
            assert!(ends.get(&End::Done).is_some_and(|done| *done > 0), "what can be done is done: {ends:?}");
            if too_late.is_empty() {
                break;
            }
        }
        assert!(too_late.is_empty(), "not acknowledged in time: {too_late:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_takes_on_whatever_comes_and_answers_when_it_is_done_is_found_out() {
    let site = slow("slack.without_seats=return;slack.answer_when_done=return").await;
    assert!(!late(storm(&site, Way::Http, 0).await.values()).is_empty(), "the experiment is blind");
}
