//! The bot's own page: what is overdue, due today and later, each with what can be done about it.

use bot::Reply;
use bot::reply::{Block, Text};
use domain::event::TaskView;
use serde_json::{Value, json};

use super::kit::{context, overflow, section, section_with};
use super::mrkdwn::mrkdwn;

/// So many blocks a page may have.
const BLOCKS_MAX: usize = 100;

/// The page for a list; `told` is what was just done there.
pub(crate) fn home(list: &Reply, told: Option<&Reply>) -> Value {
    let mut tasks = list.tasks.iter();
    let listed = list.blocks.iter().map(|block| match block {
        Block::Row(cells) => match tasks.next() {
            Some(task) => section_with(&row(cells), overflow(&format!("home:{}", task.number), &ways(task))),
            None => section(&row(cells)),
        },
        Block::Heading(text) => section(&format!("*{}*", mrkdwn(text))),
        Block::Line(text) => section(&mrkdwn(text)),
        Block::Detail(text) => context(&mrkdwn(text)),
    });
    let told = told.into_iter().flat_map(|reply| super::reply::blocks(&reply.blocks));
    let mut blocks: Vec<Value> = told.chain(listed).collect();
    blocks.truncate(BLOCKS_MAX);
    json!({ "type": "home", "blocks": blocks })
}

fn row(cells: &[Text]) -> String {
    mrkdwn(&Text::joined(cells.to_vec(), "  "))
}

/// What can be done about a task: five ways at most, Slack shows no more.
fn ways(task: &TaskView) -> Vec<(&'static str, String)> {
    let number = task.number;
    let skip = task.rrule.is_some().then(|| ("Skip this one", format!("skip {number}")));
    let ways = [("Done", format!("done {number}")), ("Snooze 1 hour", format!("snooze {number} 1h"))];
    let last = [("History", format!("history {number}")), ("Delete", format!("delete {number}"))];
    ways.into_iter().chain(skip).chain(last).collect()
}
