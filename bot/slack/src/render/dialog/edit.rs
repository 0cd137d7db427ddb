//! The dialog in which a task is changed.

use domain::task::{Recurring, RepeatFrom};
use domain::zone::Zone;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::snooze::{DAY, TIME};
use super::task::{REPEAT, REPEATS, WHEN, WHO, what};
use super::{choices, optional, people, plain, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "edit";

/// What ends a recurrence, in the menu of recurrences.
pub(crate) const NEVER: &str = "never";
/// What stands in it for a recurrence that is none of those that are offered.
const KEPT: &str = "kept";

/// What a task says at present.
pub(crate) struct Present<'a> {
    pub(crate) title: &'a str,
    /// Seconds since 1970, where it is due at a time.
    pub(crate) at: Option<i64>,
    /// Where it is due on a day: the day, and the zone of a time on it.
    pub(crate) day: Option<(Date, &'a Zone)>,
    /// Where it repeats: its choice in the menu, and how it repeats in words.
    pub(crate) repeat: Option<(&'a str, &'a str)>,
    /// How Slack knows those whom it names.
    pub(crate) who: &'a [String],
}

/// The choice that stands for how a task repeats.
pub(crate) fn choice_of(seat: &Recurring) -> String {
    let rule = seat.rule.to_string();
    let offered = REPEATS.iter().any(|(_, offered)| *offered == rule);
    if offered && seat.repeat_from == RepeatFrom::Schedule { rule } else { KEPT.to_owned() }
}

/// The form, filled with what the task says.
pub(crate) fn form(present: &Present<'_>, metadata: &str) -> Value {
    let mut fields = vec![what(present.title)];
    fields.extend(when(present));
    fields.extend([optional(REPEAT, "Repeat", repeat(present.repeat)), optional(WHO, "For", people(present.who))]);
    view(CALLBACK, metadata, fields)
}

/// One picker of a day and its time; of a day without a time, two.
fn when(present: &Present<'_>) -> Vec<Value> {
    if let Some((date, zone)) = present.day {
        let clock = json!({ "type": "timepicker", "placeholder": plain("Any time"), "timezone": zone.to_string() });
        return vec![
            optional(DAY, "Day", json!({ "type": "datepicker", "initial_date": date.to_string() })),
            optional(TIME, &format!("Time ({zone})"), clock),
        ];
    }
    let mut when = json!({ "type": "datetimepicker" });
    if let Some(at) = present.at {
        when["initial_date_time"] = json!(at);
    }
    vec![optional(WHEN, "When", when)]
}

/// How it may repeat, with what it does at present chosen.
fn repeat(present: Option<(&str, &str)>) -> Value {
    let (chosen, words) = present.unzip();
    let as_it_is = words.map(|words| format!("As it is: {words}"));
    let as_it_is = as_it_is.as_deref().filter(|_| chosen == Some(KEPT)).map(|label| (label, KEPT));
    let never = present.map(|_| ("Not any more", NEVER));
    let offered: Vec<(&str, &str)> = REPEATS.into_iter().chain(as_it_is).chain(never).collect();
    choices(&offered, chosen)
}
