//! What is sent to people by others: they can stop it, and they hear when it is taken away.

use domain::command::{Command, TaskRef};
use domain::ids::PersonId;
use domain::place::Place;
use domain::ports::clock::Clock as _;
use domain::reminder::{NoticeKind, ReminderState};
use domain::snapshot::Needs;
use domain::tenant::TenantId;
use insta::assert_snapshot;

use super::talk::{Speaker, Talk};
use super::terminal::Process;

/// Where the scheduled reminders of a task go.
async fn places(talk: &Talk, who: &Speaker, number: u64) -> Vec<Place> {
    let mut needs = Needs::in_tenant(crate::kit::world::tenant(&who.principal));
    needs.tasks = vec![TaskRef::Number(number)];
    let snapshot = talk.world.tasks.store.load(&needs).await.expect("loaded");
    let reminders = snapshot.tasks.values().flat_map(|loaded| &loaded.reminders);
    reminders.filter(|one| one.state == ReminderState::Scheduled).map(|one| one.place.clone()).collect()
}

/// Makes the next occurrence, as the recurrence consumer does.
async fn advance(talk: &Talk, who: &Speaker) {
    let task = talk.world.tasks.store.task(&TenantId::console(), TaskRef::Number(1)).await.expect("an answer");
    let series = task.expect("a task").recurring.expect("it recurs").series;
    talk.world.run(&who.principal, Command::Advance(series)).await;
}

/// Everything that the product tells people, besides reminders: to whom, what, of which task.
async fn told(talk: &Talk) -> Vec<(PersonId, NoticeKind, u64)> {
    let agenda = &talk.world.tasks.agenda;
    let reach = [domain::ports::agenda::Reach::Platform(domain::tenant::Platform::Console)];
    let mut told = Vec::new();
    for (tenant, id) in agenda.due_deliveries(&reach, talk.world.clock.now(), 100).await.expect("an answer") {
        let attempt = talk.world.deliveries.begin(&tenant, id).await.expect("begun").expect("an attempt");
        let news = attempt.posting.news.clone().expect("news");
        let Place::Direct(person) = attempt.posting.place else { panic!("news go to people") };
        told.push((person, news.kind, news.task.number));
    }
    told.sort();
    told
}

async fn asked() -> (Talk, Speaker, Speaker) {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    let reply = talk.says(&ana, "remind @sam to deploy every friday at 3pm").await;
    assert!(reply.starts_with("Added #1: deploy"), "{reply}");
    assert_eq!(places(&talk, &ana, 1).await, vec![sam.place.clone()]);
    (talk, ana, sam)
}

#[tokio::test]
async fn a_recipient_stops_what_somebody_else_set_for_them_and_that_one_is_told() {
    let (talk, ana, sam) = asked().await;
    let reply = talk.says(&sam, "stop 1").await;
    assert_snapshot!(reply, @"
    You are reminded no more of #1: deploy
      I'll remind ana on Fri 6 Mar 2026 15:00 America/New_York, in 2 days
      whoever set them is told
      `undo` takes it back
    ");
    assert_eq!(places(&talk, &ana, 1).await, vec![ana.place.clone()], "it is hers now");
    assert_eq!(told(&talk).await, [(ana.principal.person, NoticeKind::Stopped, 1)]);
    assert!(talk.says(&sam, "history 1").await.starts_with("There is no task"), "he does not even see it");
    talk.says(&ana, "done 1").await;
    advance(&talk, &ana).await;
    assert_eq!(places(&talk, &ana, 2).await, vec![ana.place.clone()], "of the series neither");
}

#[tokio::test]
async fn a_stop_is_undone_although_the_task_is_out_of_sight() {
    let (talk, ana, sam) = asked().await;
    talk.says(&sam, "stop 1").await;
    assert!(talk.says(&sam, "undo").await.starts_with("Undone, open: #1"));
    assert_eq!(places(&talk, &ana, 1).await, vec![sam.place.clone()]);
    talk.says(&sam, "stop 1").await;
    talk.direct("eve").await;
    talk.says(&ana, "assign 1 to @eve").await;
    let refused = talk.says(&sam, "undo").await;
    assert!(refused.contains("was changed again since"), "{refused}");
}

#[tokio::test]
async fn whoever_stops_a_reminder_hears_who_gets_it_instead_where_and_by_whose_clock() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.in_channel("ana", "ops").await, talk.in_channel("sam", "ops").await);
    talk.in_channel("eve", "ops").await;
    talk.says(&sam, "timezone Asia/Tokyo").await;
    talk.says(&ana, "ship release friday 3pm @sam @eve").await;
    talk.says(&ana, "tidy up @sam").await;
    assert_snapshot!(talk.says(&sam, "stop 1").await, @"
    You are reminded no more of #1: ship release
      I'll remind eve in #ops on Sat 7 Mar 2026 05:00 Asia/Tokyo, in 2 days (Fri 6 Mar 2026 15:00 America/New_York for eve)
      whoever set them is told
      `undo` takes it back
    ");
    assert_snapshot!(talk.says(&sam, "stop 2").await, @"
    You are reminded no more of #2: tidy up
      whoever set them is told
      `undo` takes it back
    ");
}

#[tokio::test]
async fn only_what_others_set_can_be_stopped() {
    let talk = Talk::begins().await;
    let (ana, eve) = (talk.in_channel("ana", "ops").await, talk.in_channel("eve", "ops").await);
    talk.says(&ana, "add ship release friday 3pm").await;
    for (who, said) in [(&ana, "#1 is your own"), (&eve, "Nothing of #1 is sent to you by name")] {
        let reply = talk.says(who, "stop 1").await;
        assert!(reply.starts_with(said), "{reply}");
    }
    assert!(talk.says(&eve, "stop 99").await.starts_with("There is no task #99"));
    assert!(talk.says(&eve, "stop the press").await.starts_with("Added #2: stop the press"), "that is a task");
    assert!(told(&talk).await.is_empty());
}

#[tokio::test]
async fn whoever_is_concerned_is_told_of_a_deletion_and_of_its_undoing() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let (sam, eve) = (talk.in_channel("sam", "ops").await, talk.in_channel("eve", "ops").await);
    talk.says(&ana, "add ship release @sam @eve").await;
    talk.says(&sam, "delete 1").await;
    let of = |kind| {
        let mut both = vec![(ana.principal.person, kind, 1), (eve.principal.person, kind, 1)];
        both.sort();
        both
    };
    assert_eq!(told(&talk).await, of(NoticeKind::Deleted), "the author and the other assignee, not who did it");
    talk.says(&sam, "undo").await;
    assert_eq!(told(&talk).await, of(NoticeKind::Restored));
    talk.says(&sam, "delete 1").await;
    told(&talk).await;
    talk.says(&sam, "reopen 1").await;
    assert_eq!(told(&talk).await, of(NoticeKind::Restored));
    talk.says(&ana, "done 1").await;
    talk.says(&ana, "add mine alone").await;
    talk.says(&ana, "delete 2").await;
    assert!(told(&talk).await.is_empty(), "closing is no deletion, and nobody is told of their own");
}

