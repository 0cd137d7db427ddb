//! What waits for its time keeps it, whatever else is changed: people, place, list, zone, and undo of any of them.

use domain::access::Principal;
use domain::command::{AddTask, Command, MoveTo, SettingsEdit, TaskEdit};
use domain::due::Due;
use domain::list::List;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::query::TaskQuery;
use domain::task::{Status, Task};
use domain::tenant::Platform;
use jiff::Timestamp;

use crate::kit::world::{World, by_id, draft, due, repeat};

/// Ana and Ben in #ops.
struct Scene {
    world: World,
    ana: Principal,
    ben: Principal,
    ops: List,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let (ana, ben) = (world.person("ana").await, world.person("ben").await);
        world.join(&ben, "ops").await;
        let ops = world.join(&ana, "ops").await;
        Self { world, ana, ben, ops }
    }

    async fn task(&self, when: &str, rule: Option<&str>) -> Task {
        let repeats = rule.map(repeat);
        let add = AddTask {
            list: self.ops.clone(),
            due: Some(due(when)),
            repeat: repeats,
            ..draft(&self.ana, "rotate keys")
        };
        self.world.add(&self.ana, add).await
    }

    async fn snoozed(&self, task: &Task, who: &Principal, until: &str) -> Timestamp {
        let until = until.parse().expect("an instant");
        self.world.run(who, Command::Snooze { tasks: by_id(task), until }).await;
        until
    }

    async fn edit(&self, who: &Principal, task: &Task, edit: TaskEdit) -> Task {
        self.world.one(who, Command::Edit { tasks: by_id(task), edit: Box::new(edit), expected: None }).await
    }

    async fn open(&self) -> Vec<u64> {
        let query = TaskQuery { status: vec![Status::Open], limit: 200, ..TaskQuery::default() };
        let page = self.world.tasks.find(&self.ana, &query).await.expect("a page");
        page.items.into_iter().map(|listed| listed.task.number).collect()
    }
}

fn assigned(who: &Principal) -> TaskEdit {
    TaskEdit { assignees: Some(vec![who.person]), ..TaskEdit::default() }
}

#[tokio::test]
async fn a_snooze_outlives_a_change_of_people_and_of_list() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-04T10:00:02", None).await;
    scene.world.clock.set("2026-03-04T15:00:03Z");
    assert_eq!(scene.world.sends().await.len(), 1);
    let until = scene.snoozed(&task, &scene.ana, "2026-03-04T16:00:00Z").await;
    scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(until), "assigned");
    scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(until), "assigned and undone");
    scene.world.run(&scene.ben, Command::Claim(by_id(&task))).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(until), "claimed");
    let own = List::personal(task.tenant.clone(), scene.ana.person);
    scene.world.run(&scene.ana, Command::MoveToList { tasks: by_id(&task), list: own }).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(until), "moved to a list");
    scene.world.clock.set("2026-03-04T16:00:00Z");
    assert_eq!(scene.world.sends().await.len(), 1);
}

/// What was owed before a downtime, or waits for a platform that says no for now.
#[tokio::test]
async fn what_is_overdue_and_has_not_come_still_comes_after_a_change_of_people_or_of_list() {
    for claimed in [false, true] {
        let scene = Scene::new().await;
        let task = scene.task("2026-03-04T11:00", None).await;
        scene.world.clock.set("2026-03-04T19:00:00Z");
        if claimed {
            scene.world.deliveries.claim(&[Reach::Platform(Platform::Console)], 10).await.expect("claimed");
        }
        scene.world.run(&scene.ben, Command::Claim(by_id(&task))).await;
        assert_eq!(scene.world.reminds_at(&task).await, Some(due("2026-03-04T11:00").at), "claimed: {claimed}");
        scene.world.run(&scene.ben, Command::Undo).await;
        assert_eq!(scene.world.reminds_at(&task).await, Some(due("2026-03-04T11:00").at), "undone: {claimed}");
        let own = List::personal(task.tenant.clone(), scene.ana.person);
        scene.world.run(&scene.ana, Command::MoveToList { tasks: by_id(&task), list: own }).await;
        assert_eq!(scene.world.sends().await, [(Place::Direct(scene.ana.person), vec![1])], "{claimed}");
        scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
        assert!(scene.world.sends().await.is_empty(), "it came already");
    }
}

#[tokio::test]
async fn a_day_that_is_overdue_comes_at_its_own_time_and_not_in_the_afternoon() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-05", None).await;
    scene.world.clock.set("2026-03-05T14:00:05Z");
    scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
    assert_eq!(scene.world.sends().await, [(Place::Channel("ops".to_owned()), vec![1])]);
    assert_eq!(scene.world.reminds_at(&task).await, None);
}

