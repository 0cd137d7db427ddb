//! Block lists: whoever is reminded decides by whom.

use domain::command::TaskRef;
use domain::ports::agenda::Reach;
use domain::ports::clock::Clock as _;
use domain::reminder::{NoticeKind, ReminderState};
use domain::snapshot::Needs;
use domain::tenant::{Platform, TenantId};
use insta::assert_snapshot;

use super::talk::{Speaker, Talk};

/// What the product tells people, besides reminders.
async fn told(talk: &Talk) -> Vec<NoticeKind> {
    let reach = [Reach::Platform(Platform::Console)];
    let due = talk.world.tasks.agenda.due_deliveries(&reach, talk.world.clock.now(), 100).await.expect("an answer");
    let mut told = Vec::new();
    for (tenant, id) in due {
        let attempt = talk.world.deliveries.begin(&tenant, id).await.expect("begun").expect("an attempt");
        told.extend(attempt.posting.news.map(|news| news.kind));
    }
    told
}

/// How many reminders of a task wait.
async fn waiting(talk: &Talk, number: u64) -> usize {
    let tasks = vec![TaskRef::Number(number)];
    let needs = Needs { tasks, ..Needs::in_tenant(TenantId::console()) };
    let snapshot = talk.world.tasks.store.load(&needs).await.expect("loaded");
    let reminders = snapshot.tasks.values().flat_map(|loaded| &loaded.reminders);
    reminders.filter(|one| one.state == ReminderState::Scheduled).count()
}

async fn pestered() -> (Talk, Speaker, Speaker) {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    talk.says(&ana, "remind @sam to deploy every friday at 3pm").await;
    talk.says(&ana, "remind @sam to call back tomorrow at 9am").await;
    (talk, ana, sam)
}

#[tokio::test]
async fn all_that_somebody_sets_for_a_person_ends_and_they_are_told_once() {
    let (talk, ana, sam) = pestered().await;
    let eve = talk.direct("eve").await;
    talk.says(&eve, "remind @sam to eat at noon").await;
    assert_snapshot!(talk.says(&sam, "stop all from @ana").await, @"
    You get no more reminders from ana.
      You are reminded no more of #1: deploy
      You are reminded no more of #2: call back
      they are told
      `allow @ana` takes them again
    ");
    assert_eq!(told(&talk).await, [NoticeKind::StoppedAll]);
    assert_eq!(waiting(&talk, 3).await, 1, "what eve asked for stays");
    assert_snapshot!(talk.says(&ana, "remind @sam to answer tomorrow").await, @"
    sam takes no reminders from you, so nothing was saved.
      Leave them out, or ask them to type `allow @ana`.
    ");
    talk.says(&ana, "buy bread tomorrow").await;
    assert!(talk.says(&ana, "assign it to @sam").await.contains("sam takes no reminders from you"));
    assert!(talk.says(&sam, "settings").await.contains("no reminders from"));
    assert!(talk.says(&sam, "stop all from @ana").await.starts_with("You took no reminders any more from ana"));
}

#[tokio::test]
async fn whoever_allows_somebody_again_is_reminded_again() {
    let (talk, ana, sam) = pestered().await;
    talk.says(&sam, "stop all from @ana").await;
    assert_snapshot!(talk.says(&sam, "allow @ana").await, @"You take reminders again from ana.");
    assert!(talk.says(&ana, "remind @sam to answer tomorrow at 9am").await.starts_with("Added #3"));
    assert_eq!(waiting(&talk, 3).await, 1);
    assert_snapshot!(talk.says(&sam, "allow @ana").await, @"You take reminders from ana.");
}

#[tokio::test]
async fn a_block_is_undone_whole() {
    let (talk, ana, sam) = pestered().await;
    talk.says(&sam, "stop all from @ana").await;
    talk.says(&sam, "undo").await;
    assert!(talk.says(&sam, "list").await.contains("call back"), "the tasks are his again");
    assert_eq!((waiting(&talk, 1).await, waiting(&talk, 2).await), (1, 1));
    assert!(talk.says(&ana, "remind @sam to answer tomorrow").await.starts_with("Added #3"));
}

#[tokio::test]
async fn nobody_gets_around_a_block_by_another_s_task_or_by_opening_one_again() {
    let (talk, ana, sam) = pestered().await;
    talk.says(&ana, "delete 2").await;
    talk.says(&sam, "stop all from @ana").await;
    talk.says(&ana, "reopen 2").await;
    assert_eq!(waiting(&talk, 2).await, 0, "it is hers to see to, and reminds him of nothing");
    let eve = talk.in_channel("eve", "ops").await;
    let ana = talk.in_channel("ana", "ops").await;
    talk.in_channel("sam", "ops").await;
    talk.says(&eve, "ship release friday 3pm @ana").await;
    assert!(talk.says(&ana, "assign 3 to @sam").await.contains("sam takes no reminders from you"));
}

#[tokio::test]
async fn only_a_whole_line_with_one_name_is_a_block() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.direct("ana").await, talk.direct("sam").await);
    for line in ["stop all from now on", "allow @sam to leave early", "allow dogs inside"] {
        let reply = talk.says(&ana, line).await;
        assert!(reply.starts_with("Added #"), "{line}: {reply}");
    }
    assert!(talk.says(&sam, "stop all from @sam").await.starts_with("Those are your own reminders."));
    assert!(talk.says(&sam, "stop all from @nobody").await.starts_with("I know no @nobody here."));
}
