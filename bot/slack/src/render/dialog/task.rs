//! The dialog in which a task is filled in.

use serde_json::{Value, json};

use super::super::kit::{context, cut};
use super::super::mrkdwn::escaped;
use super::{choices, optional, people, required, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "task";

/// The fields, each the name of its block and of its action.
pub(crate) const TITLE: &str = "title";
pub(crate) const WHEN: &str = "when";
pub(crate) const REPEAT: &str = "repeat";
pub(crate) const WHO: &str = "who";
pub(crate) const WHERE: &str = "where";

/// The longest title of a task, in characters.
pub(super) const TITLE_MAX: usize = 500;

/// How a task may repeat, as it is shown and as a rule.
pub(super) const REPEATS: [(&str, &str); 5] = [
    ("Every day", "FREQ=DAILY"),
    ("Every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("Every week", "FREQ=WEEKLY"),
    ("Every month", "FREQ=MONTHLY"),
    ("Every year", "FREQ=YEARLY"),
];

/// The form, with a title to begin with, about the message at this address if it is about one. What reminds wants a time.
pub(crate) fn form(title: &str, link: Option<&str>, reminds: bool, metadata: &str) -> Value {
    let about = link.map(|link| context(&format!("About <{}|this message>", escaped(link))));
    let when = if reminds { required } else { optional };
    let fields = about.into_iter().chain([
        what(title),
        when(WHEN, "When", json!({ "type": "datetimepicker" })),
        optional(REPEAT, "Repeat", choices(&REPEATS, None)),
        optional(WHO, "For", people(&[])),
        optional(
            WHERE,
            "In a channel",
            json!({
                "type": "conversations_select",
                "filter": { "include": ["public", "private"], "exclude_bot_users": true },
            }),
        ),
    ]);
    view(CALLBACK, metadata, fields.collect())
}

pub(super) fn what(title: &str) -> Value {
    let mut text = json!({ "type": "plain_text_input", "max_length": TITLE_MAX });
    if !title.is_empty() {
        text["initial_value"] = json!(cut(title, TITLE_MAX));
    }
    required(TITLE, "What", text)
}
