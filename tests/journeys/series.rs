//! Series from the first occurrence on: completed, skipped, reopened, overtaken, caught up with.

use domain::access::Principal;
use domain::command::{AddTask, Command, Repeat};
use domain::event::EventType;
use domain::ports::bus::Outbox;
use domain::query::TaskQuery;
use domain::task::{RepeatFrom, Status, Task};

use crate::kit::world::{World, by_id, draft, due, repeat};

async fn begin(world: &World, who: &Principal, rule: &str, first: &str) -> Task {
    world.add(who, AddTask { due: Some(due(first)), repeat: Some(repeat(rule)), ..draft(who, "stand-up") }).await
}

async fn open(world: &World, who: &Principal) -> Vec<Task> {
    let query = TaskQuery { status: vec![Status::Open], limit: 100, ..TaskQuery::default() };
    let page = world.tasks.find(who, &query).await.expect("a page");
    page.items.into_iter().map(|listed| listed.task).collect()
}

async fn events(world: &World) -> Vec<EventType> {
    let topics = [domain::event::Topic::TaskEvents, domain::event::Topic::Reminders];
    let rows = world.store.read(0, &topics, 1_000).await.expect("rows");
    let kind = |payload: &str| serde_json::from_str::<domain::event::Event>(payload).expect("an event").kind;
    rows.iter().map(|row| kind(&row.payload)).collect()
}

#[tokio::test]
async fn completing_an_occurrence_makes_the_next_one_once() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=WEEKLY;BYDAY=MO", "2026-03-09T09:00").await;
    world.run(&ana, Command::Done(by_id(&first))).await;
    for _ in 0..3 {
        world.advance(&first).await;
    }
    let open = open(&world, &ana).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].due, Some(due("2026-03-16T09:00")), "DST keeps the wall time");
    assert_ne!(open[0].number, first.number);
    assert_eq!(
        events(&world).await,
        [
            EventType::TaskCreated,
            EventType::ReminderScheduled,
            EventType::TaskCompleted,
            EventType::ReminderCancelled,
            EventType::TaskCreated,
            EventType::ReminderScheduled,
        ]
    );
}

#[tokio::test]
async fn reopening_withdraws_the_untouched_next_one_and_completing_again_revives_it() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    let next = open(&world, &ana).await.remove(0);
    world.run(&ana, Command::Undo).await;
    assert_eq!(world.task(&ana, &next).await.status, Status::Deleted);
    assert_eq!(open(&world, &ana).await.iter().map(|task| task.id).collect::<Vec<_>>(), [first.id]);
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    let revived = world.task(&ana, &next).await;
    assert_eq!((revived.status, revived.version, revived.number), (Status::Open, 3, next.number));
}

#[tokio::test]
async fn a_reminder_that_nobody_ticks_comes_again_and_says_since_when() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.clock.set("2026-03-06T14:00:00Z");
    world.advance(&first).await;
    world.advance(&first).await;
    assert_eq!(world.task(&ana, &first).await.status, Status::Missed);
    let open = open(&world, &ana).await;
    assert_eq!(open.len(), 1, "at most one past occurrence is open");
    assert_eq!(open[0].due, Some(due("2026-03-06T09:00")));
    let since = open[0].recurring.as_ref().and_then(|seat| seat.undone_since);
    assert_eq!(since, Some(due("2026-03-05T09:00").at));
}

#[tokio::test]
async fn after_a_long_silence_only_the_latest_occurrence_of_the_last_day_comes() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.clock.set("2026-03-10T20:00:00Z");
    world.advance(&first).await;
    let open = open(&world, &ana).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].due, Some(due("2026-03-10T09:00")));
    assert_eq!(events(&world).await.iter().filter(|kind| **kind == EventType::TaskMissed).count(), 1);
}

#[tokio::test]
async fn a_weekly_reminder_two_days_late_is_missed_and_the_next_one_waits_in_the_future() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=WEEKLY;BYDAY=TH", "2026-03-05T09:00").await;
    world.clock.set("2026-03-07T20:00:00Z");
    world.advance(&first).await;
    assert_eq!(world.task(&ana, &first).await.status, Status::Missed);
    assert_eq!(open(&world, &ana).await[0].due, Some(due("2026-03-12T09:00")));
}

#[tokio::test]
async fn completing_late_never_creates_an_occurrence_in_the_past() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.clock.set("2026-03-08T20:00:00Z");
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await[0].due, Some(due("2026-03-09T09:00")));
}

#[tokio::test]
async fn a_series_counted_from_completion_waits_for_it() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let thrice = Repeat { from: RepeatFrom::Completion, ..repeat("FREQ=DAILY;INTERVAL=3") };
    let water = AddTask { due: Some(due("2026-03-04")), repeat: Some(thrice), ..draft(&ana, "water the ferns") };
    let first = world.add(&ana, water).await;
    world.clock.set("2026-03-10T20:00:00Z");
    world.advance(&first).await;
    assert_eq!(world.task(&ana, &first).await.status, Status::Open);
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await[0].due, Some(due("2026-03-13")));
}

