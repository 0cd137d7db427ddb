//! What real commands and deliveries commit, against the contracts.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Principal;
use domain::command::{AddTask, Command, TaskEdit};
use domain::event::{Event, EventType, Stream, Topic};
use domain::place::Destination;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::bus::{Outbox, OutboxRow};
use domain::ports::chat::{PostError, Posted};
use domain::ports::clock::Clock;
use domain::task::Task;
use domain::tenant::Platform;
use serde_json::Value;

use super::schema::Contract;
use crate::kit::world::{World, by_id, draft, due, repeat, tenant};

#[tokio::test]
async fn what_is_committed_keeps_the_contracts() {
    let rows = committed().await;
    let mut seen = BTreeSet::new();
    for row in &rows {
        let record: Value = serde_json::from_str(&row.payload).expect("JSON");
        let event: Event = serde_json::from_str(&row.payload).expect("an event");
        let contract = Contract::of(row.topic);
        assert_eq!(contract.faults(&record), Vec::<String>::new(), "{}", row.payload);
        assert_eq!(contract.unnamed(&record), BTreeSet::new(), "fields without a name in the schema");
        assert_eq!((row.topic, row.key.clone()), (event.kind.topic(), event.subject.to_string()));
        seen.insert(event.kind);
    }
    assert_eq!(seen, EventType::ALL.iter().copied().collect(), "each type was committed");
}

#[tokio::test]
async fn each_stream_counts_from_one_without_a_hole() {
    let mut last: BTreeMap<Stream, u64> = BTreeMap::new();
    for row in committed().await {
        let event: Event = serde_json::from_str(&row.payload).expect("an event");
        let version = last.entry(event.stream()).or_default();
        assert_eq!(event.data.version, *version + 1, "{}", row.payload);
        *version += 1;
    }
}

/// Everything that can happen to a few tasks, as it stands in the outbox.
async fn committed() -> Vec<OutboxRow> {
    let world = World::new().await;
    let ana = world.person("ana").await;
    plain_task(&world, &ana).await;
    series(&world, &ana).await;
    deliveries(&world, &ana).await;
    world.store.read(0, &[Topic::TaskEvents, Topic::Reminders], 1_000).await.expect("rows")
}

async fn plain_task(world: &World, ana: &Principal) {
    let report = AddTask { due: Some(due("2026-03-09T09:00")), ..draft(ana, "Write the report") };
    let report = world.add(ana, report).await;
    let edit = TaskEdit { title: Some("Write the whole report".to_owned()), ..TaskEdit::default() };
    world.run(ana, Command::Edit { tasks: by_id(&report), edit: Box::new(edit), expected: None }).await;
    world.run(ana, Command::Done(by_id(&report))).await;
    world.run(ana, Command::Reopen(by_id(&report))).await;
    world.run(ana, Command::Delete { tasks: by_id(&report), expected: None }).await;
}

async fn series(world: &World, ana: &Principal) {
    let notes =
        AddTask { due: Some(due("2026-03-05")), repeat: Some(repeat("FREQ=DAILY")), ..draft(ana, "Stand-up notes") };
    let notes = world.add(ana, notes).await;
    world.clock.set("2026-03-07T20:00:00Z");
    advance(world, ana, &notes).await;
}

async fn advance(world: &World, ana: &Principal, task: &Task) {
    let series = task.recurring.as_ref().expect("a seat").series;
    let request = world.request(&Principal::system(tenant(ana)), Command::Advance(series));
    world.tasks.execute(request).await.expect("advanced");
}

/// One message is posted, one is refused for good.
async fn deliveries(world: &World, ana: &Principal) {
    let reach = [Reach::Platform(Platform::Console)];
    for (title, channel) in [("Stretch", "here"), ("Call the museum", "closed")] {
        let place = Destination { place: Place::Channel(channel.to_owned()), mentions_author: true };
        world.add(ana, AddTask { due: Some(due("2026-03-08T09:00")), place: Some(place), ..draft(ana, title) }).await;
    }
    world.clock.set("2026-03-08T13:00:00Z");
    world.deliveries.claim(&reach, 100).await.expect("claimed");
    let open = world.tasks.agenda.due_deliveries(&reach, world.clock.now(), 100).await.expect("deliveries");
    for (tenant, id) in open {
        let attempt = world.deliveries.begin(&tenant, id).await.expect("begun").expect("an attempt");
        let result = match attempt.posting.place.channel() {
            Some("closed") => Err(PostError::Refused { reason: "the channel is archived".to_owned() }),
            _ => Ok(Posted { message_id: "1".to_owned() }),
        };
        world.deliveries.settle(&attempt, result).await.expect("settled");
    }
}
