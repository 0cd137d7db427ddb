//! Moves between lists: who sees the task afterwards, and where its reminder goes.

use domain::access::Principal;
use domain::command::{AddTask, Command, TaskRef};
use domain::ids::PersonId;
use domain::list::List;
use domain::place::{Destination, Place};
use domain::refusal::Code;
use domain::task::Task;

use crate::kit::world::{World, by_id, draft, due, repeat, tenant};

/// Ana and Ben are in #ops; Eve is not.
struct Scene {
    world: World,
    people: [Principal; 3],
    ops: List,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let people = [world.person("ana").await, world.person("ben").await, world.person("eve").await];
        world.join(&people[1], "ops").await;
        let ops = world.join(&people[0], "ops").await;
        Self { world, people, ops }
    }

    fn ana(&self) -> &Principal {
        &self.people[0]
    }

    fn own(&self, who: &Principal) -> List {
        List::personal(tenant(who), who.person)
    }

    fn id(&self, name: &str) -> PersonId {
        self.people[["ana", "ben", "eve"].iter().position(|one| *one == name).expect("a name")].person
    }

    async fn task(&self, list: List, assignee: &str) -> Task {
        let assignees = if assignee.is_empty() { Vec::new() } else { vec![self.id(assignee)] };
        let add = AddTask { list, assignees, due: Some(due("2026-03-05T09:00")), ..draft(self.ana(), "rotate keys") };
        self.world.add(self.ana(), add).await
    }

    /// The names of those who see it.
    async fn seen_by(&self, task: &Task) -> String {
        let mut names = Vec::new();
        for (who, name) in self.people.iter().zip(["ana", "ben", "eve"]) {
            if self.world.tasks.get(who, &task.tenant, TaskRef::Id(task.id)).await.is_ok() {
                names.push(name);
            }
        }
        names.join(" ")
    }

    /// Where it will remind, and whom it mentions there.
    async fn reminds(&self, task: &Task) -> String {
        let name = |id: PersonId| {
            let at = self.people.iter().position(|who| who.person == id).expect("one of them");
            ["ana", "ben", "eve"][at]
        };
        let mut said = Vec::new();
        for reminder in self.world.reminders(task).await {
            let whom: Vec<&str> = reminder.recipients.iter().map(|id| name(*id)).collect();
            said.push(match reminder.place {
                Place::Direct(person) => format!("{}: {}", name(person), whom.join(" ")),
                Place::Channel(channel) | Place::Thread { channel, .. } => format!("#{channel}: {}", whom.join(" ")),
            });
        }
        said.join(", ")
    }
}

/// Where it was, whom it is for, and what is so before and after it moved to the other list: who sees it, and where
/// it reminds whom.
const TABLE: [(&str, &str, [&str; 2], [&str; 2]); 6] = [
    ("own", "", ["ana", "ana: ana"], ["ana ben", "#ops: ana"]),
    ("own", "ben", ["ana ben", "ben: ben"], ["ana ben", "#ops: ben"]),
    ("own", "eve", ["ana eve", "eve: eve"], ["ana ben eve", "#ops: eve"]),
    ("ops", "", ["ana ben", "#ops: ana"], ["ana", "ana: ana"]),
    ("ops", "ben", ["ana ben", "#ops: ben"], ["ana ben", "ben: ben"]),
    ("ops", "eve", ["ana ben eve", "#ops: eve"], ["ana eve", "eve: eve"]),
];

#[tokio::test]
async fn a_move_changes_who_sees_it_and_where_it_reminds_and_undo_changes_both_back() {
    let scene = Scene::new().await;
    for (from, whom, before, after) in TABLE {
        let (own, ops) = (scene.own(scene.ana()), scene.ops.clone());
        let (list, other) = if from == "own" { (own, ops) } else { (ops, own) };
        let task = scene.task(list, whom).await;
        let what = format!("from {from} for {whom:?}");
        assert_eq!([scene.seen_by(&task).await, scene.reminds(&task).await], before, "{what}");
        scene.world.run(scene.ana(), Command::MoveToList { tasks: by_id(&task), list: other }).await;
        assert_eq!([scene.seen_by(&task).await, scene.reminds(&task).await], after, "{what}, moved");
        scene.world.run(scene.ana(), Command::Undo).await;
        assert_eq!([scene.seen_by(&task).await, scene.reminds(&task).await], before, "{what}, moved back");
    }
}

#[tokio::test]
async fn whoever_claimed_it_takes_it_along_and_its_author_keeps_sight_of_it() {
    let scene = Scene::new().await;
    let task = scene.task(scene.ops.clone(), "").await;
    let ben = &scene.people[1];
    scene.world.run(ben, Command::Claim(by_id(&task))).await;
    assert_eq!(scene.reminds(&task).await, "#ops: ben");
    scene.world.run(ben, Command::MoveToList { tasks: by_id(&task), list: scene.own(ben) }).await;
    assert_eq!([scene.seen_by(&task).await, scene.reminds(&task).await], ["ana ben", "ben: ben"]);
}

#[tokio::test]
async fn a_task_moves_into_no_list_that_the_mover_does_not_see() {
    let scene = Scene::new().await;
    let task = scene.task(scene.own(scene.ana()), "eve").await;
    let eve = &scene.people[2];
    for list in [scene.ops.clone(), scene.own(scene.ana())] {
        let refusal = scene.world.refused(eve, Command::MoveToList { tasks: by_id(&task), list }).await;
        assert_eq!(refusal.code, Code::NotFound);
    }
    assert_eq!(scene.world.task(eve, &task).await, task);
}

#[tokio::test]
async fn a_series_moves_with_its_occurrence_and_the_next_one_is_made_there() {
    let scene = Scene::new().await;
    let place = Some(Destination { place: Place::Channel("ops".to_owned()), mentions_author: true });
    let add = AddTask {
        list: scene.ops.clone(),
        due: Some(due("2026-03-05T09:00")),
        repeat: Some(repeat("FREQ=DAILY")),
        place,
        ..draft(scene.ana(), "stand-up")
    };
    let first = scene.world.add(scene.ana(), add).await;
    let own = scene.own(scene.ana());
    scene.world.run(scene.ana(), Command::MoveToList { tasks: by_id(&first), list: own.clone() }).await;
    scene.world.run(scene.ana(), Command::Done(by_id(&first))).await;
    scene.world.advance(&first).await;
    let query = domain::query::TaskQuery { status: vec![domain::task::Status::Open], limit: 9, ..Default::default() };
    let next = scene.world.tasks.find(scene.ana(), &query).await.expect("a page").items.remove(0).task;
    assert_eq!((next.list, next.place.clone()), (own.id, None));
    assert_eq!([scene.seen_by(&next).await, scene.reminds(&next).await], ["ana", "ana: ana"]);
    assert_eq!(scene.seen_by(&first).await, "ana", "and the one that is done became private with it");
}
