//! An answer as a message.

use bot::Reply;
use bot::reply::{Block, Pages, Piece, Text};
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
/// The longest of all texts of a message together, in characters: Slack takes some 12,000, and does not say how it counts
/// what stands around them.
const ALL_MAX: usize = 10_000;
/// How much of each title is shown where not all finds room, in characters: the most that does.
const SHORTER: [usize; 4] = [250, 120, 60, 30];
/// Where not even that does.
const CUT: &str = "That is more than fits into one message; `list today`, `list #tag` or `find word` narrows it down";

/// The text for notifications, and the blocks.
pub(crate) fn message(reply: &Reply) -> (String, Vec<Value>) {
    let said = fitting(&reply.blocks);
    let mut shown = blocks(&said);
    shown.truncate(BLOCKS_MAX - 1);
    shown.extend(reply.pages.as_ref().map(pages));
    (summary(&said), shown)
}

/// As much of it as Slack takes in one message: titles are cut before anything is left out.
fn fitting(said: &[Block]) -> Vec<Block> {
    let shortened = |most: &usize| said.iter().map(|block| shortened(block, *most)).collect();
    let mut ways = std::iter::once(said.to_vec()).chain(SHORTER.iter().map(shortened));
    let fits = |blocks: &Vec<Block>| blocks.iter().map(length).sum::<usize>() <= ALL_MAX;
    ways.find(fits).unwrap_or_else(|| beginning(said))
}

/// The beginning of it, and the small print at its end.
fn beginning(said: &[Block]) -> Vec<Block> {
    let [.., shortest] = SHORTER;
    let shortest = |block: &Block| shortened(block, shortest);
    let end = said.iter().rposition(|block| !matches!(block, Block::Detail(_))).map_or(0, |last| last + 1);
    let (said, last) = said.split_at(end);
    let last: Vec<Block> = last.iter().map(shortest).chain([Block::Detail(Text::say(CUT))]).collect();
    let mut left = ALL_MAX.saturating_sub(last.iter().map(length).sum());
    let first = said.iter().map(shortest).map_while(|block| {
        left = left.checked_sub(length(&block))?;
        Some(block)
    });
    first.chain(last).collect()
}

fn length(block: &Block) -> usize {
    mrkdwn(&line(block)).chars().count()
}

/// The block with no more than so much of anything that somebody typed.
fn shortened(block: &Block, most: usize) -> Block {
    let piece = |piece: &Piece| match piece {
        Piece::Theirs(text) => Piece::Theirs(cut(text, most)),
        other => other.clone(),
    };
    let text = |text: &Text| Text(text.0.iter().map(piece).collect());
    match block {
        Block::Line(said) => Block::Line(text(said)),
        Block::Detail(said) => Block::Detail(text(said)),
        Block::Heading(said) => Block::Heading(text(said)),
        Block::Row(cells) => Block::Row(cells.iter().map(text).collect()),
    }
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

    use super::{ALL_MAX, CUT, blocks, fitting, length};

    fn row(title: &str) -> Block {
        Block::Row(vec![Text::say("#3"), Text::new().theirs(title)])
    }

    #[test]
    fn titles_are_cut_before_rows_are_left_out() {
        let all = |said: &[Block]| said.iter().map(length).sum::<usize>();
        for (rows, title) in [(5, "x"), (30, "x"), (30, "&"), (100, "x")] {
            let said = vec![row(&title.repeat(500)); rows];
            let shown = fitting(&said);
            assert!(shown.len() == rows && all(&shown) <= ALL_MAX, "{rows} of {title}: {}", all(&shown));
            assert_eq!(shown == said, rows == 5, "{rows}: nothing is cut that finds room");
        }
        let page = Block::Detail(Text::say("page 2 of 9"));
        let said: Vec<Block> = std::iter::repeat_n(row(&"x".repeat(500)), 1_000).chain([page.clone()]).collect();
        let shown = fitting(&said);
        assert!(shown.len() < 1_000 && all(&shown) <= ALL_MAX, "{}", all(&shown));
        assert_eq!(shown[shown.len() - 2..], [page, Block::Detail(Text::say(CUT))], "and it says so");
    }

    #[test]
    fn rows_of_a_group_stand_in_one_block_and_details_in_another() {
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
