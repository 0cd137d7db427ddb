//! Each way in which Slack refuses a reminder ends where its author sees it.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::{Channel, Kind};
use tokio::time::{Instant, sleep};

use super::kit::{BOTH, Site, shown};
use crate::kit::program::PATIENCE;

/// What Slack says of a channel, and what the author is told.
const OF_A_CHANNEL: [(&str, &str); 9] = [
    ("channel_not_found", "Slack shows me no such channel; invite me to it"),
    ("not_in_channel", "I am not in that channel; invite me to it"),
    ("is_archived", "that channel is archived"),
    ("missing_scope", "I lack a permission in this workspace; install me again"),
    ("restricted_action", "this workspace does not let me post there"),
    ("restricted_action_read_only_channel", "this workspace does not let me post there"),
    ("msg_too_long", "it says more than Slack takes in one message"),
    ("slack_connect_posting_blocked", "the other workspace of that channel does not let me post there"),
    ("some_new_word", "Slack did not take the message, and calls that some_new_word"),
];

/// What Slack says of a direct message.
const OF_A_PERSON: [(&str, &str); 5] = [
    ("cannot_dm_bot", "Slack lets me write no direct message to them"),
    ("user_disabled", "Slack lets me write no direct message to them"),
    ("messages_tab_disabled", "Slack lets me write no direct message to them"),
    ("channel_not_found", "Slack lets me write no direct message to them"),
    ("missing_scope", "I lack a permission in this workspace; install me again"),
];

/// What Slack says of a token that is good no more.
const OF_A_TOKEN: [&str; 4] = ["token_revoked", "invalid_auth", "account_inactive", "token_expired"];

fn says(error: &str) -> What {
    What::Error { error: error.to_owned() }
}

#[tokio::test]
async fn what_a_channel_refuses_is_told_to_the_author_with_the_reason_and_stands_in_the_history() {
    for way in BOTH {
        let site = Site::new(way).await;
        let ana = site.person("U1");
        for (nth, (word, _)) in OF_A_CHANNEL.iter().enumerate() {
            let channel = format!("C1{nth}");
            let members = ["U1", site.install.bot_user.as_str()];
            let new = Channel::new(&channel, &format!("room-{nth}"), Kind::Public, &members);
            site.slack.change(|world| {
                world.teams.get_mut("T1").expect("the team").channels.insert(channel.clone(), new);
            });
            site.slack.faults().add(Fault::always("chat.postMessage", says(word)).field("channel", &channel));
        }
        for nth in 0..OF_A_CHANNEL.len() {
            let line = format!("remind #room-{nth} to look at item {nth} in 2 seconds");
            let added = site.told(&ana, "C1", "/task", &line).await;
            assert!(added.contains(&format!("Added #{}:", nth + 1)), "{way:?}: {added}");
        }
        let direct = site.direct("U1").await;
        for (nth, (word, reason)) in OF_A_CHANNEL.iter().enumerate() {
            site.message(&direct, &format!("It could not be delivered where it was meant to go: {reason}")).await;
            site.message(&direct, &format!("look at item {nth}")).await;
            let line = format!("history {}", nth + 1);
            let history = site.tells(&ana, &line, "delivered the reminder").await;
            let failed = history.contains("could not deliver the reminder") && history.contains(reason);
            assert!(failed, "{way:?} {word}: {history}");
        }
        let token = site.scratch.token("slack:T1/U1").await;
        let list = site.server.chat(&token, "list").await.to_string();
        assert!(list.contains(&format!("look at item {}", OF_A_CHANNEL.len() - 1)), "{way:?}: it is not lost: {list}");
    }
}

#[tokio::test]
async fn two_that_cannot_be_reached_about_one_task_are_told_to_its_author_each() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    for user in ["U2", "U3"] {
        site.slack.faults().add(Fault::always("chat.postMessage", says("user_disabled")).field("channel", user));
    }
    ana.dm("remind @bob and @eve to rotate the keys in 2 seconds").await;
    let direct = site.direct("U1").await;
    site.message(&direct, "Added #1").await;
    let told = || site.posted(&direct).iter().filter(|one| shown(one).contains("could not be delivered")).count();
    let until = Instant::now() + PATIENCE;
    while told() < 2 {
        assert!(Instant::now() < until, "each is told; there is {:#?}", site.posted(&direct));
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_the_authors_own_direct_message_refuses_stands_in_the_history() {
    let site = Site::new(BOTH[1]).await;
    let ana = site.person("U1");
    for (nth, (word, reason)) in OF_A_PERSON.iter().enumerate() {
        let number = nth + 1;
        site.slack.faults().add(Fault::next(1, "chat.postMessage", says(word)).field("channel", "U1"));
        site.told(&ana, "C1", "/remindme", &format!("to look at item {number} in 1 second")).await;
        let history = site.tells(&ana, &format!("history {number}"), "could not deliver the reminder").await;
        assert!(history.contains(reason), "{word}: {history}");
    }
    assert!(site.slack.faults().left().is_empty(), "each was met");
    let token = site.scratch.token("slack:T1/U1").await;
    let list = site.server.chat(&token, "list").await.to_string();
    assert!(list.contains(&format!("look at item {}", OF_A_PERSON.len())), "it is not lost: {list}");
}

#[tokio::test]
async fn what_is_due_while_a_token_is_refused_is_held_and_comes_when_it_is_good_again() {
    for (nth, word) in OF_A_TOKEN.into_iter().enumerate() {
        let mut site = Site::new(BOTH[nth % 2]).await;
        let ana = site.person("U1");
        site.told(&ana, "C1", "/task", "help").await;
        let token = site.scratch.token("slack:T1/U1").await;
        site.told(&ana, "C1", "/remindme", "to stretch in 5 seconds").await;
        site.slack.faults().add(Fault::always("*", says(word)));
        site.server.program.err.line("the bot was removed").await;
        let list = site.server.chat(&token, "list").await.to_string();
        assert!(list.contains("Reminders of slack:T1 are held") && list.contains("stretch"), "{word}: {list}");
        let history = site.server.chat(&token, "history 1").await.to_string();
        assert!(!history.contains("could not deliver"), "{word}: {history}");
        site.slack.faults().clear();
        site.tells(&ana, "list", "open tasks").await;
        let direct = site.direct("U1").await;
        site.message(&direct, "*stretch").await;
    }
}
