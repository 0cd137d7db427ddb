//! A reply as plain text: for terminals and for `/api/v1/chat`.

use super::escape::visible;
use super::width::columns;
use super::{Block, Piece, Text};

/// The blocks as lines of plain text, without a line end at the end. Nothing in them controls a terminal.
#[must_use]
pub fn plain(blocks: &[Block]) -> String {
    let widths = widths(blocks);
    let lines: Vec<String> = blocks.iter().map(|block| line(block, &widths)).collect();
    lines.join("\n")
}

/// One text on one line.
pub(crate) fn on_one_line(text: &Text) -> String {
    text.0.iter().map(piece).collect()
}

fn line(block: &Block, widths: &[usize]) -> String {
    match block {
        Block::Line(text) | Block::Heading(text) => on_one_line(text),
        Block::Detail(text) => format!("  {}", on_one_line(text)),
        Block::Row(cells) => row(cells, widths),
    }
}

fn row(cells: &[Text], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let text = on_one_line(cell);
        let gap = width.saturating_sub(columns(&text));
        line.push_str("  ");
        line.push_str(&text);
        line.extend(std::iter::repeat_n(' ', gap));
    }
    line.truncate(line.trim_end().len());
    line
}

/// The width of each column, over all rows of the reply.
fn widths(blocks: &[Block]) -> Vec<usize> {
    let mut widths = Vec::new();
    for block in blocks {
        let Block::Row(cells) = block else { continue };
        widths.resize(widths.len().max(cells.len()), 0);
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(columns(&on_one_line(cell)));
        }
    }
    widths
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Words(text) | Piece::Theirs(text) | Piece::Moment { text, .. } => visible(text),
        Piece::Channel(id) => format!("#{}", visible(id)),
        Piece::Typed(text) => format!("`{}`", visible(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::reply::{Block, Text};

    #[test]
    fn rows_are_aligned_over_all_groups() {
        let row = |cells: [&str; 3]| Block::row(cells.map(|cell| Text::new().theirs(cell)));
        let blocks = [
            Block::heading("Today"),
            row(["#3", "17:00", "call"]),
            Block::heading("Later"),
            row(["#12", "Fri", "牛奶\x1b"]),
        ];
        assert_eq!(plain(&blocks), "Today\n  #3   17:00  call\nLater\n  #12  Fri    牛奶␛");
    }
}
