//! `taskbot console` on pipes.

use crate::kit::program::Scratch;

/// Where each of these first stands in the text, in this order.
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { panic!("“{part}” does not come next in:\n{text}") };
        rest = after;
    }
}

#[tokio::test]
async fn a_piped_chat_creates_lists_and_delivers_in_that_order() {
    let scratch = Scratch::new();
    let input = "remind me to stretch in 2 seconds\nlist\n";
    let ended = scratch.run(&["console", "--user", "ana"], input).await;
    assert!(ended.status.success(), "{}", ended.err);
    assert_in_order(&ended.out, &["Added #1: stretch", "in 2 seconds", "1 open task\n", "stretch", "⏰ Reminder (#1)"]);
    assert_eq!(ended.out.matches('⏰').count(), 1, "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'), "no terminal, no colours: {}", ended.out);
}

#[tokio::test]
async fn what_was_not_delivered_comes_once_at_the_next_start() {
    let scratch = Scratch::new();
    let mut first = scratch.console("ana");
    first.ask("remind me to stretch in 5 seconds", "Added #1").await;
    first.kill().await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let next = scratch.run(&["console", "--user", "ana"], "").await;
    let after = scratch.run(&["console", "--user", "ana"], "list\n").await;
    assert_eq!(next.out.matches("⏰ Reminder (#1): stretch").count(), 1, "{}", next.out);
    assert!(!after.out.contains('⏰'), "{}", after.out);
}

#[tokio::test]
async fn a_line_that_is_too_long_or_no_utf8_does_not_end_the_chat() {
    let scratch = Scratch::new();
    let mut input = vec![b'x'; 100_000];
    input.extend_from_slice(b"\ncaf\xe9 tomorrow\n");
    let nearly = "y".repeat(60_000);
    input.extend_from_slice(format!("{nearly}\nlist\n").as_bytes());
    let ended = scratch.run(&["console", "--user", "ana"], input).await;
    assert!(ended.status.success(), "{}", ended.err);
    let out = &ended.out;
    assert!(out.contains("That line is longer than 65536 bytes, so I did not read it."), "{out}");
    assert!(out.contains("That line is no UTF-8 text, so I did not read it."), "{out}");
    assert!(out.contains("There are no open tasks."), "none of these lines became a task: {out}");
    assert!(out.len() < 4_000, "the long lines are not sent back: {} bytes", out.len());
}

#[tokio::test]
async fn nothing_in_a_title_reaches_the_terminal_as_a_control() {
    let scratch = Scratch::new();
    let input = "pay \x1b[31mred\rnow\x07 \u{202e}gpj.exe \u{9b}2J tomorrow\nlist\nhistory 1\n";
    let ended = scratch.run(&["console", "--user", "ana"], input).await;
    assert!(ended.out.contains("⟨U+202E⟩gpj.exe"), "{}", ended.out);
    for text in [&ended.out, &ended.err] {
        let raw: Vec<char> = text.chars().filter(|c| *c != '\n' && (c.is_control() || *c == '\u{202e}')).collect();
        assert!(raw.is_empty(), "{raw:?} in {text:?}");
    }
}

#[tokio::test]
async fn a_bad_name_is_refused_without_writing_its_controls() {
    let scratch = Scratch::new();
    let ended = scratch.run(&["console", "--user", "a\x1b[31mna"], "list\n").await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.err.contains("is no name for a person"), "{}", ended.err);
    assert!(!ended.err.contains('\x1b'), "{:?}", ended.err);
}

#[tokio::test]
async fn two_chats_on_one_file_work_at_once() {
    let scratch = Scratch::new();
    let (mut one, mut other) = (scratch.console("ana"), scratch.console("ana"));
    for nth in 0..8 {
        one.say(&format!("left {nth}")).await;
        other.say(&format!("right {nth}")).await;
    }
    one.out.line(": left 7").await;
    other.out.line(": right 7").await;
    one.ask("remind me to stretch in 1 second", "stretch").await;
    assert!(one.end().await.success() && other.end().await.success());
    let reminders = [one.out.all(), other.out.all()].concat().join("\n").matches('⏰').count();
    assert!(reminders >= 1, "it came");
    let listed = scratch.run(&["console", "--user", "ana"], "list\n").await.out;
    for nth in 0..8 {
        for side in ["left", "right"] {
            let title = format!("{side} {nth}");
            assert_eq!(listed.matches(&title).count(), 1, "{title} in:\n{listed}");
        }
    }
}
