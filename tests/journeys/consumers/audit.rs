//! The audit consumer: each event once, in order, whatever the bus repeats or mixes up.

use std::collections::BTreeMap;
use std::sync::Arc;

use consumers::{DeadLetters, Handler, Incoming, Order, Replayed, Role, Which, decode};
use domain::command::{Command, TaskEdit};
use domain::event::{EventData, EventType, Stream};
use domain::ids::{EventId, PersonId};
use domain::ports::audit::AuditLog;
use domain::ports::inbox::{DeadLetter, Inbox};
use jiff::SignedDuration;

use super::Bench;
use crate::kit::dice::Dice;
use crate::kit::world::{by_id, draft};

/// Three versions of one task, as events.
async fn three_versions(bench: &Bench) -> Vec<Incoming> {
    let ana = bench.ana().await;
    let task = bench.world.add(&ana, draft(&ana, "ship release")).await;
    let edit = TaskEdit { title: Some("ship the release".to_owned()), ..TaskEdit::default() };
    bench.world.run(&ana, Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None }).await;
    bench.world.run(&ana, Command::Done(by_id(&task))).await;
    bench.task_events().await
}

const HISTORY: [EventType; 3] = [EventType::TaskCreated, EventType::TaskUpdated, EventType::TaskCompleted];

async fn handle(audit: &dyn Handler, events: &[Incoming]) {
    audit.handle(events).await.expect("handled");
}

#[tokio::test]
async fn redelivered_event_writes_one_audit_row() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    let twice: Vec<Incoming> = events.iter().chain(&events).cloned().collect();
    handle(audit.as_ref(), &twice).await;
    handle(audit.as_ref(), &events[1..]).await;
    assert_eq!(bench.audited_kinds().await, HISTORY);
}

#[tokio::test]
async fn what_is_redelivered_with_a_gap_waits_for_nothing() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &events).await;
    handle(audit.as_ref(), &events[..1]).await;
    handle(audit.as_ref(), &[events[0].clone(), events[2].clone()]).await;
    assert_eq!(bench.audited_kinds().await, HISTORY);
    let parked = bench.world.store.parked("audit", &[events[0].event.stream()]).await.expect("parked");
    assert!(parked.is_empty(), "{parked:?}");
}

#[tokio::test]
async fn event_that_came_too_early_waits_for_the_one_before() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let stream = events[0].event.stream();
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &events[2..]).await;
    handle(audit.as_ref(), &events[1..2]).await;
    assert!(bench.audited().await.is_empty());
    let parked = bench.world.store.parked("audit", &[stream]).await.expect("parked");
    assert_eq!(parked.iter().map(|parked| parked.version).collect::<Vec<_>>(), [2, 3]);
    handle(audit.as_ref(), &events[..1]).await;
    assert_eq!(bench.audited_kinds().await, HISTORY);
    assert!(bench.world.store.parked("audit", &[stream]).await.expect("parked").is_empty());
}

#[tokio::test]
async fn event_that_never_came_is_fetched_from_the_outbox() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &events[2..]).await;
    audit.upkeep().await.expect("nothing is overdue yet");
    assert!(bench.audited().await.is_empty());
    bench.world.clock.forward(SignedDuration::from_secs(61));
    audit.upkeep().await.expect("filled");
    assert_eq!(bench.audited_kinds().await, HISTORY);
    assert!(bench.world.store.parked("audit", &[events[0].event.stream()]).await.expect("parked").is_empty());
}

#[tokio::test]
async fn what_is_fetched_from_the_outbox_keeps_to_its_contract_too() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let inbox = bench.parts.inbox.clone();
    let order = Order::new("audit", inbox.clone(), bench.parts.outbox.clone(), bench.parts.tasks.clock.clone());
    let (stream, none) = (events[0].event.stream(), BTreeMap::new());
    let early = order.plan(async |_| Ok(BTreeMap::new()), &events[2..]).await.expect("a plan");
    order.conclude(&early).await.expect("parked");
    let plan = order.fill(stream, &none, |found| found.event.data.version != 2).await.expect("a plan");
    assert_eq!(plan.apply.iter().map(|one| one.event.data.version).collect::<Vec<_>>(), [1], "2 breaks its contract");
    order.conclude(&plan).await.expect("buried");
    assert_eq!(inbox.dead_letters(Some("audit"), 0, 10).await.expect("letters").len(), 1, "and 3 waits for it in vain");
}

