//! Slack tells the same thing several times, to several processes at once: one effect, one answer.

use std::time::Duration;

use fakes::slack::Person;
use tokio::time::{Instant, sleep};

use super::workspace::{REMINDS, Workspace};
use crate::kit::program::PATIENCE;
use crate::slack::kit::is_first_word;

/// How long an answer that must not come is waited for, once the one that must has come.
const STRAY: Duration = Duration::from_secs(1);

/// What the bot said with this in it: new messages, whispers, changes of messages.
fn said(site: &Workspace, part: &str) -> usize {
    let accepted = site.slack.ledger().accepted(None);
    accepted
        .iter()
        .filter(|one| one.act != "hook" && one.content["text"].as_str().is_some_and(|text| text.contains(part)))
        .count()
}

/// Waits until it was said so often, and then for what must not come.
async fn times(site: &Workspace, part: &str, at_least: usize) -> usize {
    let began = Instant::now();
    while said(site, part) < at_least {
        assert!(began.elapsed() < PATIENCE, "“{part}” was said {} times", said(site, part));
        sleep(Duration::from_millis(50)).await;
    }
    sleep(STRAY).await;
    said(site, part)
}

/// How many open tasks have this title, by what a list says; asked again where the machine is too busy to say so at once.
async fn tasks(ana: &Person, channel: &str, title: &str) -> usize {
    let until = Instant::now() + PATIENCE;
    loop {
        let list = ana.command(channel, "/task", "list").await;
        if !is_first_word(&list.answer().to_string()) {
            return list.answer()["blocks"].to_string().matches(title).count();
        }
        assert!(Instant::now() < until, "there is no list");
        sleep(STRAY).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_several_processes_are_told_at_once_has_one_effect_and_one_answer() {
    let site = Workspace::new(2, "").await;
    let ana = site.person("U0");
    for (copies, title) in [(4, "fix the roof"), (20, "paint the door")] {
        let said = ana.mention("C1", &format!("add {title}")).await;
        let turn = &said.turns[0];
        turn.again(copies).await;
        turn.under_another_id().await;
        assert_eq!(tasks(&ana, "C1", title).await, 1);
        // The whisper to ana, and the line that the channel sees.
        assert_eq!(times(&site, title, 2).await, 2, "{:#?}", site.slack.ledger().accepted(Some("C1")));
    }
    for process in &mut site.processes.into_iter() {
        let mut program = process.program;
        assert!(program.terminate().await.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_is_told_again_is_shown_once() {
    let site = Workspace::new(2, "").await;
    let ana = site.person("U0");
    site.remind("C1").await;
    let reminder = site.post("C1", REMINDS).await;
    let pressed = ana.press("C1", &reminder, "done", None).await;
    pressed.again(20).await;
    assert_eq!(times(&site, "Done by ", 1).await, 1, "the message is changed once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_all_answer_are_found_out() {
    let site = Workspace::new(2, "slack.answer_again=return").await;
    let said = site.person("U0").mention("C1", "add fix the roof").await;
    said.turns[0].again(20).await;
    assert!(times(&site, "fix the roof", 3).await > 2, "the experiment is blind");
}
