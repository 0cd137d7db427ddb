//! Undo, for every deed that can be undone and every kind of task: afterwards all is as it was, and the events tell
//! of both in order.

use std::collections::BTreeMap;

use domain::access::Principal;
use domain::command::{AddTask, Command, MoveTo, SettingsEdit, TaskEdit};
use domain::event::{Event, Stream, Topic};
use domain::ids::PersonId;
use domain::list::List;
use domain::place::{Destination, Place};
use domain::ports::bus::Outbox;
use domain::ports::store::Store;
use domain::refusal::Code;
use domain::reminder::ReminderState;
use domain::series::Series;
use domain::snapshot::Needs;
use domain::task::{Priority, Task};
use jiff::{Timestamp, ToSpan};

use crate::kit::world::{World, by_id, draft, due, repeat, tenant};

/// Ana, who is in #ops with Ben.
struct Scene {
    world: World,
    ana: Principal,
    ben: Principal,
    ops: List,
}

/// All that people notice of a task: itself, its series, and where and when it reminds whom.
#[derive(Debug, PartialEq)]
struct Noticed {
    task: Task,
    series: Option<Series>,
    reminders: Vec<(Timestamp, Place, Vec<PersonId>)>,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let (ana, ben) = (world.person("ana").await, world.person("ben").await);
        world.join(&ben, "ops").await;
        let ops = world.join(&ana, "ops").await;
        Self { world, ana, ben, ops }
    }

    /// One task of each kind, by name.
    fn kinds(&self) -> Vec<(&'static str, AddTask)> {
        let nine = Some(due("2026-03-05T09:00"));
        let plain = AddTask {
            description: "with care".to_owned(),
            priority: Some(Priority::High),
            tags: ["home".to_owned()].into(),
            due: nine.clone(),
            ..draft(&self.ana, "water the ferns")
        };
        let place = Some(Destination { place: Place::Channel("ops".to_owned()), mentions_author: true });
        let day = AddTask { due: Some(due("2026-03-06")), ..plain.clone() };
        vec![
            ("plain", plain.clone()),
            ("without a due", AddTask { due: None, ..plain.clone() }),
            ("a day", day.clone()),
            ("a bare reminder", AddTask { bare_reminder: true, place: place.clone(), ..plain.clone() }),
            ("shared", AddTask { list: self.ops.clone(), assignees: vec![self.ben.person], ..plain.clone() }),
            ("daily", AddTask { repeat: Some(repeat("FREQ=DAILY")), ..plain.clone() }),
            ("weekly on a day", AddTask { repeat: Some(repeat("FREQ=WEEKLY;BYDAY=FR")), ..day }),
            ("daily, shared", AddTask { list: self.ops.clone(), repeat: Some(repeat("FREQ=DAILY")), place, ..plain }),
        ]
    }

    /// Every deed that `undo` takes back, but `add`.
    fn deeds(&self, task: &Task) -> Vec<(&'static str, Command)> {
        let tasks = || by_id(task);
        let edit = |edit: TaskEdit| Command::Edit { tasks: tasks(), edit: Box::new(edit), expected: None };
        let blank = TaskEdit::default;
        let until = due("2026-03-07T12:00").at;
        let own = List::personal(tenant(&self.ana), self.ana.person);
        let other = if task.list == own.id { self.ops.clone() } else { own };
        let daily = Some(Some(repeat("FREQ=DAILY;INTERVAL=2")));
        let mut deeds = vec![
            ("title", edit(TaskEdit { title: Some("water the cacti".to_owned()), ..blank() })),
            ("description", edit(TaskEdit { description: Some(String::new()), ..blank() })),
            ("priority", edit(TaskEdit { priority: Some(None), ..blank() })),
            ("tags", edit(TaskEdit { tags: Some(["work".to_owned()].into()), ..blank() })),
            ("add tags", edit(TaskEdit { add_tags: ["work".to_owned()].into(), ..blank() })),
            ("remove tags", edit(TaskEdit { remove_tags: ["home".to_owned()].into(), ..blank() })),
            ("due", edit(TaskEdit { due: Some(Some(due("2026-03-09T10:00"))), ..blank() })),
            ("no due", edit(TaskEdit { due: Some(None), repeat: Some(None), ..blank() })),
            ("repeat", edit(TaskEdit { due: Some(Some(due("2026-03-09T10:00"))), repeat: daily, ..blank() })),
            ("no repeat", edit(TaskEdit { repeat: Some(None), ..blank() })),
            ("assign", edit(TaskEdit { assignees: Some(vec![self.ana.person]), ..blank() })),
            ("unassign", edit(TaskEdit { assignees: Some(Vec::new()), ..blank() })),
            ("done", Command::Done(tasks())),
            ("delete", Command::Delete { tasks: tasks(), expected: None }),
            ("move", Command::Move { tasks: tasks(), to: MoveTo::Due(due("2026-03-10T08:00")) }),
            ("claim", Command::Claim(tasks())),
            ("move to list", Command::MoveToList { tasks: tasks(), list: other }),
            ("snooze", Command::Snooze { tasks: tasks(), until }),
        ];
        if task.due.is_some() {
            deeds.push(("move by", Command::Move { tasks: tasks(), to: MoveTo::By(2.days()) }));
        }
        if task.recurring.is_some() {
            deeds.push(("skip", Command::Skip(tasks())));
        }
        deeds
    }

    async fn noticed(&self, task: &Task) -> Noticed {
        let needs = Needs { tasks: by_id(task), ..Needs::in_tenant(task.tenant.clone()) };
        let mut snapshot = self.world.store.load(&needs).await.expect("loaded");
        let loaded = snapshot.tasks.remove(&task.id).expect("the task");
        let waiting = loaded.reminders.into_iter().filter(|one| one.state == ReminderState::Scheduled);
        let mut reminders: Vec<_> = waiting.map(|one| (one.at, one.place, one.recipients)).collect();
        reminders.sort();
        let series = loaded.task.recurring.as_ref().and_then(|seat| snapshot.series.remove(&seat.series));
        // What changes with every write, and nobody notices.
        let series = series.map(|series| Series { version: 0, ..series });
        let task = Task { version: 0, updated_at: Timestamp::UNIX_EPOCH, ..loaded.task };
        Noticed { task, series, reminders }
    }

    async fn events(&self) -> Vec<Event> {
        let rows = self.world.store.read(0, &[Topic::TaskEvents, Topic::Reminders], 10_000).await.expect("rows");
        rows.iter().map(|row| serde_json::from_str(&row.payload).expect("an event")).collect()
    }

    /// Every stream counts 1, 2, 3 …, and what a task's last event says is what stands in the store.
    async fn assert_told(&self, task: &Task, what: &str) {
        let mut last: BTreeMap<Stream, u64> = BTreeMap::new();
        let mut view = None;
        for event in self.events().await {
            let version = last.entry(event.stream()).or_default();
            *version += 1;
            assert_eq!(event.data.version, *version, "{what}: {}", event.stream());
            if event.stream() == Stream::Task(task.id) {
                view = event.data.task;
            }
        }
        let (view, now) = (view.expect("a view"), self.world.task(&self.ana, task).await);
        assert_eq!((view.version, view.status, &view.title), (now.version, now.status, &now.title), "{what}");
        assert_eq!(view.due, now.due.as_ref().map(domain::event::due_text), "{what}");
    }
}

