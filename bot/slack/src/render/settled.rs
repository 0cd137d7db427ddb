//! A reminder's message after something was done about it: what was due, and what became of it.

use domain::event::TaskView;
use domain::task::Status;
use serde_json::{Value, json};

use super::kit::{actions, button, context, menu, section};
use super::mrkdwn::escaped;
use super::reminder::{DONE, REOPEN, SNOOZE, snoozes};

/// The block that says what became of it, and before what stands the same in a row of several.
const TOLD: &str = "told";
const ARROW: &str = "\n→ ";

/// What can be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It can be opened again.
    Undo,
    /// It is open: it can be done or put off.
    Work,
    /// Nothing from here.
    Nothing,
}

impl Next {
    /// What can be done after this was said of these tasks.
    pub(crate) fn after(says: &str, tasks: &[TaskView]) -> Self {
        let open = !tasks.is_empty() && tasks.iter().all(|task| task.status == Status::Open);
        match says.split_whitespace().next() {
            Some("done" | "skip" | "delete") => Self::Undo,
            Some("reopen" | "snooze") if open => Self::Work,
            _ => Self::Nothing,
        }
    }

    fn elements(self, numbers: &str) -> Vec<Value> {
        let says = |word: &str| format!("{word} {numbers}");
        match self {
            Self::Undo => vec![button(REOPEN, "Undo", &says(REOPEN))],
            Self::Work => vec![button(DONE, "Done", &says(DONE)), menu(SNOOZE, "Snooze", &snoozes(numbers))],
            Self::Nothing => Vec::new(),
        }
    }
}

/// The blocks of a message in which a button of this name was pressed.
pub(crate) fn settled(shown: &[Value], action: &str, told: &str, next: Next, tasks: &[TaskView]) -> Vec<Value> {
    let numbers: Vec<String> = tasks.iter().map(|task| task.number.to_string()).collect();
    let numbers = numbers.join(" ");
    if action.contains(':') {
        return shown.iter().map(|block| row(block, action, told, next, &numbers)).collect();
    }
    let kept = shown.iter().filter(|block| block["type"] != "actions" && block["block_id"] != TOLD);
    let elements = next.elements(&numbers);
    let ways = (!elements.is_empty()).then(|| actions(elements));
    kept.map(without_button).chain([note(told)]).chain(ways).collect()
}

/// The same where the message that was there cannot be read any more: the tasks by their titles.
pub(crate) fn anew(told: &str, next: Next, tasks: &[TaskView]) -> Vec<Value> {
    let titles = tasks.iter().map(|task| section(&format!(":alarm_clock: *{}*", escaped(&task.title))));
    settled(&titles.collect::<Vec<_>>(), "", told, next, tasks)
}

fn note(told: &str) -> Value {
    let mut note = context(told);
    note["block_id"] = json!(TOLD);
    note
}

/// A row of several, if it is the one whose button was pressed.
fn row(block: &Value, action: &str, told: &str, next: Next, numbers: &str) -> Value {
    let mut block = block.clone();
    if block["accessory"]["action_id"] != action {
        return block;
    }
    let text = block["text"]["text"].as_str().unwrap_or_default();
    let before = text.split(ARROW).next().unwrap_or(text);
    block["text"]["text"] = json!(super::kit::cut(&format!("{before}{ARROW}{told}"), 3_000));
    match next.elements(numbers).into_iter().next() {
        Some(mut element) => {
            element["action_id"] = json!(action);
            block["accessory"] = element;
        }
        None => drop(block.as_object_mut().map(|block| block.remove("accessory"))),
    }
    block
}

fn without_button(block: &Value) -> Value {
    let mut block = block.clone();
    drop(block.as_object_mut().map(|block| block.remove("accessory")));
    block
}