#[tokio::test]
async fn a_counted_series_ends_with_its_last_occurrence() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY;COUNT=2", "2026-03-05T09:00").await;
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    let second = open(&world, &ana).await.remove(0);
    world.run(&ana, Command::Done(by_id(&second))).await;
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await, []);
}

#[tokio::test]
async fn deleting_a_series_can_be_undone_whole() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.run(&ana, Command::Delete { tasks: by_id(&first), expected: None }).await;
    world.clock.set("2026-03-05T12:00:00Z");
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await, []);
    world.run(&ana, Command::Undo).await;
    world.clock.set("2026-03-06T15:00:00Z");
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await[0].due, Some(due("2026-03-06T09:00")));
}

#[tokio::test]
async fn skipping_leaves_one_out_and_the_series_goes_on() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.run(&ana, Command::Skip(by_id(&first))).await;
    world.advance(&first).await;
    assert_eq!(open(&world, &ana).await[0].due, Some(due("2026-03-06T09:00")));
    assert_eq!(world.task(&ana, &first).await.status, Status::Skipped);
}

#[tokio::test]
async fn an_hourly_series_through_autumn_has_each_hour_once() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    world.clock.set("2026-11-01T03:30:00Z");
    let first = begin(&world, &ana, "FREQ=HOURLY", "2026-11-01T00:00").await;
    for hour in 4..10 {
        world.clock.set(&format!("2026-11-01T{hour:02}:00:01Z"));
        world.advance(&first).await;
    }
    let query = TaskQuery { limit: 100, ..TaskQuery::default() };
    let page = world.tasks.find(&ana, &query).await.expect("a page");
    let mut times: Vec<_> = page.items.iter().filter_map(|listed| listed.task.due.as_ref()).map(|due| due.at).collect();
    times.sort_unstable();
    let hours: Vec<String> = times.iter().map(|at| at.to_string()[11..16].to_owned()).collect();
    assert_eq!(hours, ["04:00", "05:00", "06:00", "07:00", "08:00", "09:00"], "01:00 comes twice in autumn");
}

#[tokio::test]
async fn undoing_a_reopening_completes_it_again_and_brings_the_next_one_back() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    let next = open(&world, &ana).await.remove(0);
    world.run(&ana, Command::Reopen(by_id(&first))).await;
    world.run(&ana, Command::Undo).await;
    world.advance(&first).await;
    assert_eq!(world.task(&ana, &first).await.status, Status::Done);
    assert_eq!(open(&world, &ana).await.iter().map(|task| task.id).collect::<Vec<_>>(), [next.id]);
}

#[tokio::test]
async fn a_series_burns_no_numbers_while_it_is_up_to_date() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    for _ in 0..5 {
        world.advance(&first).await;
    }
    assert_eq!(world.add(&ana, draft(&ana, "next")).await.number, first.number + 1);
}

#[tokio::test]
async fn another_zone_leaves_a_series_below_a_day_alone() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let hourly = begin(&world, &ana, "FREQ=HOURLY", "2026-03-04T11:00").await;
    let daily = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
    let zone = Some("Asia/Tokyo".parse().expect("a zone"));
    let edit = domain::command::SettingsEdit { zone, ..Default::default() };
    world.run(&ana, Command::Settings(edit)).await;
    assert_eq!(world.task(&ana, &hourly).await.due, hourly.due);
    let moved = world.task(&ana, &daily).await.due.expect("a due");
    assert_eq!((moved.wall_time(), moved.zone.name()), (due("2026-03-05T09:00").wall_time(), "Asia/Tokyo"));
}

#[tokio::test]
async fn reopening_while_the_next_one_is_being_made_leaves_one_open() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    for round in 0..30 {
        let first = begin(&world, &ana, "FREQ=DAILY", "2026-03-05T09:00").await;
        world.run(&ana, Command::Done(by_id(&first))).await;
        let back = if round % 2 == 0 { Command::Undo } else { Command::Reopen(by_id(&first)) };
        tokio::join!(world.advance(&first), world.run(&ana, back));
        world.advance(&first).await;
        let open: Vec<_> = open(&world, &ana).await;
        let of_series =
            open.iter().filter(|task| task.recurring.as_ref().map(|seat| seat.series) == seat(&first)).count();
        assert_eq!(of_series, 1, "round {round}");
        world.run(&ana, Command::Delete { tasks: by_id(&first), expected: None }).await;
    }
}

fn seat(task: &Task) -> Option<domain::ids::SeriesId> {
    task.recurring.as_ref().map(|seat| seat.series)
}

#[tokio::test]
async fn what_repeats_within_a_day_needs_a_time() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    for rule in ["FREQ=MINUTELY", "FREQ=HOURLY"] {
        let task = AddTask { due: Some(due("2026-03-05")), repeat: Some(repeat(rule)), ..draft(&ana, "blink") };
        let refused = world.refused(&ana, Command::Add(Box::new(task))).await;
        assert_eq!(refused.code, domain::refusal::Code::Invalid);
        assert!(refused.sentence.contains("needs a first time"), "{}", refused.sentence);
    }
}
