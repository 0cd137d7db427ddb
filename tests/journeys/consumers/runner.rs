//! The runner: a poison message stops nothing but itself, a pause drops nothing, a letter can be replayed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consumers::{Checker, DeadLetters, Findings, Handler, Incoming, Pace, Replayed, Role, Runner, Trouble, Which};
use domain::event::Topic;
use domain::ids::{EventId, PersonId};
use domain::ports::bus::Record;
use domain::ports::error::PortError;
use domain::ports::inbox::{DeadLetter, Inbox};
use tokio_util::sync::CancellationToken;

use super::records::FixedBus;
use super::{Bench, eventually};
use crate::kit::world::draft;

/// Takes everything, after refusing as often as it was told; panics or fails on one event.
#[derive(Default)]
struct Moody {
    refusals: AtomicU32,
    /// Whether what it refuses with is that somebody has to help.
    helpless: bool,
    fails_on: Option<EventId>,
    panics_on: Option<EventId>,
    handled: Mutex<Vec<EventId>>,
}

impl Moody {
    fn refuses_with(&self) -> PortError {
        let reason = "not in the mood".to_owned();
        match self.helpless {
            true => PortError::Broken { backend: "moody", reason },
            false => PortError::Unavailable { backend: "moody", reason },
        }
    }
}

#[async_trait]
impl Handler for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::TaskEvents]
    }

    fn chunk(&self) -> usize {
        100
    }

    fn wants(&self, _incoming: &Incoming) -> Result<bool, Trouble> {
        Ok(true)
    }

    async fn handle(&self, events: &[Incoming]) -> Result<(), Trouble> {
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(Trouble::from(self.refuses_with()));
        }
        let ids = || events.iter().map(|incoming| incoming.event.id);
        assert!(!ids().any(|id| Some(id) == self.panics_on), "this one is too much");
        if ids().any(|id| Some(id) == self.fails_on) {
            return Err(Trouble::Fail("never that one".to_owned()));
        }
        self.handled.lock().expect("handled").extend(ids());
        Ok(())
    }

    fn span(&self, _incoming: &Incoming) -> tracing::Span {
        tracing::Span::none()
    }
}

async fn tasks(bench: &Bench, many: usize) -> Vec<Record> {
    let ana = bench.ana().await;
    for number in 0..many {
        bench.world.add(&ana, draft(&ana, &format!("task {number}"))).await;
    }
    bench.records().await
}

/// Runs a handler until the bus is empty, and says how many dead letters there are.
async fn run(bench: &Bench, handler: Arc<dyn Handler>, records: Vec<Record>) -> Vec<String> {
    let bus = Arc::new(FixedBus::of(records));
    let (inbox, clock, stop) = (bench.parts.inbox.clone(), bench.parts.tasks.clock.clone(), CancellationToken::new());
    let pace = Pace { first: Duration::from_millis(1), longest: Duration::from_millis(5) };
    let runner = Arc::new(Runner::new(bus.clone(), inbox, clock, handler).with_pace(pace));
    let running = tokio::spawn(runner.run(stop.clone()));
    eventually("everything is acknowledged", || async { bus.left() == 0 }).await;
    stop.cancel();
    running.await.expect("the runner ends when asked");
    let letters = bench.world.store.dead_letters(None, 0, 100).await.expect("letters");
    letters.into_iter().map(|letter| letter.reason).collect()
}

fn record(payload: impl Into<Vec<u8>>, origin: &str) -> Record {
    let (origin, key, payload) = (origin.to_owned(), "key".to_owned(), payload.into());
    Record { topic: Topic::TaskEvents, origin, key, payload }
}

#[tokio::test]
async fn poison_message_stops_only_itself() {
    let bench = Bench::new().await;
    let mut records = tasks(&bench, 5).await;
    let text = String::from_utf8(records[0].payload.clone()).expect("text");
    records.insert(0, record("{", "poison@1"));
    records.insert(2, record([0xff, 0xfe], "poison@2"));
    records.insert(3, record(text.replace("task-event:1", "task-event:2"), "poison@3"));
    records.push(record(text.replace("TASK_CREATED", "TASK_PAINTED"), "poison@4"));
    let reasons = run(&bench, bench.handler(Role::Audit), records).await;
    assert_eq!(bench.audited().await.len(), 5);
    for (reason, said) in reasons.iter().zip(["no CloudEvent", "no UTF-8", "major version 2", "key \"key\""]) {
        assert!(reason.starts_with(said), "{reason}");
    }
    assert_eq!(reasons.len(), 4);
}

#[tokio::test]
async fn an_event_of_an_unknown_type_is_skipped_by_whoever_may_miss_it() {
    let bench = Bench::new().await;
    let mut records = tasks(&bench, 1).await;
    let text = String::from_utf8(records[0].payload.clone()).expect("text");
    records.insert(0, record(text.replace("TASK_CREATED", "TASK_PAINTED"), "new@1"));
    let moody = Arc::new(Moody::default());
    assert!(run(&bench, moody.clone(), records).await.is_empty());
    assert_eq!(moody.handled.lock().expect("handled").len(), 1);
}

