//! `docs/LANGUAGE.md`: each row of its tables says what the grammar makes of the line in it.

use taskbot_language::{Reading, read, read_in_conversation};

use crate::said::said;
use crate::wednesday;

const PAGE: &str = include_str!("../../../../docs/LANGUAGE.md");

/// The rows of the page, those of a conversation apart.
fn rows() -> Vec<(bool, &'static str, &'static str)> {
    let mut heading = "";
    let mut rows = Vec::new();
    for line in PAGE.lines() {
        if let Some(text) = line.strip_prefix("## ") {
            heading = text;
        }
        let cells = line.strip_prefix("| `").and_then(|rest| rest.strip_suffix(" |")?.split_once("` | "));
        rows.extend(cells.map(|(typed, meaning)| (heading == "In a conversation", typed, meaning)));
    }
    rows
}

fn meaning(typed: &str, conversation: bool) -> String {
    let context = wednesday();
    let read = if conversation { read_in_conversation(typed, &context, 3) } else { read(typed, &context) };
    match read {
        Ok(reading) => said(&reading),
        Err(misread) => format!("*{misread}*"),
    }
}

#[test]
fn every_row_of_the_page_says_what_its_line_means() {
    let wrong: Vec<String> = rows()
        .into_iter()
        .map(|(conversation, typed, says)| (typed, says, meaning(typed, conversation)))
        .filter(|(_, says, meant)| says != meant)
        .map(|(typed, _, meant)| format!("| `{typed}` | {meant} |"))
        .collect();
    assert!(wrong.is_empty(), "these rows should be:\n{}", wrong.join("\n"));
}

#[test]
fn the_page_shows_every_command() {
    use taskbot_language::CommandName;
    let shown: Vec<CommandName> = rows()
        .into_iter()
        .filter_map(|(_, typed, _)| read(typed, &wednesday()).ok())
        .map(|reading: Reading| reading.command())
        .collect();
    let missing: Vec<_> = CommandName::ALL.into_iter().filter(|command| !shown.contains(command)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(rows().len() > 120, "{}", rows().len());
}
