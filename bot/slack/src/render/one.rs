//! A message of one reminder, by what it shows: what was due, what became of it, and what can be done about it now.

use bot::reply::Standing;
use domain::task::{Status, Task};
use serde_json::{Value, json};

use super::kit::{actions, button, context, menu, section};
use super::mrkdwn::{bold, escaped, mrkdwn, shown, words};
use super::reminder::{DONE, REOPEN, SKIP, SNOOZE, STOP, snoozes};

/// The block that says what became of it.
const TOLD: &str = "told";
/// What is pressed to do something about the task itself.
const ABOUT: [&str; 4] = [DONE, SNOOZE, SKIP, REOPEN];

/// A message of one reminder.
#[derive(Clone, Debug)]
pub(crate) struct One {
    number: u64,
    /// The text for notifications.
    text: String,
    /// What was due, and its small print.
    due: Vec<Value>,
    /// What became of it.
    told: Option<Value>,
    /// What can be done about the task.
    ways: Vec<Value>,
    /// What can be done besides, whatever becomes of the task.
    others: Vec<Value>,
}

impl One {
    /// The reminder of a message, if it is one.
    pub(crate) fn of(shown: &[Value]) -> Option<Self> {
        let (buttons, rest): (Vec<&Value>, Vec<&Value>) = shown.iter().partition(|block| block["type"] == "actions");
        let elements = buttons.into_iter().filter_map(|block| block["elements"].as_array()).flatten().cloned();
        let (ways, others): (Vec<Value>, Vec<Value>) = elements.partition(is_about);
        let (told, due): (Vec<Value>, Vec<Value>) = rest.into_iter().cloned().partition(|one| one["block_id"] == TOLD);
        let number = ways.iter().chain(&others).find_map(number)?;
        let text = due.first().and_then(|block| block["text"]["text"].as_str()).unwrap_or_default().to_owned();
        Some(Self { number, text, due, told: told.into_iter().next(), ways, others })
    }

    /// The same where the message that was there cannot be read any more: the task by its title.
    pub(crate) fn anew(number: u64, standing: Option<&Standing>) -> Self {
        let task = standing.and_then(|standing| standing.task.as_ref());
        let title = task.map_or_else(|| format!("#{number}"), |task| bold(&shown(&task.title)));
        let due = vec![section(&format!(":alarm_clock: {title}"))];
        Self { number, text: title, due, told: None, ways: Vec::new(), others: Vec::new() }
    }

    /// The number of the task.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The message as its task stands.
    pub(crate) fn standing(mut self, standing: &Standing) -> Self {
        self.told = standing.told.as_ref().map(|told| note(&mrkdwn(told)));
        self.ways = standing.task.as_ref().map(ways).unwrap_or_default();
        let title = standing.task.as_ref().map(|task| format!("Reminder: {}", escaped(&task.title)));
        self.text = standing.told.as_ref().map(words).or(title).unwrap_or(self.text);
        self
    }

    /// The text for notifications, and the blocks.
    pub(crate) fn message(&self) -> (String, Vec<Value>) {
        let elements: Vec<Value> = self.ways.iter().chain(&self.others).cloned().collect();
        let buttons = (!elements.is_empty()).then(|| actions(elements));
        (self.text.clone(), self.due.iter().chain(&self.told).cloned().chain(buttons).collect())
    }
}

fn is_about(element: &Value) -> bool {
    ABOUT.iter().any(|about| element["action_id"] == *about)
}

/// The number that a button names, of those that name one.
fn number(element: &Value) -> Option<u64> {
    let (word, number) = element["value"].as_str()?.split_once(' ')?;
    [DONE, REOPEN, SKIP, STOP].contains(&word).then(|| number.parse().ok()).flatten()
}

/// What can be done about a task from now on. What was missed can be done, but not put off.
fn ways(task: &Task) -> Vec<Value> {
    let says = |word: &str| format!("{word} {}", task.number);
    let done = || button(DONE, "Done", &says(DONE));
    match task.status {
        Status::Done | Status::Skipped | Status::Deleted => vec![button(REOPEN, "Undo", &says(REOPEN))],
        Status::Missed => vec![done()],
        Status::Open => {
            let skip = task.recurring.is_some().then(|| button(SKIP, "Skip this one", &says(SKIP)));
            let snooze = menu(SNOOZE, "Snooze", &snoozes(&task.number.to_string()));
            [done(), snooze].into_iter().chain(skip).collect()
        }
    }
}

fn note(told: &str) -> Value {
    let mut note = context(told);
    note["block_id"] = json!(TOLD);
    note
}
