//! An answer as a message.

use bot::Reply;
use bot::reply::{Block, Pages, Text};
use serde_json::Value;

use super::kit::{actions, button, context, cut, section};
use super::mrkdwn::{mrkdwn, words};

/// The buttons that turn pages.
pub(crate) const PREVIOUS: &str = "page:previous";
pub(crate) const NEXT: &str = "page:next";

/// So many blocks a message may have.
const BLOCKS_MAX: usize = 50;
/// The longest text beside blocks.
const TEXT_MAX: usize = 3_000;

/// The text for notifications, and the blocks.
pub(crate) fn message(reply: &Reply) -> (String, Vec<Value>) {
    let mut shown = blocks(&reply.blocks);
    shown.truncate(BLOCKS_MAX - 1);
    shown.extend(reply.pages.as_ref().map(pages));
    (summary(&reply.blocks), shown)
}

/// The buttons that lead to the pages beside this one.
pub(crate) fn pages(pages: &Pages) -> Value {
    let previous = pages.previous.iter().map(|line| button(PREVIOUS, "Previous", line));
    actions(previous.chain(pages.next.iter().map(|line| button(NEXT, "Next", line))).collect())
}

/// The blocks of a message: what belongs together stands in one of them.
pub(crate) fn blocks(said: &[Block]) -> Vec<Value> {
    let mut shown: Vec<Part> = Vec::new();
    for block in said {
        let part = Part::of(block);
        match shown.last_mut() {
            Some(last) if last.takes(&part) => last.append(&part),
            _ => shown.push(part),
        }
    }
    shown.truncate(BLOCKS_MAX);
    shown.iter().map(Part::block).collect()
}

fn summary(said: &[Block]) -> String {
    let lines: Vec<String> = said.iter().map(|block| words(&line(block))).collect();
    cut(&lines.join("\n"), TEXT_MAX)
}

fn line(block: &Block) -> Text {
    match block {
        Block::Line(text) | Block::Detail(text) | Block::Heading(text) => text.clone(),
        Block::Row(cells) => Text::joined(cells.clone(), "  "),
    }
}

/// Blocks of the reply that become one of the message.
struct Part {
    small: bool,
    markup: String,
    /// Whether rows follow in the same block.
    rows: bool,
}

impl Part {
    fn of(block: &Block) -> Self {
        let markup = mrkdwn(&line(block));
        match block {
            Block::Line(_) => Self { small: false, markup, rows: false },
            Block::Detail(_) => Self { small: true, markup, rows: false },
            Block::Heading(_) => Self { small: false, markup: format!("*{markup}*"), rows: true },
            Block::Row(_) => Self { small: false, markup: format!("• {markup}"), rows: true },
        }
    }

    /// Rows go under each other, details too, as long as there is room.
    fn takes(&self, next: &Self) -> bool {
        let together = (self.rows && next.rows && !next.markup.starts_with('*')) || (self.small && next.small);
        together && self.markup.chars().count() + next.markup.chars().count() < TEXT_MAX
    }

    fn append(&mut self, next: &Self) {
        self.markup.push('\n');
        self.markup.push_str(&next.markup);
    }

    fn block(&self) -> Value {
        if self.small { context(&self.markup) } else { section(&self.markup) }
    }
}

#[cfg(test)]
mod tests {
    use bot::reply::{Block, Text};

    use super::blocks;

    #[test]
    fn rows_of_a_group_stand_in_one_block_and_details_in_another() {
        let row = |title: &str| Block::Row(vec![Text::say("#3"), Text::new().theirs(title)]);
        let said = [
            Block::Heading(Text::say("Today")),
            row("call <Ana>"),
            row("stretch"),
            Block::Heading(Text::say("Later")),
            row("ship"),
            Block::Detail(Text::say("`done 3` ticks one")),
            Block::Detail(Text::say("`list all` shows more")),
        ];
        let shown = blocks(&said);
        let text = |nth: usize| shown[nth].pointer("/text/text").and_then(|text| text.as_str()).unwrap_or_default();
        assert_eq!(text(0), "*Today*\n• #3  call &lt;Ana&gt;\n• #3  stretch");
        assert_eq!(text(1), "*Later*\n• #3  ship");
        assert_eq!(shown[2]["elements"][0]["text"], "`done 3` ticks one\n`list all` shows more");
        assert_eq!(shown.len(), 3);
    }
}
