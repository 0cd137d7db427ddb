//! The inbox port: what came too early, and what nobody could take.

use std::sync::Arc;

use domain::event::Stream;
use domain::ids::{ReminderId, TaskId};
use domain::ports::inbox::{DeadLetter, Inbox, Parked};
use domain::ports::people::People;

use crate::kit::samples::{Samples, at};

/// Every test of this suite, for an adapter that `$open` opens.
macro_rules! suite {
    ($open:path) => {
        crate::conformance::each!(
            $open,
            inbox: parked_records_come_back_in_version_order,
            streams_that_wait_for_long_are_known,
            a_record_is_buried_once_per_origin_and_consumer,
            a_replayed_letter_is_gone_and_its_replay_is_an_act,
            a_letter_that_comes_back_after_its_replay_waits_again,
            another_record_of_the_same_place_is_a_letter_of_its_own,
        );
    };
}
pub(crate) use suite;

fn parked(stream: Stream, version: u64) -> Parked {
    Parked {
        consumer: "audit".to_owned(),
        stream,
        version,
        origin: format!("outbox@{version}"),
        payload: format!("{{\"version\": {version}}}"),
        at: at(i64::try_from(version).expect("small")),
    }
}

fn letter(consumer: &str, origin: &str) -> DeadLetter {
    DeadLetter {
        id: 0,
        consumer: consumer.to_owned(),
        topic: "task-events".to_owned(),
        origin: origin.to_owned(),
        reason: "no event".to_owned(),
        payload: "{\"half\": \u{fffd}".to_owned(),
        at: at(1),
        replayed_at: None,
    }
}

pub async fn parked_records_come_back_in_version_order(inbox: Arc<impl Inbox>) {
    let samples = Samples::default();
    let stream = Stream::Task(TaskId(samples.id()));
    let records = [parked(stream, 3), parked(stream, 5)];
    for record in records.iter().rev().chain(&records) {
        inbox.park(record).await.expect("parked");
    }
    assert_eq!(inbox.parked("audit", &[stream]).await.expect("an answer"), records);
    assert!(inbox.parked("sync", &[stream]).await.expect("an answer").is_empty());
    inbox.unpark("audit", stream, 3).await.expect("forgotten");
    assert_eq!(inbox.parked("audit", &[stream]).await.expect("an answer"), records[1..]);
}

pub async fn streams_that_wait_for_long_are_known(inbox: Arc<impl Inbox>) {
    let samples = Samples::default();
    let old = Stream::Reminder(ReminderId(samples.id()));
    let young = Stream::Task(TaskId(samples.id()));
    for record in [parked(old, 2), parked(old, 3), parked(young, 9)] {
        inbox.park(&record).await.expect("parked");
    }
    assert_eq!(inbox.waiting("audit", at(4)).await.expect("an answer"), [old]);
    assert_eq!(inbox.waiting("audit", at(2)).await.expect("an answer"), []);
    assert_eq!(inbox.waiting("audit", at(99)).await.expect("an answer").len(), 2);
    assert_eq!(inbox.waiting("sync", at(99)).await.expect("an answer"), []);
}

pub async fn a_record_is_buried_once_per_origin_and_consumer(inbox: Arc<impl Inbox>) {
    let letters = [letter("audit", "outbox@1"), letter("sync", "outbox@1"), letter("audit", "outbox@2")];
    for letter in letters.iter().chain(&letters) {
        inbox.bury(letter).await.expect("buried");
    }
    let found = inbox.dead_letters(None, 0, 10).await.expect("letters");
    let origins: Vec<_> = found.iter().map(|letter| (letter.consumer.as_str(), letter.origin.as_str())).collect();
    assert_eq!(origins, [("audit", "outbox@1"), ("sync", "outbox@1"), ("audit", "outbox@2")]);
    assert_eq!(DeadLetter { id: 0, ..found[0].clone() }, letters[0]);
    assert_eq!(inbox.dead_letters(Some("audit"), 0, 10).await.expect("letters").len(), 2);
    assert_eq!(inbox.dead_letters(None, 0, 1).await.expect("letters"), found[..1]);
    assert_eq!(inbox.dead_letters(None, found[0].id, 1).await.expect("letters"), found[1..2]);
    assert_eq!(inbox.dead_letters(Some("audit"), found[0].id, 9).await.expect("letters"), found[2..]);
}