#[tokio::test]
async fn undoing_any_deed_on_any_kind_of_task_leaves_all_as_it_was() {
    let scene = Scene::new().await;
    for (kind, add) in scene.kinds() {
        for nth in 0.. {
            let task = scene.world.add(&scene.ana, add.clone()).await;
            let Some((deed, command)) = scene.deeds(&task).into_iter().nth(nth) else { break };
            let what = format!("{kind}: {deed}");
            let before = scene.noticed(&task).await;
            let outcome = scene.world.run(&scene.ana, command).await;
            if outcome.effects[0].deed == domain::outcome::Deed::Unchanged {
                continue;
            }
            assert_ne!(scene.noticed(&task).await, before, "{what} does something");
            scene.world.run(&scene.ana, Command::Undo).await;
            assert_eq!(scene.noticed(&task).await, before, "{what}");
            scene.assert_told(&task, &what).await;
            let twice = scene.world.refused(&scene.ana, Command::Undo).await;
            assert_eq!(twice.code, Code::Nothing, "{what}: a deed is taken back once");
        }
    }
}

#[tokio::test]
async fn undoing_a_reopening_closes_it_as_it_was_closed() {
    let scene = Scene::new().await;
    for (kind, add) in scene.kinds() {
        let task = scene.world.add(&scene.ana, add).await;
        scene.world.run(&scene.ana, Command::Done(by_id(&task))).await;
        let before = scene.noticed(&task).await;
        scene.world.run(&scene.ana, Command::Reopen(by_id(&task))).await;
        scene.world.run(&scene.ana, Command::Undo).await;
        assert_eq!(scene.noticed(&task).await, before, "{kind}");
        scene.assert_told(&task, kind).await;
    }
}

#[tokio::test]
async fn undoing_an_addition_hides_task_series_and_reminder() {
    let scene = Scene::new().await;
    for (kind, add) in scene.kinds() {
        let task = scene.world.add(&scene.ana, add).await;
        scene.world.run(&scene.ana, Command::Undo).await;
        let after = scene.noticed(&task).await;
        assert_eq!(after.task.status, domain::task::Status::Deleted, "{kind}");
        assert_eq!(after.reminders, [], "{kind}");
        assert!(after.series.is_none_or(|series| !series.is_active() && series.next_at.is_none()), "{kind}");
        scene.assert_told(&task, kind).await;
    }
    scene.world.clock.set("2026-04-01T00:00:00Z");
    assert_eq!(scene.world.sends().await, [], "nothing comes of them any more");
}

