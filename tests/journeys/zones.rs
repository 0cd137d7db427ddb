//! Somebody travels: what follows their zone moves with them, and no reminder that was to come is lost on the way.

use domain::access::Principal;
use domain::command::{AddTask, Command, SettingsEdit};
use domain::ids::PersonId;
use domain::person::{Identity, Person, Settings};
use domain::place::Place;
use domain::ports::clock::Ids as _;
use domain::ports::people::People as _;
use domain::reminder::ReminderState;
use domain::task::Task;

use crate::kit::world::{World, by_id, draft, due, repeat};

async fn moves_to(world: &World, who: &Principal, zone: &str) {
    let zone = Some(zone.parse().expect("a zone"));
    world.run(who, Command::Settings(SettingsEdit { zone, ..SettingsEdit::default() })).await;
}

async fn daily(world: &World, who: &Principal, first: &str) -> Task {
    world
        .add(who, AddTask { due: Some(due(first)), repeat: Some(repeat("FREQ=DAILY")), ..draft(who, "stand-up") })
        .await
}

/// When the task reminds next, as text; empty if it won't.
async fn reminds(world: &World, task: &Task) -> String {
    world.reminds_at(task).await.map(|at| at.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_daily_time_that_has_passed_there_today_is_reminded_of_at_once() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = daily(&world, &ana, "2026-03-05T09:00").await;
    world.clock.set("2026-03-05T10:00:00Z");
    moves_to(&world, &ana, "Asia/Tokyo").await;
    assert_eq!(reminds(&world, &first).await, "2026-03-05T00:00:00Z", "09:00 in Tokyo, ten hours ago");
    assert_eq!(world.sends().await, [(Place::Direct(ana.person), vec![first.number])]);
    world.clock.set("2026-03-06T00:00:00Z");
    world.advance(&first).await;
    let sent = world.sends().await;
    assert_eq!(sent, [(Place::Direct(ana.person), vec![first.number + 1])], "and the next one at 09:00 there");
}

#[tokio::test]
async fn the_reply_says_that_the_reminder_comes_now() {
    let talk = super::chat::talk::Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.says(&ana, "stand-up every day at 9am").await;
    talk.world.clock.set("2026-03-05T10:00:00Z");
    let said = talk.says(&ana, "timezone Asia/Tokyo").await;
    let line = said.lines().find(|line| line.contains("stand-up")).expect("the series");
    assert_eq!(line, "  #1: stand-up, due Thu 5 Mar 2026 09:00 Asia/Tokyo, 10 hours ago; I remind you now");
    let said = talk.says(&ana, "timezone America/New_York").await;
    assert!(!said.contains("I remind you now"), "{said}");
}

#[tokio::test]
async fn a_day_whose_times_have_passed_there_is_reminded_of_at_once() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let task = world.add(&ana, AddTask { due: Some(due("2026-03-05")), ..draft(&ana, "pay rent") }).await;
    assert_eq!(reminds(&world, &task).await, "2026-03-05T14:00:00Z");
    world.clock.set("2026-03-05T10:00:00Z");
    moves_to(&world, &ana, "Asia/Tokyo").await;
    assert_eq!(reminds(&world, &task).await, "2026-03-05T10:00:00Z", "17:00 in Tokyo has passed too");
    assert_eq!(world.sends().await.len(), 1);
}

#[tokio::test]
async fn a_time_still_to_come_there_is_waited_for() {
    for (zone, at) in [("Europe/Madrid", "2026-03-05T08:00:00Z"), ("America/Los_Angeles", "2026-03-05T17:00:00Z")] {
        let world = World::new().await;
        let ana = world.person("ana").await;
        let first = daily(&world, &ana, "2026-03-05T09:00").await;
        moves_to(&world, &ana, zone).await;
        assert_eq!(reminds(&world, &first).await, at, "{zone}");
        assert_eq!(world.sends().await, [], "{zone}");
    }
}