pub async fn a_replayed_letter_is_gone_and_its_replay_is_an_act(inbox: Arc<impl Inbox + People>) {
    let samples = Samples::default();
    let ana = samples.person("ana").id;
    for origin in ["outbox@1", "outbox@2"] {
        inbox.bury(&letter("audit", origin)).await.expect("buried");
    }
    let first = inbox.dead_letters(None, 0, 10).await.expect("letters")[0].id;
    inbox.replayed(first, ana, at(5)).await.expect("marked");
    inbox.replayed(first, ana, at(6)).await.expect("marked");
    let left = inbox.dead_letters(None, 0, 10).await.expect("letters");
    assert_eq!(left.iter().map(|letter| letter.origin.as_str()).collect::<Vec<_>>(), ["outbox@2"]);
    let acts = inbox.acts(Some(ana), 10).await.expect("acts");
    assert_eq!(acts.len(), 1);
    assert_eq!((acts[0].action.as_str(), acts[0].subject.as_str()), ("dead_letter.replayed", &*first.to_string()));
}

pub async fn a_letter_that_comes_back_after_its_replay_waits_again(inbox: Arc<impl Inbox + People>) {
    let first = letter("audit", "outbox@1");
    inbox.bury(&first).await.expect("buried");
    let id = inbox.dead_letters(None, 0, 10).await.expect("letters")[0].id;
    inbox.bury(&DeadLetter { reason: "said twice".to_owned(), at: at(2), ..first.clone() }).await.expect("buried");
    assert_eq!(
        inbox.dead_letters(None, 0, 10).await.expect("letters"),
        [DeadLetter { id, ..first.clone() }],
        "the first"
    );
    let by = domain::ids::PersonId::SYSTEM;
    inbox.replayed(id, by, at(3)).await.expect("replayed");
    let again = DeadLetter { id, reason: "still no event".to_owned(), at: at(4), ..first };
    inbox.bury(&again).await.expect("buried");
    assert_eq!(inbox.dead_letters(None, 0, 10).await.expect("letters"), [again]);
    inbox.replayed(id, by, at(5)).await.expect("replayed");
    assert_eq!(inbox.dead_letters(None, 0, 10).await.expect("letters"), []);
    assert_eq!(inbox.acts(Some(by), 10).await.expect("acts").len(), 2, "each replay is an act");
}

/// Topics that are made again begin again at their first place.
pub async fn another_record_of_the_same_place_is_a_letter_of_its_own(inbox: Arc<impl Inbox + People>) {
    let first = letter("audit", "task-events/0@7");
    let another = DeadLetter { payload: "{\"another".to_owned(), ..first.clone() };
    for _ in 0..2 {
        inbox.bury(&first).await.expect("buried");
        inbox.bury(&another).await.expect("buried");
    }
    let found = inbox.dead_letters(None, 0, 10).await.expect("letters");
    let said: Vec<_> = found.iter().map(|letter| (letter.origin.clone(), letter.payload.as_str())).collect();
    let origins = [first.origin.clone(), another.other_origin()];
    assert_eq!(said, origins.into_iter().zip([&*first.payload, &*another.payload]).collect::<Vec<_>>());
    let by = domain::ids::PersonId::SYSTEM;
    inbox.replayed(found[0].id, by, at(3)).await.expect("replayed");
    inbox.bury(&another).await.expect("buried");
    assert_eq!(
        inbox.dead_letters(None, 0, 10).await.expect("letters"),
        found[1..],
        "what was replayed is not written over"
    );
}
