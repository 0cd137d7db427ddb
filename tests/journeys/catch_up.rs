//! After a downtime: one-shots all still come, of a series only the latest of the last day, the rest is told as missed.

use domain::access::Principal;
use domain::command::{AddTask, Command};
use domain::decide::delivery::MEMBERS_MAX;
use domain::event::{Event, EventType, Topic};
use domain::place::Place;
use domain::ports::agenda::Agenda;
use domain::ports::bus::Outbox;
use domain::query::TaskQuery;
use domain::task::{Status, Task};

use crate::kit::world::{World, by_id, draft, due, repeat};

async fn at(world: &World, who: &Principal, when: &str) -> Task {
    world.add(who, AddTask { due: Some(due(when)), ..draft(who, &format!("due {when}")) }).await
}

async fn series(world: &World, who: &Principal, rule: &str, first: &str) -> Task {
    world.add(who, AddTask { due: Some(due(first)), repeat: Some(repeat(rule)), ..draft(who, rule) }).await
}

/// What a process does at its start: the calendar, then the claimer; series that the claimer found stale as well.
async fn starts(world: &World, known: &[&Task]) -> Vec<(Place, Vec<u64>)> {
    for task in known {
        world.advance(task).await;
    }
    let sent = world.sends().await;
    assert!(world.store.due_series(domain::ports::clock::Clock::now(world.clock.as_ref()), 10).await.is_ok());
    sent
}

async fn open(world: &World, who: &Principal) -> Vec<Task> {
    let query = TaskQuery { status: vec![Status::Open], limit: 200, ..TaskQuery::default() };
    world.tasks.find(who, &query).await.expect("a page").items.into_iter().map(|listed| listed.task).collect()
}

/// Every TASK_MISSED: how many times it counts and how many it names.
async fn missed(world: &World) -> Vec<(u64, usize)> {
    let rows = world.store.read(0, &[Topic::TaskEvents], 10_000).await.expect("rows");
    let events = rows.iter().map(|row| serde_json::from_str::<Event>(&row.payload).expect("an event"));
    let missed = events.filter(|event| event.kind == EventType::TaskMissed);
    missed.map(|event| event.data.occurrence.expect("times")).map(|view| (view.count, view.missed.len())).collect()
}

#[tokio::test]
async fn a_thousand_reminders_of_one_minute_all_come_once_in_messages_that_a_chat_can_show() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let mut set: Vec<u64> = Vec::new();
    for nth in 0..1_000 {
        set.push(at(&world, &ana, &format!("2026-03-05T09:00:{:02}", nth % 60)).await.number);
    }
    world.clock.set("2026-03-05T14:01:00Z");
    let mut came: Vec<u64> = Vec::new();
    loop {
        let sent = world.sends().await;
        assert!(sent.iter().all(|(_, tasks)| tasks.len() <= MEMBERS_MAX));
        came.extend(sent.iter().flat_map(|(_, tasks)| tasks));
        if sent.is_empty() {
            break;
        }
    }
    came.sort_unstable();
    assert_eq!(came, set);
}

#[tokio::test]
async fn one_shots_all_come_late_and_those_for_one_place_are_one_message() {
    let world = World::new().await;
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let mut anas = Vec::new();
    for hour in 11..18 {
        anas.push(at(&world, &ana, &format!("2026-03-04T{hour}:00")).await.number);
    }
    let bens = at(&world, &ben, "2026-03-05T09:00").await.number;
    let later = at(&world, &ana, "2026-06-01T09:00").await.number;
    world.clock.set("2026-03-20T12:00:00Z");
    let mut sent = world.sends().await;
    sent.iter_mut().for_each(|(_, tasks)| tasks.sort_unstable());
    sent.sort();
    let mut expected = vec![(Place::Direct(ana.person), anas), (Place::Direct(ben.person), vec![bens])];
    expected.sort();
    assert_eq!(sent, expected, "sixteen days later, seven in one message");
    assert_eq!(world.sends().await, [], "once");
    world.clock.set("2026-06-01T13:00:00Z");
    assert_eq!(world.sends().await, [(Place::Direct(ana.person), vec![later])]);
}

