//! Slack wants another socket, or the socket is gone, while people type: whoever is heard is answered, once.

use std::time::Duration;

use fakes::kit::{Fault, What};
use fakes::slack::Turn;
use futures::future::join_all;
use tokio::time::{Instant, sleep};

use super::kit::{Site, Way, is_first_word, struck};
use crate::kit::program::PATIENCE;

/// How many commands are typed, how far apart, and which of them is still worked on when the socket changes.
const COMMANDS: u32 = 40;
const APART: Duration = Duration::from_millis(25);
const SLOW: u32 = 10;

/// Types commands while this happens; one of them is in flight when it begins.
async fn typed_while(site: &Site, happens: impl Future<Output = ()>) -> Vec<Turn> {
    let late = What::Delay { ms: 1_000 };
    site.slack.faults().add(Fault::next(1, "users.info", late).field("user", "U2"));
    let typing = (0..COMMANDS).map(|nth| async move {
        sleep(APART * nth).await;
        let who = if nth == SLOW { "U2" } else { "U1" };
        site.person(who).command("C1", "/todo", &format!("look at item {nth}")).await
    });
    let happens = async {
        struck(&site.slack).await;
        happens.await;
    };
    tokio::join!(join_all(typing), happens).0
}

/// What the person was told in the end, each time.
fn told(site: &Site, turn: &Turn) -> Vec<String> {
    let hook = turn.response_url().rsplit('/').next().unwrap_or_default();
    let calls = site.slack.ledger().calls(Some("response_url"));
    let later = calls.into_iter().filter(|call| call.body["response_url"] == hook).map(|call| call.body.to_string());
    let all = std::iter::once(turn.answer().to_string()).chain(later);
    all.filter(|text| text != "null" && !is_first_word(text)).collect()
}

async fn answered_once(site: &Site, turn: &Turn) {
    let until = Instant::now() + PATIENCE;
    while told(site, turn).is_empty() {
        assert!(Instant::now() < until, "never answered: {turn:?}");
        sleep(Duration::from_millis(20)).await;
    }
    let told = told(site, turn);
    assert!(told.len() == 1 && told[0].contains("Added #"), "{told:#?}");
}

/// A command that is heard, after some that may not be.
async fn heard(site: &Site) -> Turn {
    let until = Instant::now() + PATIENCE;
    loop {
        let turn = site.person("U1").command("C1", "/todo", "look at the log").await;
        if turn.taken() {
            return turn;
        }
        assert!(Instant::now() < until, "never heard again: {turn:?}");
        sleep(APART).await;
    }
}

#[tokio::test]
async fn after_a_warning_the_next_socket_is_opened_while_the_old_one_is_still_heard() {
    let site = Site::new(Way::Socket).await;
    let turns = typed_while(&site, async {
        site.slack.disconnect("A1", "warning");
        site.slack.connected("A1", 2).await;
    });
    for turn in turns.await {
        assert!(turn.taken(), "over either: {turn:?}");
        answered_once(&site, &turn).await;
    }
}

#[tokio::test]
async fn what_is_in_flight_at_a_refresh_is_answered_over_the_old_socket_and_the_next_does_not_wait_for_it() {
    let site = Site::new(Way::Socket).await;
    // Longer than anything here: the old socket is closed by nobody meanwhile.
    site.slack.set(|settings| settings.refresh_ms = 60_000);
    let turns = typed_while(&site, async {
        site.slack.disconnect("A1", "refresh_requested");
        site.slack.connected("A1", 1).await;
    });
    let turns = turns.await;
    assert!(turns[SLOW as usize].taken(), "over the old one");
    for turn in turns.iter().filter(|turn| turn.taken()) {
        answered_once(&site, turn).await;
    }
    let lost = turns.iter().filter_map(|turn| turn.first.problem.as_deref());
    assert!(
        lost.clone().all(|problem| problem == "no_connection"),
        "no socket is deaf: {:?}",
        lost.collect::<Vec<_>>()
    );
    answered_once(&site, &heard(&site).await).await;
}

#[tokio::test]
async fn after_a_cut_the_next_socket_comes_soon_and_hears() {
    let site = Site::new(Way::Socket).await;
    for _ in 0..3 {
        site.slack.cut_sockets("A1");
        answered_once(&site, &heard(&site).await).await;
    }
}

#[tokio::test]
async fn an_answer_whose_socket_breaks_comes_at_its_address() {
    let site = Site::new(Way::Socket).await;
    // Somebody new each time: a machine that is busy may be too slow to cut it before the answer.
    for user in ["U2", "U3", "U4"] {
        let late = What::Delay { ms: 250 };
        site.slack.faults().add(Fault::next(1, "users.info", late).field("user", user));
        let person = site.person(user);
        let (turn, ()) = tokio::join!(person.command("C1", "/todo", "look at the log"), async {
            struck(&site.slack).await;
            site.slack.cut_sockets("A1");
        });
        if !turn.taken() {
            return answered_once(&site, &turn).await;
        }
        site.slack.connected("A1", 1).await;
    }
    panic!("Slack had an answer each time");
}

#[tokio::test]
async fn whoever_runs_it_is_told_that_socket_mode_was_switched_off() {
    let mut site = Site::new(Way::Socket).await;
    site.slack.disconnect("A1", "link_disabled");
    let said = site.server.program.err.line("Socket Mode is switched off").await;
    assert!(said.contains("switch it on"), "{said}");
}
