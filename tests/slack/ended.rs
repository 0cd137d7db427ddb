//! The process is asked to end while something that Slack was told is taken is still worked on: it is done, and shown.

use fakes::kit::{Fault, What};
use fakes::slack::Message;

use super::kit::{BOTH, Site, shown, struck};

/// Asks the process to end once the fault has struck, and waits for the end.
async fn end_after_the_fault(site: &mut Site) {
    struck(&site.slack).await;
    assert!(site.server.program.terminate().await.success());
}

/// The message of the bot that says this, now.
fn there(site: &Site, channel: &str, part: &str) -> Option<Message> {
    site.posted(channel).into_iter().find(|message| shown(message).contains(part))
}

#[tokio::test]
async fn a_press_that_was_taken_is_done_and_shown_though_the_process_is_asked_to_end() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.command("C1", "/task", "remind us to tag the release in 1 second").await;
        let reminder = site.message("C1", "*tag the release*").await;
        site.slack.faults().add(Fault::next(1, "chat.update", What::Limited { retry_after: 1 }));
        let turn = ana.press("C1", &reminder.ts, "done", None).await;
        assert!(turn.taken(), "{way:?}: {turn:?}");
        end_after_the_fault(&mut site).await;
        let settled = there(&site, "C1", "Done by ana, ").expect("it is shown");
        assert_eq!(settled.ts, reminder.ts, "{way:?}");
    }
}

#[tokio::test]
async fn a_command_that_is_late_is_done_and_answered_though_the_process_is_asked_to_end() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        site.slack.faults().add(Fault::next(1, "users.info", What::Delay { ms: 1_000 }).field("user", "U2"));
        let turn = site.person("U2").command("C1", "/task", "ship the release").await;
        assert!(turn.answer().to_string().contains("Working on it"), "{way:?}: {turn:?}");
        end_after_the_fault(&mut site).await;
        let answer = there(&site, "C1", "Added #1: ship the release").expect("it is answered");
        assert_eq!(answer.only_for.as_deref(), Some("U2"), "{way:?}");
        assert!(there(&site, "C1", "bob added #1").is_some(), "{way:?}: the channel learns of it");
    }
}

#[tokio::test]
async fn an_answer_that_slack_holds_up_is_given_though_the_process_is_asked_to_end() {
    for way in BOTH {
        let mut site = Site::new(way).await;
        let ana = site.person("U1");
        ana.dm("list").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "There are no").await;
        site.slack.faults().add(Fault::next(1, "chat.postMessage", What::Limited { retry_after: 1 }));
        assert!(ana.dm("write the deck thursday 3pm").await.turns[0].taken(), "{way:?}");
        end_after_the_fault(&mut site).await;
        assert!(there(&site, &direct, "Added #1: write the deck").is_some(), "{way:?}");
    }
}