#[tokio::test]
async fn a_snooze_is_an_instant_and_stays_wherever_its_person_goes() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let until = "2026-03-05T16:00:00Z";
    let series = daily(&world, &ana, "2026-03-05T09:00").await;
    let day = world.add(&ana, AddTask { due: Some(due("2026-03-05")), ..draft(&ana, "pay rent") }).await;
    for task in [&series, &day] {
        let until = until.parse().expect("an instant");
        world.run(&ana, Command::Snooze { tasks: by_id(task), until }).await;
    }
    for zone in ["Asia/Tokyo", "Pacific/Honolulu"] {
        moves_to(&world, &ana, zone).await;
        assert_eq!(reminds(&world, &series).await, until, "{zone}");
        assert_eq!(reminds(&world, &day).await, until, "{zone}");
    }
}

#[tokio::test]
async fn what_was_reminded_of_is_not_reminded_of_again_for_a_time_that_passed() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = daily(&world, &ana, "2026-03-05T09:00").await;
    world.clock.set("2026-03-05T14:00:00Z");
    assert_eq!(world.sends().await.len(), 1);
    moves_to(&world, &ana, "Asia/Tokyo").await;
    assert_eq!(world.sends().await, []);
    let states: Vec<ReminderState> = world.reminders(&first).await.iter().map(|reminder| reminder.state).collect();
    assert_eq!(states, [ReminderState::Delivered]);
}

#[tokio::test]
async fn a_wall_time_in_a_gap_is_meant_again_in_a_zone_that_has_it() {
    let world = World::new().await;
    let ana = world.person("ana").await;
    let first = daily(&world, &ana, "2026-03-07T02:30").await;
    world.run(&ana, Command::Done(by_id(&first))).await;
    world.advance(&first).await;
    let query = domain::query::TaskQuery { status: vec![domain::task::Status::Open], limit: 1, ..Default::default() };
    let second = world.tasks.find(&ana, &query).await.expect("a page").items.remove(0).task;
    assert_eq!(second.due, Some(due("2026-03-08T03:30")), "New York leaves 02:30 out");
    moves_to(&world, &ana, "Asia/Tokyo").await;
    let there = world.task(&ana, &second).await.due.expect("a due");
    assert_eq!(there.wall_time().to_string(), "2026-03-08T02:30:00");
}

/// Somebody whom the platform did not name when they were met.
async fn nameless(world: &World) -> Principal {
    let identity: Identity = "slack:T1/U1".parse().expect("an identity");
    let settings = Settings::of_profile(None);
    let person = Person { id: PersonId(world.ids.fresh()), name: identity.user.clone(), settings, version: 1 };
    let person = world.store.introduce(&identity, person).await.expect("introduced").id;
    Principal { person, tenants: [identity.tenant].into(), operator: false }
}

async fn recognised(world: &World, who: &Principal, name: &str, zone: &str) -> Person {
    let zone = Some(zone.parse().expect("a zone"));
    world.run(who, Command::Recognise { name: name.to_owned(), zone }).await;
    world.store.person(who.person).await.expect("an answer").expect("a person")
}

#[tokio::test]
async fn whoever_is_named_late_has_name_and_zone_from_then_on_and_undo_takes_back_what_they_did_themselves() {
    let world = World::new().await;
    let ana = nameless(&world).await;
    let task = world.add(&ana, draft(&ana, "buy milk")).await;
    let known = recognised(&world, &ana, "ana", "Asia/Tokyo").await;
    assert_eq!((known.name.as_str(), known.version), ("ana", 2));
    assert_eq!(known.settings, Settings::of_profile(Some("Asia/Tokyo".parse().expect("a zone"))));
    assert_eq!(recognised(&world, &ana, "ana", "Europe/Madrid").await, known, "what is known is not overwritten");
    let undone = world.run(&ana, Command::Undo).await;
    assert_eq!(undone.effects.iter().map(|effect| effect.task.id).collect::<Vec<_>>(), [task.id]);
    assert_eq!(world.store.person(ana.person).await.expect("an answer"), Some(known));
}

#[tokio::test]
async fn whoever_chose_a_zone_before_they_were_named_keeps_it() {
    let world = World::new().await;
    let ana = nameless(&world).await;
    moves_to(&world, &ana, "Europe/Madrid").await;
    let known = recognised(&world, &ana, "ana", "Asia/Tokyo").await;
    assert_eq!(known.name, "ana");
    assert_eq!(known.settings.zone.map(|zone| zone.to_string()).as_deref(), Some("Europe/Madrid"));
    assert!(!known.settings.zone_of_profile, "and follows no profile");
}
