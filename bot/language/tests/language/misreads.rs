//! What is said of lines that cannot be carried out.

use taskbot_language::{CommandName, ErrorCode, Misread, read};

use crate::wednesday;

fn misread(text: &str) -> Misread {
    read(text, &wednesday()).expect_err(text)
}

#[test]
fn the_words_to_blame_are_pointed_at() {
    let cases = [
        ("pay rent 31 feb", "31 feb"),
        ("Call Ana at 25:00 #home", "at 25:00"),
        ("pay café yesterday", "yesterday"),
        ("water plants every 0 days", "every 0 days"),
        ("move 3 to 31 feb", "to 31 feb"),
        ("timezone Mars/Phobos", "Mars/Phobos"),
    ];
    for (text, blamed) in cases {
        let at = misread(text).at.expect(text);
        assert_eq!(&text[at], blamed, "{text}");
    }
}

#[test]
fn the_hint_says_what_would_have_been_understood() {
    let missing = misread("move to friday");
    assert_eq!((missing.command, missing.code), (CommandName::Move, ErrorCode::MissingId));
    assert!(missing.hint.contains("`move 3 to friday`"), "{missing}");
    assert!(misread("pay 31 feb").hint.contains("`march 12`"));
    for text in ["done", "pay 31 feb", "call at 25:00", "call yesterday", "run every 0 days", "remind me to", "tz x"] {
        let hint = misread(text).hint;
        assert!(hint.ends_with('.') && !hint.contains('\n'), "{text}: {hint}");
    }
}

#[test]
fn what_is_below_the_shortest_interval_is_told_from_what_never_comes() {
    for text in
        ["ping every 2 seconds", "remind me every 30s to blink", "edit 3 every 10 sec", "ping every other second"]
    {
        let said = misread(text);
        assert_eq!((said.code, said.code.as_str()), (ErrorCode::TooOften, "invalid_recurrence"), "{text}");
        assert!(said.hint.contains("The shortest interval is a minute; type `every minute`"), "{text}: {said}");
    }
    for text in ["ping every 0 seconds", "ping every 0 minutes", "ping every day until yesterday"] {
        assert_ne!(misread(text).code, ErrorCode::TooOften, "{text}");
    }
    assert!(read("ping every minute", &wednesday()).is_ok(), "what the hint proposes is taken");
}