#[tokio::test]
async fn a_gap_that_nothing_can_close_ends_as_a_dead_letter() {
    let bench = Bench::new().await;
    let mut orphan = three_versions(&bench).await.remove(2);
    orphan.payload = orphan.payload.replace("\"version\":3", "\"version\":9").into();
    let orphan = super::records::incoming(&orphan.record());
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), std::slice::from_ref(&orphan)).await;
    bench.world.clock.forward(SignedDuration::from_secs(61));
    audit.upkeep().await.expect("looked after");
    assert!(bench.world.store.parked("audit", &[orphan.event.stream()]).await.expect("parked").is_empty());
    let letters = bench.world.store.dead_letters(Some("audit"), 0, 10).await.expect("letters");
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("an earlier version"), "{}", letters[0].reason);
    assert_eq!(bench.audited_kinds().await, HISTORY, "what the outbox had was not lost");
}

/// The same version of the same task, as another event: what was done after a restore under a number that was published
/// before it.
fn done_anew(one: &Incoming) -> Incoming {
    let id = one.event.id.to_string();
    let other = id.chars().rev().collect::<String>().replace('-', "").parse::<EventId>().expect("an id");
    super::records::incoming(
        &Incoming { payload: one.payload.replace(&id, &other.to_string()).into(), ..one.clone() }.record(),
    )
}

#[tokio::test]
async fn another_event_under_a_version_that_was_there_before_is_a_dead_letter() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    let letters = async || bench.parts.inbox.dead_letters(Some("audit"), 0, 10).await.expect("letters");
    handle(audit.as_ref(), &events).await;
    // From the first on, as one behind the last, and while the version still waits.
    let restored: Vec<Incoming> = events.iter().map(done_anew).collect();
    handle(&*bench.handler(Role::Audit), &[events[0].clone(), restored[0].clone()]).await;
    handle(audit.as_ref(), &restored[1..2]).await;
    assert_eq!(letters().await.len(), 2);
    handle(audit.as_ref(), &restored[2..]).await;
    handle(audit.as_ref(), &[restored.clone(), events.clone()].concat()).await;
    let found = letters().await;
    let origins: Vec<String> = found.iter().map(|letter| letter.origin.clone()).collect();
    let wanted: Vec<String> = events.iter().map(|one| format!("{}, displaced", one.origin)).collect();
    assert_eq!(origins, wanted, "each once, and what is only repeated is none");
    assert!(found[2].reason.contains("another event came before as version 3"), "{}", found[2].reason);
    assert_eq!(bench.audited_kinds().await, HISTORY);
}

#[tokio::test]
async fn another_event_under_a_version_that_waits_is_a_dead_letter() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &events[2..]).await;
    handle(audit.as_ref(), &[done_anew(&events[2]), events[2].clone()]).await;
    handle(audit.as_ref(), &events[..2]).await;
    assert_eq!(bench.audited_kinds().await, HISTORY);
    assert_eq!(bench.parts.inbox.dead_letters(Some("audit"), 0, 10).await.expect("letters").len(), 1);
}

