//! The dialog for one's own settings.

use domain::person::Settings;
use serde_json::{Value, json};

use super::{choices, optional, required, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "settings";

/// The fields, each the name of its block and of its action.
pub(crate) const FOLLOW: &str = "follow";
pub(crate) const ZONE: &str = "zone";
pub(crate) const TIME: &str = "default_time";
pub(crate) const ORDER: &str = "order";

/// From where the zone comes, as it is shown and as it is submitted.
pub(crate) const PROFILE: &str = "profile";
const FROM: [(&str, &str); 2] = [("Follow my Slack profile", PROFILE), ("The one named below", "own")];

/// The orders of day and month, as they are shown and as they are submitted.
pub(crate) const DAY_FIRST: &str = "dmy";
const ORDERS: [(&str, &str); 2] = [("4/5 is 4 May", DAY_FIRST), ("4/5 is April 5", "mdy")];

/// The form, filled with what is set; `metadata` says what it shows, since a zone that is left as it was is not chosen.
pub(crate) fn form(settings: &Settings, follows: bool, metadata: &str) -> Value {
    let mut zone = json!({ "type": "plain_text_input", "max_length": 60 });
    if let Some(known) = &settings.zone {
        zone["initial_value"] = json!(known.to_string());
    }
    let time = settings.default_time.strftime("%H:%M").to_string();
    let order = if settings.day_first { DAY_FIRST } else { "mdy" };
    let from = if follows { PROFILE } else { "own" };
    let fields = vec![
        required(FOLLOW, "Time zone", choices(&FROM, Some(from))),
        optional(ZONE, "Zone, e.g. Europe/Madrid", zone),
        required(TIME, "A day without a time reminds at", json!({ "type": "timepicker", "initial_time": time })),
        required(ORDER, "Day and month", choices(&ORDERS, Some(order))),
    ];
    view(CALLBACK, metadata, fields)
}
