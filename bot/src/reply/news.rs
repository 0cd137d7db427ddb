//! What somebody did to a task, told to those whom it concerns.

use domain::ports::chat::News;
use domain::reminder::NoticeKind;

use super::{Block, Text};

/// The message, with what can be done about it.
#[must_use]
pub fn news(news: &News) -> Vec<Block> {
    let number = news.task.number;
    let who = Text::new().theirs(news.by.1.clone());
    let title = Text::new().theirs(news.task.title.clone());
    let (said, next_step) = match news.kind {
        NoticeKind::Deleted => (" deleted ", format!("`reopen {number}` brings it back")),
        NoticeKind::Restored => (" brought back ", format!("`history {number}` tells more")),
        NoticeKind::Completed => (" completed ", format!("`reopen {number}` opens it again")),
        NoticeKind::Reopened => (" opened again ", format!("`history {number}` tells more")),
        NoticeKind::StoppedAll => (
            " takes no more reminders from you, so these have ended: all that you set for them, among them ",
            format!("`assign {number} to @name` asks somebody else, `delete {number}` ends it"),
        ),
        NoticeKind::Stopped => (
            " wants no more reminders of ",
            format!("`assign {number} to @name` asks somebody else, `delete {number}` ends it"),
        ),
    };
    vec![Block::Line(who.then(said).then(format!("#{number}: ")).and(title)), Block::detail(next_step)]
}