#[tokio::test]
async fn a_letter_that_waits_in_vain_again_after_its_replay_is_a_letter_again() {
    let bench = Bench::new().await;
    let mut orphan = three_versions(&bench).await.remove(2);
    orphan.payload = orphan.payload.replace("\"version\":3", "\"version\":9").into();
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &[super::records::incoming(&orphan.record())]).await;
    let letters =
        DeadLetters::new(bench.parts.inbox.clone(), bench.parts.tasks.clock.clone(), vec![bench.handler(Role::Audit)]);
    for _ in 0..3 {
        bench.world.clock.forward(SignedDuration::from_secs(61));
        audit.upkeep().await.expect("looked after");
        assert_eq!(letters.list(None, 0).await.expect("letters").len(), 1, "it can be seen");
        letters.replay(Which::All, PersonId::SYSTEM, false, |_, _| {}).await.expect("replayed");
    }
    bench.world.clock.forward(SignedDuration::from_secs(61));
    audit.upkeep().await.expect("looked after");
    let found = letters.list(None, 0).await.expect("letters");
    let origins: Vec<&str> = found.iter().map(|letter| letter.origin.as_str()).collect();
    assert_eq!(origins, [format!("{}, waited", orphan.origin)], "it is still the same one");
}

#[tokio::test]
async fn a_displaced_letter_that_is_replayed_fails_again_and_is_no_second_one() {
    let bench = Bench::new().await;
    let events = three_versions(&bench).await;
    let audit = bench.handler(Role::Audit);
    handle(audit.as_ref(), &events).await;
    handle(audit.as_ref(), &[done_anew(&events[1])]).await;
    let letters =
        DeadLetters::new(bench.parts.inbox.clone(), bench.parts.tasks.clock.clone(), vec![bench.handler(Role::Audit)]);
    let before = letters.list(None, 0).await.expect("letters");
    for which in [Which::All, Which::One(before[0].id), Which::All] {
        let mut heard = Vec::new();
        let progress = |_: &DeadLetter, replayed: &Replayed| heard.push(replayed.clone());
        letters.replay(which, PersonId::SYSTEM, false, progress).await.expect("replayed");
        assert_eq!(heard, [Replayed::Failed(before[0].reason.clone())], "{which:?}");
        assert_eq!(letters.list(None, 0).await.expect("letters"), before, "{which:?}");
    }
}

#[tokio::test]
async fn whatever_the_bus_repeats_and_mixes_up_the_log_equals_the_source() {
    let bench = Bench::new().await;
    for _ in 0..20 {
        three_versions(&bench).await;
    }
    let events = bench.incoming().await;
    let mixed = |seed: u64| {
        let mut dice = Dice::seeded(seed);
        let mut mixed: Vec<Incoming> = events.iter().chain(&events).cloned().collect();
        for last in (1..mixed.len()).rev() {
            mixed.swap(last, usize::try_from(dice.below(last as u64 + 1)).expect("small"));
        }
        mixed
    };
    // Two processes at once, each with the whole log twice, in an order of its own.
    let process = |mixed: Vec<Incoming>| {
        let audit = bench.handler(Role::Audit);
        async move {
            for batch in mixed.chunks(7) {
                audit.handle(batch).await.expect("handled");
            }
        }
    };
    tokio::join!(process(mixed(1)), process(mixed(2)));
    bench.world.clock.forward(SignedDuration::from_secs(61));
    bench.handler(Role::Audit).upkeep().await.expect("looked after");
    let mut next: BTreeMap<Stream, u64> = BTreeMap::new();
    for event in bench.audited().await {
        let last = next.entry(event.stream()).or_default();
        *last += 1;
        assert_eq!(event.data.version, *last, "in order, without hole or repeat");
    }
    assert_eq!(bench.audited().await.len(), events.len());
    let later = bench.parts.tasks.clock.now() + SignedDuration::from_hours(1);
    assert!(bench.world.store.waiting("audit", later).await.expect("waiting").is_empty(), "nothing is left behind");
}

/// Breaks one rule of a good event.
type Spoil = fn(&mut Incoming);

fn data(one: &mut Incoming) -> &mut EventData {
    &mut Arc::make_mut(&mut one.event).data
}