#[tokio::test]
async fn whoever_asked_is_told_once_that_somebody_else_did_it_and_when_it_is_open_again() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let (sam, eve) = (talk.in_channel("sam", "ops").await, talk.in_channel("eve", "ops").await);
    let of = |kind| vec![(ana.principal.person, kind, 1)];
    talk.says(&ana, "remind @sam @eve to ship release every friday at 3pm").await;
    talk.says(&sam, "done 1").await;
    assert_eq!(told(&talk).await, of(NoticeKind::Completed), "the asker alone, however many it is for");
    assert!(talk.says(&eve, "done 1").await.contains("already done by sam"));
    assert!(told(&talk).await.is_empty(), "it was done once");
    talk.says(&sam, "undo").await;
    assert_eq!(told(&talk).await, of(NoticeKind::Reopened), "what is believed to be done is not");
    talk.says(&eve, "done 1").await;
    assert_eq!(told(&talk).await, of(NoticeKind::Completed));
    advance(&talk, &ana).await;
    talk.says(&sam, "done 2").await;
    assert_eq!(told(&talk).await, [(ana.principal.person, NoticeKind::Completed, 2)], "each time of a series");
}

#[tokio::test]
async fn nobody_is_told_of_what_they_did_themselves_or_asked_of_nobody() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.in_channel("ana", "ops").await, talk.in_channel("sam", "ops").await);
    for line in ["add ship release @sam", "add mine @me", "add tidy up"] {
        talk.says(&ana, line).await;
    }
    for (who, line) in [(&ana, "done 1"), (&ana, "undo"), (&sam, "done 2"), (&sam, "done 3"), (&sam, "reopen 3")] {
        talk.says(who, line).await;
    }
    assert!(told(&talk).await.is_empty());
    talk.says(&sam, "done 1").await;
    assert_eq!(told(&talk).await, [(ana.principal.person, NoticeKind::Completed, 1)]);
    talk.says(&ana, "reopen 1").await;
    assert!(told(&talk).await.is_empty());
}

#[tokio::test]
async fn news_are_shown_where_somebody_sits_or_as_soon_as_they_sit_down() {
    let process = Process::starts().await;
    let mut ana = process.opens(process.session("ana", None).await, false).await;
    process.session("sam", None).await;
    ana.types("remind @sam to deploy in 1 hour\n").await;
    ana.shows("Added #1").await;
    let sam = process.session("sam", None).await;
    let shown = process.pipes(sam, b"stop 1\n").await;
    assert!(shown.starts_with("You are reminded no more of #1: deploy\n"), "{shown}");
    ana.shows("sam wants no more reminders of #1: deploy").await;
    ana.types("assign 1 to @sam\n").await;
    ana.shows("Changed #1").await;
    ana.types("delete 1\n").await;
    ana.shows("Deleted #1").await;
    ana.closes().await;
    let mut sam = process.opens(process.session("sam", None).await, false).await;
    sam.shows("ana deleted #1: deploy").await;
    sam.closes().await;
    process.ends().await;
}
