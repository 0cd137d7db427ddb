//! Dialogs: what is filled in instead of typed.

pub(crate) mod edit;
pub(crate) mod settings;
pub(crate) mod snooze;
pub(crate) mod task;

use domain::task::ASSIGNEES_MAX;
use serde_json::{Value, json};

use super::kit::{LABEL_MAX, cut, section};

/// While it is not known yet what to show.
pub(crate) fn loading() -> Value {
    outcome(vec![section("One moment …")])
}

/// What a dialog came to.
pub(crate) fn outcome(blocks: Vec<Value>) -> Value {
    let mut view = view("", "", blocks);
    if let Some(view) = view.as_object_mut() {
        view.remove("submit");
    }
    view
}

/// What lies on top of a dialog that is worked on: whoever closes it is back in the dialog.
pub(crate) fn above(blocks: Vec<Value>) -> Value {
    let mut view = outcome(blocks);
    view["close"] = plain("Back");
    view
}

/// The same view, under a name by which it can be changed before Slack has said how it calls it.
pub(crate) fn named(name: &str, view: Value) -> Value {
    let mut view = view;
    view["external_id"] = json!(name);
    view
}

/// The same view, with which the dialog below is closed.
pub(crate) fn for_good(view: Value) -> Value {
    let mut view = view;
    view["clear_on_close"] = json!(true);
    view
}

/// A dialog to submit; `metadata` comes back then, and `callback` says which dialog it is.
fn view(callback: &str, metadata: &str, blocks: Vec<Value>) -> Value {
    json!({
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain("Taskbot"),
        "close": plain("Close"),
        "submit": plain("Save"),
        "blocks": blocks,
    })
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

/// A menu of labels and values; one of them may be chosen to begin with.
fn choices(options: &[(&str, &str)], chosen: Option<&str>) -> Value {
    let option = |(label, value): &(&str, &str)| json!({ "text": plain(&cut(label, LABEL_MAX)), "value": value });
    let mut menu = json!({ "type": "static_select", "options": options.iter().map(option).collect::<Vec<_>>() });
    if let Some(chosen) = options.iter().find(|(_, value)| Some(*value) == chosen) {
        menu["initial_option"] = option(chosen);
    }
    menu
}

/// A picker of people, as many as one task is for; some may be picked to begin with. A task from before there was a limit
/// may be for more: Slack takes no form in which more are picked than may be.
fn people(picked: &[String]) -> Value {
    let most = picked.len().max(ASSIGNEES_MAX);
    let mut people = json!({ "type": "multi_users_select", "max_selected_items": most });
    if !picked.is_empty() {
        people["initial_users"] = json!(picked);
    }
    people
}

fn required(name: &str, label: &str, element: Value) -> Value {
    let mut element = element;
    element["action_id"] = json!(name);
    json!({ "type": "input", "block_id": name, "label": plain(label), "element": element })
}

fn optional(name: &str, label: &str, element: Value) -> Value {
    let mut block = required(name, label, element);
    block["optional"] = json!(true);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_picked_already_fits_into_the_picker() {
        for (count, most) in [(0, 50), (50, 50), (51, 51)] {
            let picked: Vec<String> = (0..count).map(|number| format!("U{number}")).collect();
            let picker = people(&picked);
            assert_eq!(picker["max_selected_items"], most);
            assert_eq!(picker["initial_users"].as_array().map_or(0, Vec::len), count);
        }
    }
}