#[tokio::test]
async fn a_retry_pauses_and_drops_nothing() {
    for helpless in [false, true] {
        let bench = Bench::new().await;
        let records = tasks(&bench, 5).await;
        let moody = Arc::new(Moody { refusals: AtomicU32::new(7), helpless, ..Moody::default() });
        assert!(run(&bench, moody.clone(), records).await.is_empty());
        assert_eq!(moody.handled.lock().expect("handled").len(), 5);
    }
}

#[tokio::test]
async fn a_batch_that_waits_comes_again_after_a_stop() {
    let bench = Bench::new().await;
    let bus = Arc::new(FixedBus::of(tasks(&bench, 5).await));
    let moody = Arc::new(Moody { refusals: AtomicU32::new(u32::MAX), ..Moody::default() });
    let (inbox, clock, stop) = (bench.parts.inbox.clone(), bench.parts.tasks.clock.clone(), CancellationToken::new());
    let running = tokio::spawn(Arc::new(Runner::new(bus.clone(), inbox, clock, moody.clone())).run(stop.clone()));
    eventually("it was tried", || async { moody.refusals.load(Ordering::SeqCst) < u32::MAX }).await;
    stop.cancel();
    running.await.expect("the runner ends when asked");
    assert_eq!(bus.left(), 5, "nothing was acknowledged");
    assert!(run(&bench, Arc::new(Moody::default()), bench.records().await).await.is_empty());
}

#[tokio::test]
async fn one_failing_and_one_panicking_event_become_dead_letters_alone() {
    let bench = Bench::new().await;
    let records = tasks(&bench, 5).await;
    let events = bench.incoming().await;
    let (fails_on, panics_on) = (Some(events[1].event.id), Some(events[3].event.id));
    let moody = Arc::new(Moody { fails_on, panics_on, ..Moody::default() });
    let reasons = run(&bench, moody.clone(), records).await;
    assert_eq!(reasons, ["never that one", "the consumer panicked on it"]);
    let expected: Vec<EventId> = [0, 2, 4].map(|index: usize| events[index].event.id).to_vec();
    assert_eq!(*moody.handled.lock().expect("handled"), expected);
}

#[tokio::test]
async fn a_dead_letter_is_replayed_once_its_cause_is_gone() {
    let bench = Bench::new().await;
    let records = tasks(&bench, 2).await;
    let events = bench.incoming().await;
    let moody = Arc::new(Moody { fails_on: Some(events[0].event.id), ..Moody::default() });
    run(&bench, moody, records).await;
    let mended = Arc::new(Moody::default());
    let (inbox, clock) = (bench.parts.inbox.clone(), bench.parts.tasks.clock.clone());
    let letters = DeadLetters::new(inbox, clock, vec![mended.clone()]);
    for (dry_run, expected, left) in [(true, Replayed::WouldTry, 1), (false, Replayed::Handled, 0)] {
        let mut heard = Vec::new();
        letters
            .replay(Which::All, PersonId::SYSTEM, dry_run, |_, replayed| heard.push(replayed.clone()))
            .await
            .expect("replayed");
        assert_eq!(heard, [expected]);
        assert_eq!(letters.list(Some("moody"), 0).await.expect("letters").len(), left);
    }
    assert_eq!(*mended.handled.lock().expect("handled"), [events[0].event.id]);
}

#[tokio::test]
async fn however_many_letters_there_are_each_can_be_replayed() {
    let bench = Bench::new().await;
    let records = tasks(&bench, 1).await;
    let payload = String::from_utf8(records[0].payload.clone()).expect("text");
    let (inbox, clock) = (bench.parts.inbox.clone(), bench.parts.tasks.clock.clone());
    let at = clock.now();
    for nth in 0..1_201 {
        let letter = DeadLetter {
            id: 0,
            consumer: "moody".to_owned(),
            topic: "task-events".to_owned(),
            origin: format!("outbox@{nth}"),
            reason: "too much".to_owned(),
            payload: payload.clone(),
            at,
            replayed_at: None,
        };
        inbox.bury(&letter).await.expect("buried");
    }
    let letters = DeadLetters::new(inbox, clock, vec![Arc::new(Moody::default())]);
    for (which, handled) in [(Which::One(1_201), 1), (Which::One(1_201), 0), (Which::All, 1_200)] {
        let mut heard = 0;
        let progress = |_: &DeadLetter, replayed: &Replayed| heard += u32::from(*replayed == Replayed::Handled);
        letters.replay(which, PersonId::SYSTEM, false, progress).await.expect("replayed");
        assert_eq!(heard, handled, "{which:?}");
    }
    assert_eq!(letters.list(None, 0).await.expect("letters"), []);
}

#[tokio::test]
async fn a_consumer_that_stands_still_is_found() {
    let bench = Bench::new().await;
    tasks(&bench, 1).await;
    let parts = &bench.parts;
    let checker = Checker::new(
        parts.tasks.agenda.clone(),
        parts.outbox.clone(),
        parts.tasks.clock.clone(),
        parts.chats.clone(),
        vec![bench.handler(Role::Audit)],
    );
    assert_eq!(checker.check().await.expect("checked"), Findings::default(), "it may just be about to move");
    assert_eq!(checker.check().await.expect("checked").consumers, ["audit"]);
}