#[tokio::test]
async fn a_late_reminder_says_how_late_it_is() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    at(&world, &ana, "2026-03-04T11:00").await;
    world.clock.set("2026-03-07T16:00:00Z");
    assert_eq!(world.sends().await.len(), 1);
    let rows = world.store.read(0, &[Topic::Reminders], 100).await.expect("rows");
    let last: Event = serde_json::from_str(&rows.last().expect("a row").payload).expect("an event");
    assert_eq!(last.kind, EventType::ReminderDelivered);
    assert_eq!(last.data.reminder.expect("a reminder").late_ms, Some(3 * 86_400_000), "three days to the millisecond");
}

#[tokio::test]
async fn of_each_series_only_the_latest_of_the_last_day_comes_and_one_event_names_the_rest() {
    // The rule, when the process is back, the local time that is reminded of, and how many times are told as missed.
    let table = [
        ("FREQ=DAILY", "2026-03-10T18:00:00Z", "2026-03-10T09:00:00", 5),
        ("FREQ=HOURLY", "2026-03-06T18:30:00Z", "2026-03-06T13:00:00", 28),
        ("FREQ=MINUTELY;INTERVAL=30", "2026-03-12T15:10:00Z", "2026-03-12T11:00:00", 338),
        ("FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0", "2026-03-07T15:00:00Z", "2026-03-07T09:00:00", 4),
    ];
    for (rule, back, latest, passed) in table {
        let world = World::new().await;
        let ana = world.person("ana").await;
        let first = series(&world, &ana, rule, "2026-03-05T09:00").await;
        world.clock.set(back);
        let sent = starts(&world, &[&first]).await;
        let open = open(&world, &ana).await;
        assert_eq!(open.len(), 1, "{rule}: at most one past occurrence is open");
        assert_eq!(open[0].due.as_ref().expect("a due").wall_time().to_string(), latest, "{rule}");
        assert_eq!(sent, [(Place::Direct(ana.person), vec![open[0].number])], "{rule}");
        let missed = missed(&world).await;
        assert_eq!(missed.len(), 1, "{rule}: one event");
        assert_eq!((missed[0].0, missed[0].1), (passed, usize::try_from(passed.min(100)).expect("few")), "{rule}");
        assert_eq!(starts(&world, &[&first]).await, [], "{rule}: the next start finds nothing left");
    }
}

#[tokio::test]
async fn a_time_more_than_a_day_ago_is_missed_and_the_next_one_waits() {
    for (rule, next) in [("FREQ=WEEKLY", "2026-03-12T09:00"), ("FREQ=MONTHLY", "2026-04-05T09:00")] {
        let world = World::new().await;
        let ana = world.person("ana").await;
        let first = series(&world, &ana, rule, "2026-03-05T09:00").await;
        world.clock.set("2026-03-07T12:00:00Z");
        assert_eq!(starts(&world, &[&first]).await, [], "{rule}: too late to remind");
        assert_eq!(world.task(&ana, &first).await.status, Status::Missed, "{rule}");
        assert_eq!(open(&world, &ana).await[0].due, Some(due(next)), "{rule}");
        assert_eq!(missed(&world).await, [(1, 1)], "{rule}");
    }
}

#[tokio::test]
async fn what_was_done_or_deleted_before_the_downtime_does_not_come_after_it() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let done = at(&world, &ana, "2026-03-05T09:00").await;
    let deleted = series(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.run(&ana, Command::Done(by_id(&done))).await;
    world.run(&ana, Command::Delete { tasks: by_id(&deleted), expected: None }).await;
    world.clock.set("2026-03-09T12:00:00Z");
    assert_eq!(starts(&world, &[&deleted]).await, []);
    assert_eq!(missed(&world).await, []);
}
