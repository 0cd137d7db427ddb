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
fn what_is_beyond_a_limit_is_told_the_limit_and_what_to_type_instead() {
    let cases = [
        ("blink every second", ErrorCode::TooOften, "`every minute`"),
        ("blink every 99999999999 days", ErrorCode::TooRare, "`every 10 years`"),
        ("blink every day 20000 times", ErrorCode::TooManyTimes, "10,000 times"),
        ("foo on 9999-12-31", ErrorCode::TooFar, "up to the year 2199"),
        ("foo on 31 dec 9999", ErrorCode::TooFar, "Quotes keep a number that is no date"),
        ("remind me to a in 99999999999 years", ErrorCode::TooFar, "up to the year 2199"),
        ("delete 1-500", ErrorCode::TooManyIds, "50 tasks at most; name fewer, for example `delete 3`"),
        ("done 1-999999999", ErrorCode::TooManyIds, "`done 3`"),
    ];
    for (text, code, says) in cases {
        let said = misread(text);
        assert_eq!(said.code, code, "{text}");
        assert!(said.hint.contains(says) && said.hint.ends_with('.'), "{text}: {said}");
    }
    assert!(read("prune the roses every 10 years", &wednesday()).is_ok(), "what the hint proposes is taken");
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

#[test]
fn a_zone_that_may_have_been_meant_is_proposed() {
    let cases = [
        ("tz new york", "`timezone America/New_York`"),
        ("set timezone to america/new york", "`timezone America/New_York`"),
        ("timezone berlin", "`timezone Europe/Berlin`"),
        ("timezone Europe/Madird", "`timezone Europe/Madrid`"),
    ];
    for (text, proposed) in cases {
        let said = misread(text);
        assert_eq!(said.code, ErrorCode::InvalidTimezone, "{text}");
        assert_eq!(said.hint, format!("Did you mean {proposed}?"), "{text}");
    }
    assert!(misread("timezone Mars/Phobos").hint.contains("such as `Europe/Madrid`"));
}

#[test]
fn a_new_title_that_is_missing_is_asked_for() {
    let missing = misread("rename 3");
    assert_eq!((missing.code, missing.at), (ErrorCode::EmptyTitle, None));
    assert!(missing.hint.contains("`rename 3 to call Ana`"), "{}", missing.hint);
}