#[tokio::test]
async fn one_line_on_several_tasks_is_taken_back_as_one() {
    let scene = Scene::new().await;
    let mut tasks = Vec::new();
    for (_, add) in scene.kinds() {
        tasks.push(scene.world.add(&scene.ana, add).await);
    }
    let all = || tasks.iter().flat_map(by_id).collect::<Vec<_>>();
    let deeds = [Command::Done(all()), Command::Delete { tasks: all(), expected: None }, Command::Claim(all())];
    for command in deeds {
        let what = command.name();
        let mut before = Vec::new();
        for task in &tasks {
            before.push(scene.noticed(task).await);
        }
        scene.world.run(&scene.ana, command).await;
        scene.world.run(&scene.ana, Command::Undo).await;
        for (task, before) in tasks.iter().zip(before) {
            assert_eq!(scene.noticed(task).await, before, "{what} of several");
        }
    }
}

#[tokio::test]
async fn undoing_done_brings_a_snooze_back_and_sends_nothing_twice() {
    let Scene { world, ana, .. } = Scene::new().await;
    let task = world.add(&ana, AddTask { due: Some(due("2026-03-04T10:00:02")), ..draft(&ana, "call dad") }).await;
    world.clock.set("2026-03-04T15:00:03Z");
    assert_eq!(world.sends().await.len(), 1);
    world.run(&ana, Command::Done(by_id(&task))).await;
    world.run(&ana, Command::Undo).await;
    assert_eq!(world.reminds_at(&task).await, None, "it has been sent");
    world.run(&ana, Command::Done(by_id(&task))).await;
    world.run(&ana, Command::Reopen(by_id(&task))).await;
    assert_eq!(world.reminds_at(&task).await, None, "it has been sent");
    let until: Timestamp = "2026-03-04T16:00:00Z".parse().expect("an instant");
    world.run(&ana, Command::Snooze { tasks: by_id(&task), until }).await;
    world.run(&ana, Command::Done(by_id(&task))).await;
    assert_eq!(world.reminds_at(&task).await, None);
    world.clock.set("2026-03-04T15:30:00Z");
    world.run(&ana, Command::Undo).await;
    assert_eq!(world.reminds_at(&task).await, Some(until), "the snooze is there again");
    world.clock.set("2026-03-04T16:00:00Z");
    assert_eq!(world.sends().await.len(), 1);
}

#[tokio::test]
async fn a_reminder_whose_time_passed_before_the_undo_is_still_owed() {
    let Scene { world, ana, .. } = Scene::new().await;
    let task = world.add(&ana, AddTask { due: Some(due("2026-03-04T11:00")), ..draft(&ana, "call dad") }).await;
    world.run(&ana, Command::Done(by_id(&task))).await;
    world.clock.set("2026-03-04T17:00:00Z");
    world.run(&ana, Command::Undo).await;
    assert_eq!(world.sends().await.len(), 1, "late, once");
}

#[tokio::test]
async fn a_snooze_that_is_taken_back_after_its_first_time_passed_unsent_leaves_it_owed() {
    let Scene { world, ana, .. } = Scene::new().await;
    let task = world.add(&ana, AddTask { due: Some(due("2026-03-04T11:00")), ..draft(&ana, "call dad") }).await;
    let until: Timestamp = "2026-03-05T16:00:00Z".parse().expect("an instant");
    world.run(&ana, Command::Snooze { tasks: by_id(&task), until }).await;
    world.clock.set("2026-03-04T17:00:00Z");
    world.run(&ana, Command::Undo).await;
    assert_eq!(world.sends().await.len(), 1, "late, once");
}

#[tokio::test]
async fn undoing_a_change_of_zone_takes_back_the_zone_with_what_moved() {
    let Scene { world, ana, .. } = Scene::new().await;
    let task = world
        .add(
            &ana,
            AddTask { due: Some(due("2026-03-09T09:00")), repeat: Some(repeat("FREQ=DAILY")), ..draft(&ana, "plants") },
        )
        .await;
    let zone = async || world.tasks.people.person(ana.person).await.expect("an answer").expect("ana").settings.zone;
    let (before, there) = (zone().await, "Europe/Madrid".parse().expect("a zone"));
    let edit = SettingsEdit { zone: Some(there), ..SettingsEdit::default() };
    world.run(&ana, Command::Settings(edit)).await;
    assert_ne!(zone().await, before);
    let undone = world.run(&ana, Command::Undo).await;
    assert_eq!((zone().await, undone.settings.and_then(|settings| settings.zone)), (before.clone(), before));
    assert_eq!(world.task(&ana, &task).await.due, task.due);
    assert_eq!(world.refused(&ana, Command::Undo).await.code, Code::Nothing, "once");
    let edit = SettingsEdit { day_first: Some(true), ..SettingsEdit::default() };
    world.run(&ana, Command::Settings(edit)).await;
    world.run(&ana, Command::Undo).await;
    let person = world.tasks.people.person(ana.person).await.expect("an answer").expect("ana");
    assert!(!person.settings.day_first, "settings that move nothing are undone, too");
}
