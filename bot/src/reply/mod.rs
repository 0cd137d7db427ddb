//! What the bot says, in no platform's words: blocks of text that each edge renders in its own way.

pub(crate) mod answer;
pub(crate) mod changes;
pub(crate) mod channel_line;
pub(crate) mod details;
pub(crate) mod echo;
pub(crate) mod escape;
pub(crate) mod headline;
pub(crate) mod help;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod news;
pub(crate) mod plain;
pub(crate) mod reminder;
pub(crate) mod rows;
pub(crate) mod scene;
pub(crate) mod senders;
pub(crate) mod settings;
pub(crate) mod standing;
mod text;
pub(crate) mod topics;
pub(crate) mod watch;
mod width;

use domain::event::TaskView;
use domain::refusal::Code;

pub use details::recurrence_in_list;
pub use news::news;
pub use plain::plain;
pub use reminder::{facts, reminder, whom};
pub use standing::Standing;
pub use text::{Piece, Text};
pub use watch::Watch;

/// The answer to one message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// What is said, from top to bottom.
    pub blocks: Vec<Block>,
    /// For the asker alone: reads, errors, and what concerns the asker's own list.
    pub private: bool,
    /// One line for everybody in the channel whose list was changed.
    pub shown_in_channel: Option<ChannelLine>,
    /// The tasks that it speaks of, in order.
    pub tasks: Vec<TaskView>,
    /// The lines that show what comes before and after it, where it is a page of several.
    pub pages: Option<Pages>,
    /// How it ended.
    pub verdict: Verdict,
}

/// The lines that show the pages beside this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// What a channel learns of a change of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelLine {
    /// The platform's id of the channel.
    pub channel: String,
    /// The line.
    pub text: Text,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A line.
    Line(Text),
    /// A line that belongs to the one above it.
    Detail(Text),
    /// Above a group of rows.
    Heading(Text),
    /// A row of cells; the rows of a reply are aligned with each other.
    Row(Vec<Text>),
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It was answered or done.
    #[default]
    Answered,
    /// It was refused or not understood; nothing was changed.
    Refused {
        /// Why.
        code: Code,
        /// What was wrong with the line, in the codes of `taskbot parse`.
        misread: Option<&'static str>,
    },
    /// A backend failed; whether it was carried out is not known.
    Failed,
}

impl Reply {
    /// An answer for the asker alone.
    pub(crate) fn private(blocks: impl IntoIterator<Item = Block>) -> Self {
        Self { blocks: blocks.into_iter().collect(), private: true, ..Self::default() }
    }
}

impl Block {
    pub(crate) fn line(text: impl Into<Text>) -> Self {
        Self::Line(text.into())
    }

    pub(crate) fn detail(text: impl Into<Text>) -> Self {
        Self::Detail(text.into())
    }

    pub(crate) fn heading(text: impl Into<Text>) -> Self {
        Self::Heading(text.into())
    }

    pub(crate) fn row(cells: impl IntoIterator<Item = Text>) -> Self {
        Self::Row(cells.into_iter().collect())
    }
}