#[tokio::test]
async fn a_snooze_outlives_a_change_of_zone_and_its_undo() {
    let scene = Scene::new().await;
    let add = AddTask {
        due: Some(due("2026-03-04T11:00")),
        repeat: Some(repeat("FREQ=DAILY")),
        ..draft(&scene.ana, "stand")
    };
    let task = scene.world.add(&scene.ana, add).await;
    let until = scene.snoozed(&task, &scene.ana, "2026-03-04T19:00:00Z").await;
    let there = SettingsEdit { zone: Some("Asia/Tokyo".parse().expect("a zone")), ..SettingsEdit::default() };
    scene.world.run(&scene.ana, Command::Settings(there)).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(until));
    scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(scene.world.task(&scene.ana, &task).await.due, task.due);
    assert_eq!(scene.world.reminds_at(&task).await, Some(until));
}

#[tokio::test]
async fn undo_never_brings_a_reminder_back_for_a_due_that_somebody_changed_since() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-05T09:00", None).await;
    scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
    let eleven = due("2026-03-05T11:00");
    scene.world.run(&scene.ben, Command::Move { tasks: by_id(&task), to: MoveTo::Due(eleven.clone()) }).await;
    scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(scene.world.reminds_at(&task).await, Some(eleven.at));
}

#[tokio::test]
async fn undo_leaves_the_snooze_of_somebody_else_alone() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-05T09:00", None).await;
    let friday = MoveTo::Due(due("2026-03-06T09:00"));
    scene.world.run(&scene.ana, Command::Move { tasks: by_id(&task), to: friday }).await;
    let until = scene.snoozed(&task, &scene.ben, "2026-03-04T19:00:00Z").await;
    scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(scene.world.task(&scene.ana, &task).await.due, task.due);
    assert_eq!(scene.world.reminds_at(&task).await, Some(until));
}

#[tokio::test]
async fn undo_sends_nothing_again_that_went_to_the_same_place() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-04T10:00:04", None).await;
    scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
    scene.world.clock.set("2026-03-04T15:00:05Z");
    assert_eq!(scene.world.sends().await.len(), 1);
    scene.world.run(&scene.ana, Command::Undo).await;
    assert_eq!(scene.world.reminds_at(&task).await, None);
    assert!(scene.world.sends().await.is_empty());
}

#[tokio::test]
async fn opening_an_old_occurrence_leaves_a_series_alone_that_an_edit_began() {
    let scene = Scene::new().await;
    let first = scene.task("2026-03-05T09:00", Some("FREQ=DAILY")).await;
    scene.world.run(&scene.ana, Command::Done(by_id(&first))).await;
    scene.world.advance(&first).await;
    let numbers = scene.open().await;
    let query = TaskQuery { status: vec![Status::Open], ..TaskQuery::default() };
    let next = scene.world.tasks.find(&scene.ana, &TaskQuery { limit: 1, ..query }).await.expect("a page");
    let next = next.items.into_iter().next().expect("the next one").task;
    let mondays = TaskEdit {
        due: Some(Some(due("2026-03-09T08:00"))),
        repeat: Some(Some(repeat("FREQ=WEEKLY;BYDAY=MO"))),
        ..TaskEdit::default()
    };
    scene.edit(&scene.ana, &next, mondays).await;
    scene.world.run(&scene.ana, Command::Reopen(by_id(&first))).await;
    assert_eq!(scene.open().await, [numbers, vec![first.number]].concat(), "both are open");
}

#[tokio::test]
async fn a_number_of_times_is_not_begun_anew_by_another_time() {
    let scene = Scene::new().await;
    let mut task = scene.task("2026-03-05T09:00", Some("FREQ=DAILY;COUNT=3")).await;
    let mut occurrences = 1;
    loop {
        if occurrences == 3 {
            let later = TaskEdit { due: Some(Some(due("2026-03-10T10:00"))), ..TaskEdit::default() };
            task = scene.edit(&scene.ana, &task, later).await;
        }
        scene.world.run(&scene.ana, Command::Done(by_id(&task))).await;
        scene.world.advance(&task).await;
        let query = TaskQuery { status: vec![Status::Open], limit: 1, ..TaskQuery::default() };
        let Some(next) = scene.world.tasks.find(&scene.ana, &query).await.expect("a page").items.pop() else { break };
        task = next.task;
        occurrences += 1;
    }
    assert_eq!(occurrences, 3);
}

#[tokio::test]
async fn a_series_stays_in_its_authors_zone_when_somebody_else_moves_it() {
    let scene = Scene::new().await;
    let task = scene.task("2026-03-06T17:00", Some("FREQ=WEEKLY;BYDAY=FR")).await;
    scene.edit(&scene.ana, &task, assigned(&scene.ben)).await;
    let zone = "Europe/Madrid".parse().expect("a zone");
    let there = SettingsEdit { zone: Some(zone), ..SettingsEdit::default() };
    scene.world.run(&scene.ben, Command::Settings(there)).await;
    let in_madrid = Due::wall("2026-03-06T21:30".parse().expect("a time"), "Europe/Madrid".parse().expect("a zone"));
    let later = TaskEdit { due: Some(Some(in_madrid.clone())), ..TaskEdit::default() };
    let moved = scene.edit(&scene.ben, &task, later).await.due.expect("a due");
    assert_eq!((moved.at, &moved.zone), (in_madrid.at, &task.due.expect("a due").zone));
}
