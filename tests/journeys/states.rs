//! Every command on a task in every state: it works, or it refuses for the right reason and changes nothing.

use domain::access::Principal;
use domain::command::{AddTask, Command, MoveTo, TaskEdit};
use domain::outcome::Deed;
use domain::refusal::Code;
use domain::service::Failure;
use domain::task::{Status, Task};

use crate::kit::world::{World, by_id, draft, due, repeat};

/// How a task came to where it stands.
const STATES: [&str; 9] = [
    "open",
    "done",
    "deleted",
    "open daily",
    "done daily",
    "done daily, next made",
    "missed",
    "skipped",
    "series gone",
];

/// What is done to it, in the order of the columns below.
const COMMANDS: [&str; 8] = ["done", "reopen", "snooze", "move", "claim", "skip", "delete", "edit"];

/// What comes of it, per state: a deed, or a refusal's code.
const TABLE: [[&str; 8]; 9] = [
    ["Completed", "AlreadyOpen", "Snoozed", "Moved", "Claimed", "nothing", "Deleted", "Edited"],
    ["AlreadyDone", "Reopened", "nothing", "nothing", "nothing", "nothing", "Deleted", "Edited"],
    ["not_found", "Reopened", "not_found", "not_found", "not_found", "not_found", "not_found", "not_found"],
    ["Completed", "AlreadyOpen", "Snoozed", "Moved", "Claimed", "Skipped", "Deleted", "Edited"],
    ["AlreadyDone", "Reopened", "nothing", "nothing", "nothing", "nothing", "Deleted", "Edited"],
    ["AlreadyDone", "Reopened", "nothing", "nothing", "nothing", "nothing", "Deleted", "Edited"],
    ["Completed", "changed", "nothing", "nothing", "nothing", "nothing", "Deleted", "Edited"],
    ["Completed", "Reopened", "nothing", "nothing", "nothing", "nothing", "Deleted", "Edited"],
    ["not_found", "Reopened", "not_found", "not_found", "not_found", "not_found", "not_found", "not_found"],
];

async fn in_state(state: &str) -> (World, Principal, Task) {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let repeats = !matches!(state, "open" | "done" | "deleted");
    let add = AddTask {
        due: Some(due("2026-03-05T09:00")),
        repeat: repeats.then(|| repeat("FREQ=DAILY")),
        ..draft(&ana, "water the ferns")
    };
    let task = world.add(&ana, add).await;
    match state {
        "done" | "done daily" | "done daily, next made" => drop(world.run(&ana, Command::Done(by_id(&task))).await),
        "deleted" | "series gone" => {
            world.run(&ana, Command::Delete { tasks: by_id(&task), expected: None }).await;
        }
        "skipped" => drop(world.run(&ana, Command::Skip(by_id(&task))).await),
        "missed" => world.clock.set("2026-03-06T14:30:00Z"),
        _ => {}
    }
    if matches!(state, "missed" | "done daily, next made") {
        world.advance(&task).await;
    }
    let task = world.task(&ana, &task).await;
    (world, ana, task)
}

fn command(name: &str, task: &Task) -> Command {
    let tasks = by_id(task);
    let edit = TaskEdit { title: Some("water the cacti".to_owned()), ..TaskEdit::default() };
    match name {
        "done" => Command::Done(tasks),
        "reopen" => Command::Reopen(tasks),
        "snooze" => Command::Snooze { tasks, until: due("2026-03-08T09:00").at },
        "move" => Command::Move { tasks, to: MoveTo::Due(due("2026-03-08T09:00")) },
        "claim" => Command::Claim(tasks),
        "skip" => Command::Skip(tasks),
        "delete" => Command::Delete { tasks, expected: None },
        _ => Command::Edit { tasks, edit: Box::new(edit), expected: None },
    }
}

/// The deed's name without what it carries, or the refusal's code.
async fn comes_of(world: &World, ana: &Principal, command: Command) -> String {
    match world.tasks.execute(world.request(ana, command)).await {
        Ok(outcome) => {
            let deed: Deed = outcome.effects.last().expect("an effect").deed;
            format!("{deed:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
        }
        Err(Failure::Refused(refusal)) => refusal.code.as_str().to_owned(),
        Err(Failure::Port(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn each_command_on_each_state_works_or_refuses_for_the_right_reason() {
    for (state, row) in STATES.iter().zip(TABLE) {
        for (name, expected) in COMMANDS.iter().zip(row) {
            let (world, ana, task) = in_state(state).await;
            let came = comes_of(&world, &ana, command(name, &task)).await;
            assert_eq!(came, expected, "{name} on {state}");
            let changed = world.task(&ana, &task).await != task;
            let nothing_to_do = ["AlreadyDone", "AlreadyOpen", "Snoozed"].contains(&expected);
            let works = expected.starts_with(char::is_uppercase) && !nothing_to_do;
            assert_eq!(changed, works, "{name} on {state}: the task changes if and only if it works");
        }
    }
}

#[tokio::test]
async fn a_task_that_is_closed_reminds_of_nothing_and_one_that_is_opened_again_does() {
    for (state, row) in STATES.iter().zip(TABLE) {
        let (world, ana, task) = in_state(state).await;
        assert_eq!(world.reminds_at(&task).await.is_some(), task.is_open(), "{state}");
        if row[1] == "Reopened" {
            world.run(&ana, Command::Reopen(by_id(&task))).await;
            assert_eq!(world.reminds_at(&task).await, Some(due("2026-03-05T09:00").at), "{state}");
        }
    }
}

#[tokio::test]
async fn one_that_may_not_stops_the_whole_line_and_nothing_is_changed() {
    for (state, row) in STATES.iter().zip(TABLE) {
        for (name, expected) in
            COMMANDS.iter().zip(row).filter(|(_, expected)| expected.starts_with(char::is_lowercase))
        {
            let (world, ana, task) = in_state(state).await;
            let daily = Some(repeat("FREQ=DAILY"));
            let good = AddTask { due: Some(due("2026-03-09T09:00")), repeat: daily, ..draft(&ana, "good") };
            let good = world.add(&ana, good).await;
            let both = match command(name, &good) {
                Command::Done(_) => Command::Done([by_id(&good), by_id(&task)].concat()),
                Command::Snooze { until, .. } => {
                    Command::Snooze { tasks: [by_id(&good), by_id(&task)].concat(), until }
                }
                Command::Move { to, .. } => Command::Move { tasks: [by_id(&good), by_id(&task)].concat(), to },
                Command::Claim(_) => Command::Claim([by_id(&good), by_id(&task)].concat()),
                Command::Skip(_) => Command::Skip([by_id(&good), by_id(&task)].concat()),
                _ => continue,
            };
            assert_eq!(comes_of(&world, &ana, both).await, expected, "{name} on {state}");
            assert_eq!(world.task(&ana, &good).await, good, "{name}: the good one is as it was");
        }
    }
}

#[tokio::test]
async fn what_is_deleted_with_its_series_stays_away_whatever_wakes_the_calendar() {
    let (world, ana, task) = in_state("series gone").await;
    for day in 5..12 {
        world.clock.set(&format!("2026-03-{day:02}T15:00:00Z"));
        world.advance(&task).await;
        assert_eq!(world.sends().await, []);
    }
    let refusal = world.refused(&ana, Command::Done(by_id(&task))).await;
    assert_eq!(refusal.code, Code::NotFound);
    assert_eq!(world.task(&ana, &task).await.status, Status::Deleted);
}
