//! Who sees what and may do what: one matrix, asked through the service that every door uses.

use domain::access::Principal;
use domain::command::{AddTask, Command, MoveTo, TaskEdit, TaskRef};
use domain::list::List;
use domain::place::{Destination, Place};
use domain::ports::store::Store;
use domain::refusal::Code;
use domain::reminder::ReminderState;
use domain::snapshot::Needs;
use domain::task::{Status, Task};
use jiff::SignedDuration;

use crate::kit::world::{World, by_id, draft, due, tenant};

struct Scene {
    world: World,
    ana: Principal,
    ben: Principal,
    eve: Principal,
    ops: List,
}

impl Scene {
    /// Ana and Ben are in #ops; Eve is not.
    async fn new() -> Self {
        let world = World::new().await;
        let (ana, ben, eve) = (world.person("ana").await, world.person("ben").await, world.person("eve").await);
        world.join(&ana, "ops").await;
        let ops = world.join(&ben, "ops").await;
        Self { world, ana, ben, eve, ops }
    }

    async fn in_ops(&self) -> Task {
        self.world.add(&self.ana, AddTask { list: self.ops.clone(), ..draft(&self.ana, "rotate the keys") }).await
    }

    /// Every command that names a task.
    fn commands(&self, task: &Task) -> Vec<Command> {
        let tasks = || by_id(task);
        let edit = TaskEdit { title: Some("mine now".to_owned()), ..TaskEdit::default() };
        let until = domain::ports::clock::Clock::now(self.world.clock.as_ref()) + SignedDuration::from_hours(1);
        vec![
            Command::Edit { tasks: tasks(), edit: Box::new(edit), expected: None },
            Command::Done(tasks()),
            Command::Reopen(tasks()),
            Command::Delete { tasks: tasks(), expected: None },
            Command::Move { tasks: tasks(), to: MoveTo::Due(due("2026-03-09")) },
            Command::Snooze { tasks: tasks(), until },
            Command::Skip(tasks()),
            Command::Claim(tasks()),
            Command::MoveToList { tasks: tasks(), list: List::personal(task.tenant.clone(), self.eve.person) },
        ]
    }
}

#[tokio::test]
async fn a_foreign_task_answers_every_command_like_an_absent_one() {
    let scene = Scene::new().await;
    let mut absent = scene.in_ops().await;
    let private = scene.world.add(&scene.ana, draft(&scene.ana, "buy a ring")).await;
    let in_ops = scene.in_ops().await;
    absent.id = domain::ids::TaskId(uuid::Uuid::from_u128(7));
    for (command, missing) in
        [&private, &in_ops].into_iter().flat_map(|task| scene.commands(task).into_iter().zip(scene.commands(&absent)))
    {
        let name = command.name();
        let refusal = scene.world.refused(&scene.eve, command).await;
        assert_eq!(refusal.code, Code::NotFound, "{name}");
        assert_eq!(scene.world.refused(&scene.eve, missing).await.code, Code::NotFound, "{name}");
    }
    assert_eq!(scene.world.task(&scene.ana, &private).await.version, 1, "nothing was changed");
    assert_eq!(scene.world.task(&scene.ana, &in_ops).await.version, 1, "nothing was changed");
}

#[tokio::test]
async fn every_member_may_work_on_a_channel_task_but_not_change_or_delete_it() {
    let scene = Scene::new().await;
    for command in scene.commands(&scene.in_ops().await) {
        let task = scene.in_ops().await;
        let name = command.name();
        let command = scene.commands(&task).into_iter().find(|other| other.name() == name).expect("the same command");
        let result = scene.world.tasks.execute(scene.world.request(&scene.ben, command)).await;
        let refused = result.err().map(|failure| match failure {
            domain::service::Failure::Refused(refusal) => refusal.code,
            domain::service::Failure::Port(error) => panic!("{error}"),
        });
        let expected = match name {
            "edit" | "delete" | "move" => Some(Code::NotAllowed),
            "skip" => Some(Code::Nothing),
            "move_to_list" => Some(Code::NotFound),
            _ => None,
        };
        assert_eq!(refused, expected, "{name}");
    }
}

#[tokio::test]
async fn whoever_claims_a_task_may_change_it() {
    let scene = Scene::new().await;
    let task = scene.in_ops().await;
    scene.world.run(&scene.ben, Command::Claim(by_id(&task))).await;
    let moved = Command::Move { tasks: by_id(&task), to: MoveTo::Due(due("2026-03-09")) };
    assert_eq!(scene.world.one(&scene.ben, moved).await.due, Some(due("2026-03-09")));
}

