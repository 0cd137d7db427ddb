//! A private channel and a personal list show through no command.

use super::talk::Talk;

/// Every way to speak of task 1, with what an outsider must not learn: `release`.
const LINES: &[&str] = &[
    "list",
    "list all",
    "list done",
    "list @ana",
    "find release",
    "my tasks",
    "list overdue",
    "done 1",
    "reopen 1",
    "rename 1 to x",
    "edit 1 p1",
    "move 1 to friday",
    "postpone 1 by 2 days",
    "move 1 to my list",
    "move 1 to #ops",
    "snooze 1 1h",
    "snooze",
    "delete 1",
    "history 1",
    "history",
    "skip 1",
    "claim 1",
    "assign 1 to @eve",
    "undo",
    "done it",
    "remind #ops to x tomorrow",
];

#[tokio::test]
async fn a_private_channel_answers_an_outsider_as_if_it_were_not_there() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    talk.says(&ana, "add ship release every friday 9am").await;
    unseen_by_eve(&talk).await;
}

#[tokio::test]
async fn a_personal_list_answers_others_as_if_it_were_not_there() {
    let talk = Talk::begins().await;
    let ana = talk.direct("ana").await;
    talk.in_channel("ana", "ops").await;
    talk.says(&ana, "ship release every friday 9am").await;
    unseen_by_eve(&talk).await;
}

/// Eve types everything; each answer is the one that she gets where task 1 does not exist.
async fn unseen_by_eve(talk: &Talk) {
    let empty = Talk::begins().await;
    empty.direct("ana").await;
    let (eve, nobody) = (talk.direct("eve").await, empty.direct("eve").await);
    for line in LINES {
        let (seen, expected) = (talk.slowly(&eve, line).await, empty.slowly(&nobody, line).await);
        assert_eq!(seen, expected, "typed: {line}");
        assert!(!seen.contains("release"), "{line}: {seen}");
    }
}

#[tokio::test]
async fn whoever_is_assigned_sees_a_task_wherever_it_is() {
    let talk = Talk::begins().await;
    let ana = talk.in_channel("ana", "ops").await;
    let eve = talk.direct("eve").await;
    talk.says(&ana, "add ship release @eve").await;
    assert!(talk.says(&eve, "list").await.contains("ship release  for you, on #ops"));
    assert!(talk.says(&eve, "done 1").await.starts_with("Done #1: ship release"));
}

#[tokio::test]
async fn undo_takes_back_ones_own_change_only() {
    let talk = Talk::begins().await;
    let (ana, sam) = (talk.in_channel("ana", "ops").await, talk.in_channel("sam", "ops").await);
    talk.says(&ana, "add ship release").await;
    assert!(talk.says(&sam, "undo").await.starts_with("Only your last change here"));
    assert!(talk.says(&ana, "undo").await.starts_with("Undone, gone again"));
}