#[tokio::test]
async fn event_that_breaks_its_contract_is_refused_with_the_rule() {
    let bench = Bench::new().await;
    let good = three_versions(&bench).await.remove(0);
    let audit = bench.handler(Role::Audit);
    assert_eq!(audit.wants(&good), Ok(true));
    let broken: [(&str, Spoil); 6] = [
        ("key", |one| one.key = "another".to_owned()),
        ("TASK_CREATED on reminders", |one| one.topic = domain::event::Topic::Reminders),
        ("version 0", |one| data(one).version = 0),
        ("no task", |one| data(one).task = None),
        ("a task of version", |one| data(one).version = 7),
        ("262144 bytes", |one| one.payload = " ".repeat(256 * 1_024).into()),
    ];
    for (rule, spoil) in broken {
        let mut spoilt = good.clone();
        spoil(&mut spoilt);
        match audit.wants(&spoilt) {
            Err(consumers::Trouble::Fail(reason)) => assert!(reason.contains(rule), "{reason}"),
            other => panic!("{rule}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_event_of_an_unknown_type_keeps_its_place_and_stops_nothing_behind_it() {
    let bench = Bench::new().await;
    let mut records = Vec::new();
    for incoming in three_versions(&bench).await {
        let mut record = incoming.record();
        record.payload =
            String::from_utf8(record.payload).expect("text").replace("TASK_UPDATED", "TASK_PAINTED").into();
        records.push(record);
    }
    let events: Vec<Incoming> = records.iter().filter_map(|record| decode(record).ok()?.event()).collect();
    assert_eq!((events.len(), events[1].kind.as_str()), (3, "TASK_PAINTED"));
    let stream = events[0].event.stream();
    let audit = bench.handler(Role::Audit);
    assert!(audit.keeps_unknown() && audit.wants(&events[1]) == Ok(true));
    // Out of order and twice, through the parking place.
    handle(audit.as_ref(), &events[1..]).await;
    assert_eq!(bench.world.store.parked("audit", &[stream]).await.expect("parked").len(), 2);
    handle(audit.as_ref(), &events[..2]).await;
    assert!(bench.world.store.parked("audit", &[stream]).await.expect("parked").is_empty());
    assert_eq!(bench.world.store.last_versions(&[stream]).await.expect("versions")[&stream], 3);
    assert_eq!(bench.audited_kinds().await, [EventType::TaskCreated, EventType::TaskCompleted], "it is not shown");
    assert_eq!(bench.world.store.dead_letters(None, 0, 10).await.expect("letters"), []);
}

#[tokio::test]
async fn a_letter_of_an_unknown_type_is_replayed_to_whoever_keeps_it_and_settled_for_others() {
    let bench = Bench::new().await;
    let painted = three_versions(&bench).await.remove(0).payload.replace("TASK_CREATED", "TASK_PAINTED");
    for consumer in ["audit", "recurrence"] {
        let letter = DeadLetter {
            id: 0,
            consumer: consumer.to_owned(),
            topic: "task-events".to_owned(),
            origin: "outbox@1".to_owned(),
            reason: "this release does not know the type".to_owned(),
            payload: painted.clone(),
            at: bench.parts.tasks.clock.now(),
            replayed_at: None,
        };
        bench.parts.inbox.bury(&letter).await.expect("buried");
    }
    let handlers = vec![bench.handler(Role::Audit), bench.handler(Role::Recurrence)];
    let letters = DeadLetters::new(bench.parts.inbox.clone(), bench.parts.tasks.clock.clone(), handlers);
    let mut came = Vec::new();
    let noted = |letter: &DeadLetter, what: &Replayed| came.push((letter.consumer.clone(), what.clone()));
    letters.replay(Which::All, PersonId::SYSTEM, false, noted).await.expect("replayed");
    came.sort_by(|one, two| one.0.cmp(&two.0));
    assert_eq!(came, [("audit".to_owned(), Replayed::Handled), ("recurrence".to_owned(), Replayed::NotWanted)]);
    assert_eq!(letters.list(None, 0).await.expect("letters"), []);
}
