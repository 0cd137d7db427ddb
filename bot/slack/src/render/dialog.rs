//! The dialog in which a task is filled in.

use serde_json::{Value, json};

use super::kit::cut;

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "task";

/// The fields, each the name of its block and of its action.
pub(crate) const TITLE: &str = "title";
pub(crate) const WHEN: &str = "when";
pub(crate) const REPEAT: &str = "repeat";
pub(crate) const WHO: &str = "who";
pub(crate) const WHERE: &str = "where";

/// The longest title of a task, in characters.
const TITLE_MAX: usize = 500;

/// How a task may repeat, as it is shown and as a rule.
const REPEATS: [(&str, &str); 5] = [
    ("Every day", "FREQ=DAILY"),
    ("Every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("Every week", "FREQ=WEEKLY"),
    ("Every month", "FREQ=MONTHLY"),
    ("Every year", "FREQ=YEARLY"),
];

/// While it is not known yet what to show.
pub(crate) fn loading() -> Value {
    view("", vec![super::kit::section("One moment …")], None)
}

/// The form, with a title to begin with; `metadata` comes back when it is submitted.
pub(crate) fn form(title: &str, metadata: &str) -> Value {
    let fields = vec![
        required(
            TITLE,
            "What",
            json!({
                "type": "plain_text_input",
                "max_length": TITLE_MAX,
                "initial_value": cut(title, TITLE_MAX),
            }),
        ),
        optional(WHEN, "When", json!({ "type": "datetimepicker" })),
        optional(REPEAT, "Repeat", choices()),
        optional(WHO, "For", json!({ "type": "multi_users_select" })),
        optional(
            WHERE,
            "In a channel",
            json!({
                "type": "conversations_select",
                "filter": { "include": ["public", "private"], "exclude_bot_users": true },
            }),
        ),
    ];
    view(metadata, fields, Some("Save"))
}

/// What the dialog came to.
pub(crate) fn outcome(blocks: Vec<Value>) -> Value {
    view("", blocks, None)
}

fn view(metadata: &str, blocks: Vec<Value>, submit: Option<&str>) -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    let mut view = json!({
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "title": plain("Taskbot"),
        "close": plain("Close"),
        "blocks": blocks,
    });
    if let Some(submit) = submit {
        view["submit"] = plain(submit);
    }
    view
}

fn choices() -> Value {
    let option =
        |(label, rule): &(&str, &str)| json!({ "text": { "type": "plain_text", "text": label }, "value": rule });
    json!({ "type": "static_select", "options": REPEATS.iter().map(option).collect::<Vec<_>>() })
}

fn required(name: &str, label: &str, element: Value) -> Value {
    let mut element = element;
    element["action_id"] = json!(name);
    let label = json!({ "type": "plain_text", "text": label });
    json!({ "type": "input", "block_id": name, "label": label, "element": element })
}

fn optional(name: &str, label: &str, element: Value) -> Value {
    let mut block = required(name, label, element);
    block["optional"] = json!(true);
    block
}
