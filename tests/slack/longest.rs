//! The longest that anybody can make of it stays within what Slack takes of one message or view.

use std::time::Duration;

use fakes::slack::Message;
use futures::{StreamExt as _, stream};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, Way, choice, shown, texts};
use crate::kit::program::PATIENCE;

/// The longest title, in characters.
const TITLE: usize = 500;

/// Tasks of Ana's with the longest titles there are, half of them of characters that Slack wants escaped, and tags beside them.
async fn fill(site: &Site, count: usize, when: &str) {
    let token = site.scratch.token("slack:T1/U1").await;
    let tags: Vec<String> = (0..20).map(|nth| format!("label-{nth:02}-{}", "y".repeat(20))).collect();
    let made = (0..count).map(|nth| {
        let title = format!("{nth:03} {}", if nth % 2 == 0 { "x" } else { "&" }.repeat(TITLE - 4));
        let body = json!({ "title": title, "tags": tags, "due": when });
        site.server.post(&token, "/api/v1/tasks", body, 201)
    });
    // Some at a time: what a machine that is busy cannot do is refused.
    stream::iter(made).buffer_unordered(8).collect::<Vec<_>>().await;
}

/// What Slack refused because it says too much, or is no Block Kit.
fn refused(site: &Site) -> Vec<String> {
    let calls = site.slack.ledger().calls(None);
    let refused = calls.iter().filter(|call| call.answer["ok"] == false && call.answer["error"] != "ratelimited");
    refused.map(|call| format!("{}: {}", call.method, call.answer)).collect()
}

#[tokio::test]
async fn the_longest_lists_and_histories_come_whatever_way_they_are_asked_for() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        fill(&site, 60, "2099-03-04T09:00:00Z").await;
        for line in ["list", "list limit 200", "history 1 2 3 4 5 6 7 8 9", "help"] {
            let answer = site.told(&ana, "C1", "/todo", line).await;
            assert!(!answer.is_empty(), "{way:?} {line}");
            ana.mention("C1", line).await;
            ana.dm(line).await;
        }
        let direct = site.direct("U1").await;
        let cut = site.message(&direct, "That is more than fits into one message").await;
        assert!(shown(&cut).contains("60 open tasks") && shown(&cut).contains("• #"), "{way:?}: {}", shown(&cut));
        let posted = site.posted(&direct);
        let turned = |one: &&Message| choice(&one.blocks, "Next").as_deref() == Some("list, page 2");
        let first = posted.iter().find(turned).expect("a page that can be turned");
        ana.press(&direct, &first.ts, "page:next", None).await;
        let second = site.message(&direct, "page 2 of 2").await;
        assert_eq!(second.ts, first.ts, "{way:?}");
        assert_eq!(refused(&site), Vec::<String>::new(), "{way:?}");
    }
}

#[tokio::test]
async fn the_longest_page_of_the_home_is_taken_with_what_was_done_on_top() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        fill(&site, 60, "2099-03-04T09:00:00Z").await;
        ana.open_home().await;
        let page = site.home("U1", |said| said.contains("60 open tasks")).await;
        let blocks = page.payload["blocks"].as_array().map_or(0, Vec::len);
        assert!(blocks <= 100 && choice(&page.payload, "Next").is_some(), "{way:?}: {blocks} blocks");
        ana.press_in(&page.id, "more:1", Some("history 1")).await;
        let told = site.home("U1", |said| said.contains("added")).await;
        assert!(choice(&told.payload, "Next").is_some(), "{way:?}: it can still be turned");
        assert_eq!(refused(&site), Vec::<String>::new(), "{way:?}");
    }
}

/// Waits for as many reminders as these, in however many messages.
async fn come(site: &Site, channel: &str, count: usize) -> Vec<Message> {
    let until = Instant::now() + PATIENCE;
    loop {
        let mut reminders = site.posted(channel);
        reminders.retain(|message| shown(message).contains("alarm_clock"));
        let all: String = reminders.iter().map(|message| message.blocks.to_string()).collect();
        if (1..=count).all(|number| all.contains(&format!("done {number}\""))) {
            return reminders;
        }
        assert!(Instant::now() < until, "they never came: {:#?}", refused(site));
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn reminders_with_the_longest_titles_come_one_by_one_and_many_at_once() {
    for (way, count) in [(Way::Socket, 1), (Way::Http, 24), (Way::Socket, 60)] {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "list").await;
        let at = fakes::kit::now() as i64 + 15;
        let when = jiff::Timestamp::from_second(at).expect("an instant").to_string();
        fill(&site, count, &when).await;
        let direct = site.direct("U1").await;
        let reminders = come(&site, &direct, count).await;
        let longest = reminders.iter().max_by_key(|message| message.blocks.to_string().len()).expect("a message");
        ana.press(&direct, &longest.ts, "done", None).await;
        let settled = site.message(&direct, if count == 1 { "Done by ana" } else { "Undo all" }).await;
        assert_eq!(settled.ts, longest.ts, "{way:?} {count}: edited in place");
        assert_eq!(refused(&site), Vec::<String>::new(), "{way:?} {count}");
        assert!(!texts(&settled.blocks).is_empty());
    }
}
