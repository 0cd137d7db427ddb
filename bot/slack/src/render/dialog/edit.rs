//! The dialog in which a task is changed.

use serde_json::{Value, json};

use super::task::{REPEAT, REPEATS, WHEN, WHO, what};
use super::{choices, optional, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "edit";

/// What ends a recurrence, in the menu of recurrences.
pub(crate) const NEVER: &str = "never";

/// What a task says at present.
pub(crate) struct Present<'a> {
    pub(crate) title: &'a str,
    /// Seconds since 1970, where it is due at a time.
    pub(crate) at: Option<i64>,
    /// The rule, where it repeats.
    pub(crate) rule: Option<&'a str>,
    /// How Slack knows those whom it names.
    pub(crate) who: &'a [String],
}

/// The form, filled with what the task says.
pub(crate) fn form(present: &Present<'_>, metadata: &str) -> Value {
    let mut when = json!({ "type": "datetimepicker" });
    if let Some(at) = present.at {
        when["initial_date_time"] = json!(at);
    }
    let mut who = json!({ "type": "multi_users_select" });
    if !present.who.is_empty() {
        who["initial_users"] = json!(present.who);
    }
    let never = present.rule.map(|_| ("Not any more", NEVER));
    let repeats: Vec<(&str, &str)> = REPEATS.into_iter().chain(never).collect();
    let fields = vec![
        what(present.title),
        optional(WHEN, "When", when),
        optional(REPEAT, "Repeat", choices(&repeats, present.rule)),
        optional(WHO, "For", who),
    ];
    view(CALLBACK, metadata, fields)
}
