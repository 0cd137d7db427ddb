//! Answers wait where Slack says "too many", and hold nothing up: what Slack waits for comes first.

use fakes::kit::{Fault, What};

use super::kit::{BOTH, Site, choice, shown};

fn too_many() -> What {
    What::Limited { retry_after: 1 }
}

#[tokio::test]
async fn a_channel_learns_of_a_change_when_it_takes_messages_again_and_the_asker_at_once() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.slack.faults().add(Fault::next(2, "chat.postMessage", too_many()).field("channel", "C1"));
        let turn = ana.command("C1", "/task", "ship the release").await;
        assert!(turn.taken(), "{way:?}: {turn:?}");
        site.message("C1", "ana added #1: ship the release").await;
        assert!(site.slack.faults().left().is_empty(), "{way:?}: it was refused twice before");
    }
}

#[tokio::test]
async fn a_message_is_acknowledged_while_its_answer_waits() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        // Longer than Slack waits here.
        let long = What::Limited { retry_after: 10 };
        site.slack.faults().add(Fault::next(1, "chat.postMessage", long));
        let said = ana.dm("write the deck thursday 3pm").await;
        let turn = said.turns.first().expect("an event");
        assert!(turn.taken(), "{way:?}: {turn:?}");
        let direct = site.direct("U1").await;
        site.message(&direct, "Added #1: write the deck").await;
        let told = site.posted(&direct).iter().filter(|message| shown(message).contains("Added #1")).count();
        assert_eq!(told, 1, "{way:?}: once");
        let attempts = site.slack.ledger().attempts(Some(&turn.parcel.id));
        assert_eq!(attempts.len(), 1, "{way:?}: Slack had no reason to tell of it again");
    }
}

#[tokio::test]
async fn pages_dialogs_edits_and_later_answers_wait_as_well() {
    let site = Site::new(BOTH[0]).await;
    let ana = site.person("U1");
    for method in ["views.publish", "views.update", "chat.update", "response_url"] {
        site.slack.faults().add(Fault::next(1, method, too_many()));
    }
    ana.command("C1", "/task", "remind us to tag the release in 1 second").await;
    ana.open_home().await;
    let page = site.home("U1", |said| said.contains("tag the release")).await;
    ana.press_in(&page.id, "more:1", Some("edit 1")).await;
    site.dialog("U1", "initial_date_time").await;
    let reminder = site.message("C1", "*tag the release*").await;
    ana.press("C1", &reminder.ts, "done", None).await;
    let settled = site.message("C1", "Done by ana, ").await;
    assert_eq!(settled.ts, reminder.ts);
    ana.press("C1", &settled.ts, "reopen", None).await;
    let open = site.changed("C1", &settled.ts, |open| choice(&open.blocks, "Done").is_some()).await;
    let gone = What::Error { error: "message_not_found".to_owned() };
    site.slack.faults().add(Fault::next(1, "chat.update", gone));
    ana.press("C1", &open.ts, "done", None).await;
    site.message("C1", "Done #1: tag the release").await;
    assert!(site.slack.faults().left().is_empty(), "each was met: {:?}", site.slack.faults().left());
}

#[tokio::test]
async fn a_burst_of_answers_into_one_place_is_spread_instead_of_thrown_at_slack() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    for nth in 1..=6 {
        ana.command("C1", "/task", &format!("look at item {nth}")).await;
    }
    for nth in 1..=6 {
        site.message("C1", &format!("look at item {nth}")).await;
    }
    let calls = site.slack.ledger().calls(Some("chat.postMessage"));
    let refused = calls.iter().filter(|call| call.status == Some(429)).count();
    assert!(refused <= 2, "the pace is about Slack's own: {calls:#?}");
}
