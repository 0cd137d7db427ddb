//! The console, from the bytes that come in to the reminders that go out.

use std::time::Duration;

use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::Chat;
use domain::tenant::TenantId;

use super::terminal::Process;
use crate::kit::soon::soon;

#[tokio::test]
async fn a_pipe_creates_lists_and_waits_for_its_reminder() {
    let process = Process::starts().await;
    let ana = process.session("ana", None).await;
    let shown = process.pipes(ana, b"remind me to stretch in 1 second\nlist\n").await;
    assert!(shown.starts_with("Added #1: stretch\n"), "{shown}");
    assert!(shown.contains("\n1 open task\n"), "{shown}");
    assert!(shown.ends_with("\u{23f0} Reminder (#1): stretch\n  `done 1`, `snooze 1 20m`\n"), "{shown}");
    assert_eq!(shown.matches('\u{23f0}').count(), 1, "{shown}");
    process.ends().await;
}

#[tokio::test]
async fn a_pipe_does_not_wait_for_what_is_far_away_or_meant_for_others() {
    let pipe = async || {
        let process = Process::starts().await;
        process.session("sam", None).await;
        let ana = process.session("ana", None).await;
        let lines = b"remind me to stretch in 1 hour\nremind @sam to stretch in 9 seconds\n";
        process.pipes(ana, lines).await;
        process.ends().await;
    };
    assert!(soon(Duration::from_secs(8), pipe).await, "it waits");
}

#[tokio::test]
async fn bytes_that_are_no_text_lines_that_are_too_long_and_empty_lines_stop_nothing() {
    let process = Process::starts().await;
    let ana = process.session("ana", None).await;
    let mut input = b"caf\xe9 con leche\r\n\n   \n".to_vec();
    input.extend(std::iter::repeat_n(b'x', 100_000));
    input.extend_from_slice(b"\nnul \0 here\nlist");
    let shown = process.pipes(ana, &input).await;
    let refused = "That line is no UTF-8 text, so I did not read it.\n  Set the terminal or the file to UTF-8, then";
    assert!(shown.starts_with(refused), "{shown}");
    assert!(
        shown.contains("\nThat line is longer than 65536 bytes, so I did not read it.\n  Say it shorter"),
        "{shown}"
    );
    assert!(shown.contains("Added #1: nul") && shown.contains("\n1 open task\n"), "nothing else is stored: {shown}");
    assert!(!shown.contains(['\0', '\u{fffd}']), "{shown}");
    process.ends().await;
}

#[tokio::test]
async fn more_lines_than_the_limits_allow_wait_for_their_turn() {
    let process = Process::starts().await;
    let ana = process.session("ana", None).await;
    let shown = process.pipes(ana, "buy milk\n".repeat(23).as_bytes()).await;
    assert_eq!(shown.matches("Added #").count(), 23, "{shown}");
    process.ends().await;
}

#[tokio::test]
async fn a_reminder_is_answered_with_it_and_a_bare_snooze() {
    let process = Process::starts().await;
    let mut ana = process.opens(process.session("ana", Some("ops")).await, false).await;
    ana.types("remind me to stretch in 1 second\n").await;
    ana.shows("\u{23f0} Reminder (#1): stretch").await;
    ana.types("snooze 20m\n").await;
    ana.shows("Snoozed #1: stretch until ").await;
    ana.types("done it\n").await;
    ana.shows("Done #1: stretch").await;
    ana.closes().await;
    process.ends().await;
}

#[tokio::test]
async fn a_reminder_for_somebody_who_is_away_comes_when_they_sit_down() {
    let process = Process::starts().await;
    process.session("sam", None).await;
    let ana = process.session("ana", None).await;
    process.pipes(ana, b"remind @sam to deploy in 1 second\n").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let sam = process.session("sam", Some("ops")).await;
    let shown = process.pipes(sam, b"").await;
    assert!(shown.starts_with("\u{23f0} Reminder (#1): deploy\n"), "{shown}");
    assert!(shown.contains("asked by ana"), "{shown}");
    process.ends().await;
}

#[tokio::test]
async fn a_channel_sees_one_line_of_what_others_change_in_it() {
    let process = Process::starts().await;
    let mut sam = process.opens(process.session("sam", Some("ops")).await, false).await;
    let eve = process.opens(process.session("eve", None).await, false).await;
    let ana = process.session("ana", Some("#Ops")).await;
    let shown = process.pipes(ana, b"add ship release\nlist\nremind me to breathe tomorrow\n").await;
    assert!(shown.contains("\n1 open task on #ops\n") && !shown.contains("ana added"), "{shown}");
    sam.shows("ana added #1: ship release\n").await;
    let all = sam.closes().await;
    assert_eq!(all, "ana added #1: ship release\n");
    assert_eq!(eve.closes().await, "");
    process.ends().await;
}

#[tokio::test]
async fn a_terminal_that_goes_away_ends_its_session_quietly() {
    let process = Process::starts().await;
    let mut ana = process.opens(process.session("ana", None).await, false).await;
    ana.types("list\n").await;
    ana.breaks().await.expect("quietly");
    assert_eq!(process.chat.reach(), Reach::Places(TenantId::console(), Vec::new()));
    process.ends().await;
}

#[tokio::test]
async fn only_a_terminal_is_prompted_and_left_with_exit() {
    let process = Process::starts().await;
    let mut ana = process.opens(process.session("ana", Some("ops")).await, true).await;
    ana.shows("ana #ops> ").await;
    ana.types("exit\n").await;
    let shown = ana.closes().await;
    assert!(!shown.contains("Added"), "{shown}");
    let piped = process.pipes(process.session("ana", None).await, b"exit\n").await;
    assert!(piped.starts_with("Added #1: exit\n"), "{piped}");
    process.ends().await;
}

#[tokio::test]
async fn a_process_reaches_the_places_of_its_open_sessions() {
    let process = Process::starts().await;
    let session = process.session("ana", Some("ops")).await;
    let person = session.person.id;
    let ana = process.opens(session, false).await;
    let expected = vec![Place::Direct(person), Place::Channel("ops".to_owned())];
    for _ in 0..6_000 {
        if process.chat.reach() == Reach::Places(TenantId::console(), expected.clone()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(process.chat.reach(), Reach::Places(TenantId::console(), expected));
    ana.closes().await;
    assert_eq!(process.chat.reach(), Reach::Places(TenantId::console(), Vec::new()));
    process.ends().await;
}
