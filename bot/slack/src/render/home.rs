//! The bot's own page: what is overdue, due today and later, each with what can be done about it.

use bot::Reply;
use bot::reply::{Block, Piece, Text};
use domain::event::TaskView;
use domain::task::Status;
use serde_json::{Value, json};

use super::kit::{actions, button, choice, context, menu, overflow, section};
use super::mrkdwn::mrkdwn;
use super::reminder::{DONE, SNOOZE, snoozes};
use super::reply;

/// So many blocks a page may have.
const BLOCKS_MAX: usize = 100;
/// So many of them may tell what was just done.
const TOLD_MAX: usize = 10;

/// The block of a word to whoever sees the page.
const TOLD: &str = "told";

/// The buttons that open dialogs: each stands for a word instead of a line.
pub(crate) const NEW: &str = "new task";
pub(crate) const SETTINGS: &str = "settings";

/// The page for a list, which is what this line says; `told` is what was just done there.
pub(crate) fn home(list: &Reply, line: &str, told: Option<&Reply>) -> Value {
    let top = actions(vec![button("new", "New task", NEW), button("settings", "Settings", SETTINGS)]);
    let told = told.into_iter().flat_map(|reply| reply::blocks(&reply.blocks)).take(TOLD_MAX);
    let mut tasks = list.tasks.iter();
    let listed = list.blocks.iter().flat_map(|block| shown(block, &mut tasks));
    let pages = list.pages.as_ref().map(reply::pages);
    let mut blocks: Vec<Value> = std::iter::once(top).chain(told).chain(listed).collect();
    blocks.truncate(BLOCKS_MAX - 1);
    blocks.extend(pages);
    json!({ "type": "home", "private_metadata": line, "blocks": blocks })
}

/// A page as somebody sees it, with a word to them on top, in the place of an earlier one.
pub(crate) fn with_word(page: &[Value], line: &str, word: &str) -> Value {
    let mut told = section(word);
    told["block_id"] = json!(TOLD);
    let rest = page.iter().filter(|block| block["block_id"] != TOLD).cloned();
    let blocks: Vec<Value> = std::iter::once(told).chain(rest).take(BLOCKS_MAX).collect();
    json!({ "type": "home", "private_metadata": line, "blocks": blocks })
}

fn shown<'a>(block: &Block, tasks: &mut impl Iterator<Item = &'a TaskView>) -> Vec<Value> {
    match block {
        Block::Row(cells) => std::iter::once(section(&row(cells))).chain(tasks.next().map(ways)).collect(),
        Block::Heading(text) => vec![section(&format!("*{}*", mrkdwn(&heading(text))))],
        Block::Line(text) => vec![section(&mrkdwn(text))],
        Block::Detail(text) => vec![context(&mrkdwn(text))],
    }
}

/// What is due neither today nor before is upcoming.
fn heading(text: &Text) -> Text {
    match text.0.as_slice() {
        [Piece::Words(word)] if ["Tomorrow", "Later", "No date"].contains(&word.as_str()) => {
            Text::say(format!("Upcoming: {}", word.to_lowercase()))
        }
        _ => text.clone(),
    }
}

fn row(cells: &[Text]) -> String {
    mrkdwn(&Text::joined(cells.to_vec(), "  "))
}

/// What can be done about a task.
fn ways(task: &TaskView) -> Value {
    let number = task.number;
    let skip = task.rrule.is_some().then(|| choice("Skip this one", &format!("skip {number}")));
    let first = [choice("Edit", &format!("edit {number}"))];
    let last = [choice("History", &format!("history {number}")), choice("Delete", &format!("delete {number}"))];
    let more: Vec<Value> = first.into_iter().chain(skip).chain(last).collect();
    let done = button(&format!("{DONE}:{number}"), "Done", &format!("done {number}"));
    let snooze = menu(&format!("{SNOOZE}:{number}"), "Snooze", &snoozes(&number.to_string()));
    let open = [done, snooze].into_iter().filter(|_| task.status == Status::Open);
    actions(open.chain([overflow(&format!("more:{number}"), &more)]).collect())
}
