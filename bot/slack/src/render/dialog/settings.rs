//! The dialog for one's own settings.

use domain::person::Settings;
use serde_json::{Value, json};

use super::{choices, optional, required, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "settings";

/// The fields, each the name of its block and of its action.
pub(crate) const ZONE: &str = "zone";
pub(crate) const TIME: &str = "default_time";
pub(crate) const ORDER: &str = "order";

/// The orders of day and month, as they are shown and as they are submitted.
pub(crate) const DAY_FIRST: &str = "dmy";
const ORDERS: [(&str, &str); 2] = [("4/5 is 4 May", DAY_FIRST), ("4/5 is April 5", "mdy")];

/// The form, filled with what is set. It carries the zone that it shows: one that is left as it was is not chosen, and
/// goes on to follow the profile.
pub(crate) fn form(settings: &Settings) -> Value {
    let mut zone = json!({ "type": "plain_text_input", "max_length": 60 });
    let known = settings.zone.as_ref().map(ToString::to_string).unwrap_or_default();
    if !known.is_empty() {
        zone["initial_value"] = json!(known);
    }
    let time = settings.default_time.strftime("%H:%M").to_string();
    let order = if settings.day_first { DAY_FIRST } else { "mdy" };
    let fields = vec![
        optional(ZONE, "Time zone, e.g. Europe/Madrid", zone),
        required(TIME, "A day without a time reminds at", json!({ "type": "timepicker", "initial_time": time })),
        required(ORDER, "Day and month", choices(&ORDERS, Some(order))),
    ];
    view(CALLBACK, &known, fields)
}