#[tokio::test]
async fn an_operator_moderates_what_they_see_and_nothing_else() {
    let scene = Scene::new().await;
    let operator = Principal { operator: true, ..scene.ben.clone() };
    let task = scene.in_ops().await;
    let private = scene.world.add(&scene.ana, draft(&scene.ana, "buy a ring")).await;
    let deleted = scene.world.one(&operator, Command::Delete { tasks: by_id(&task), expected: None }).await;
    assert_eq!(deleted.status, Status::Deleted);
    let refusal = scene.world.refused(&operator, Command::Delete { tasks: by_id(&private), expected: None }).await;
    assert_eq!(refusal.code, Code::NotFound);
}

#[tokio::test]
async fn another_tenant_shares_neither_numbers_nor_tasks() {
    let scene = Scene::new().await;
    let mallory = scene.world.person("slack:T1/U1").await;
    let hers = scene.world.add(&mallory, draft(&mallory, "elsewhere")).await;
    let anas = scene.world.add(&scene.ana, draft(&scene.ana, "here")).await;
    assert_eq!((hers.number, anas.number), (1, 1), "numbers count per tenant");
    assert_ne!(tenant(&mallory), tenant(&scene.ana));
    for reference in [TaskRef::Id(anas.id), TaskRef::Number(2)] {
        assert_eq!(scene.world.refused(&mallory, Command::Done(vec![reference])).await.code, Code::NotFound);
    }
    let foreign = AddTask { list: scene.ops.clone(), ..draft(&mallory, "into ops") };
    assert_eq!(scene.world.refused(&mallory, Command::Add(Box::new(foreign))).await.code, Code::NotFound);
}

#[tokio::test]
async fn undo_refuses_when_somebody_changed_the_same_field_since() {
    let scene = Scene::new().await;
    let task = scene.in_ops().await;
    let rename = |title: &str| Command::Edit {
        tasks: by_id(&task),
        edit: Box::new(TaskEdit { title: Some(title.to_owned()), ..TaskEdit::default() }),
        expected: None,
    };
    scene.world.run(&scene.ana, rename("rotate all keys")).await;
    scene.world.run(&scene.ben, Command::Claim(by_id(&task))).await;
    scene.world.run(&scene.ben, rename("rotate no keys")).await;
    assert_eq!(scene.world.refused(&scene.ana, Command::Undo).await.code, Code::Changed);
    scene.world.run(&scene.ben, Command::Undo).await;
    assert_eq!(scene.world.task(&scene.ana, &task).await.title, "rotate all keys");
}

#[tokio::test]
async fn undoing_a_deletion_brings_the_reminder_back() {
    let scene = Scene::new().await;
    let add = AddTask { due: Some(due("2026-03-05T09:00")), ..draft(&scene.ana, "call") };
    let task = scene.world.add(&scene.ana, add).await;
    scene.world.run(&scene.ana, Command::Delete { tasks: by_id(&task), expected: None }).await;
    let undone = scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(undone.effects[0].task.status, Status::Open);
    assert_eq!(undone.effects[0].reminds_at, Some(due("2026-03-05T09:00").at));
}

/// Where the task's scheduled reminders go.
async fn places(world: &World, task: &Task) -> Vec<Place> {
    let mut needs = Needs::in_tenant(task.tenant.clone());
    needs.tasks = by_id(task);
    let snapshot = world.store.load(&needs).await.expect("a snapshot");
    let reminders = snapshot.tasks.values().flat_map(|loaded| &loaded.reminders);
    let scheduled = reminders.filter(|reminder| reminder.state == ReminderState::Scheduled);
    scheduled.map(|reminder| reminder.place.clone()).collect()
}

#[tokio::test]
async fn a_reminder_follows_its_task_out_of_the_channel_and_to_new_people() {
    let scene = Scene::new().await;
    let chosen = |place: Place| Some(Destination { place, mentions_author: false });
    let loud = AddTask {
        due: Some(due("2026-03-05T09:00")),
        place: chosen(Place::Channel("ops".to_owned())),
        list: scene.ops.clone(),
        ..draft(&scene.ana, "rotate the keys")
    };
    let task = scene.world.add(&scene.ana, loud).await;
    let own = List::personal(task.tenant.clone(), scene.ana.person);
    scene.world.run(&scene.ana, Command::MoveToList { tasks: by_id(&task), list: own }).await;
    assert_eq!(places(&scene.world, &task).await, [Place::Direct(scene.ana.person)]);
    let asked = AddTask {
        due: Some(due("2026-03-05T09:00")),
        assignees: vec![scene.ben.person],
        place: chosen(Place::Direct(scene.ben.person)),
        ..draft(&scene.ana, "pay")
    };
    let task = scene.world.add(&scene.ana, asked).await;
    let edit = TaskEdit { assignees: Some(vec![scene.ana.person]), ..TaskEdit::default() };
    scene.world.run(&scene.ana, Command::Edit { tasks: by_id(&task), edit: Box::new(edit), expected: None }).await;
    assert_eq!(places(&scene.world, &task).await, [Place::Direct(scene.ana.person)]);
}
