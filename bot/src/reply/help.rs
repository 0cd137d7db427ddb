//! Help: a short overview, and a page with examples for each command.

use domain::tenant::Platform;

use super::topics::{OVERVIEW, Topic};
use super::{Block, Text};

/// The overview.
pub(crate) fn overview(platform: Platform) -> Vec<Block> {
    let first = Block::line("Type what is to be done and when; I keep it and remind you.");
    let last = Block::line("`help add`, `help snooze` and so on tell more of one command.");
    let threads = "In a thread Slack takes no commands: mention me there, or choose me in the menu of a message.";
    let threads = (platform == Platform::Slack).then(|| Block::line(threads));
    std::iter::once(first).chain(rows(OVERVIEW)).chain(threads).chain([last]).collect()
}

/// One topic with its examples.
pub(crate) fn topic(topic: &Topic) -> Vec<Block> {
    std::iter::once(Block::line(topic.says)).chain(rows(topic.examples)).collect()
}

fn rows(examples: &[(&str, &str)]) -> impl Iterator<Item = Block> {
    examples.iter().map(|(typed, meaning)| Block::row([Text::say(format!("`{typed}`")), Text::say(*meaning)]))
}
