//! What stands in no file, and how long a file may be.

use std::path::Path;

use super::texts;

/// The longest file of Rust, in lines.
const LINES_MAX: usize = 500;

/// Words that stand in no file of Rust, in two halves so that they do not stand in this one.
const UNWANTED: &[(&str, &str, &str)] = &[
    ("#[", "allow(", "use `#[expect(…, reason = \"…\")]`, which says why and goes when it is not needed any more"),
    ("#![", "allow(", "use `#[expect(…, reason = \"…\")]`, which says why and goes when it is not needed any more"),
    ("#[", "ignore", "a test that is not run proves nothing: make it faster, or size it by a variable"),
    ("todo", "!(", "finish it"),
    ("unimplement", "ed!(", "finish it"),
    ("dbg", "!(", "use `tracing`"),
];

/// Words that stand in no comment.
const UNFINISHED: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")];

#[test]
fn no_file_holds_what_is_unwanted() {
    let unwanted = |line: &str| {
        let found = UNWANTED.iter().find(|(head, tail, _)| line.contains(&format!("{head}{tail}")));
        found.map(|(head, tail, instead)| format!("{head}{tail}: {instead}"))
    };
    assert_none(unwanted);
}

#[test]
fn no_comment_puts_work_off() {
    let unfinished = |line: &str| {
        let (_, comment) = line.split_once("//")?;
        let words: Vec<&str> = comment.split(|c: char| !c.is_alphanumeric()).collect();
        let found = UNFINISHED.iter().find(|(head, tail)| words.contains(&format!("{head}{tail}").as_str()));
        found.map(|(head, tail)| format!("{head}{tail}: finish it, or name it in CHANGELOG.md as not there yet"))
    };
    assert_none(unfinished);
}

fn assert_none(unwanted: impl Fn(&str) -> Option<String>) {
    let mut found = Vec::new();
    for (path, text) in texts("rs") {
        let lines = text.lines().enumerate();
        let bad = lines.filter_map(|(nth, line)| Some((nth + 1, unwanted(line)?)));
        found.extend(bad.map(|(line, why)| format!("{}:{line}: {why}", path.display())));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let lines = |text: &str| text.lines().count();
    let long: Vec<_> = texts("rs").into_iter().filter(|(_, text)| lines(text) > LINES_MAX).collect();
    let long: Vec<_> = long.iter().map(|(path, text)| format!("{} {}", path.display(), lines(text))).collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines: {long:?}");
}

#[test]
fn main_is_short() {
    let (_, main) = texts("rs").into_iter().find(|(path, _)| path == Path::new("app/src/main.rs")).expect("a main");
    assert!(main.lines().count() <= 30, "main.rs has {} lines", main.lines().count());
}
