//! The dialog in which somebody picks until when a reminder is put off.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{required, view};

/// Of the dialog, in what it submits.
pub(crate) const CALLBACK: &str = "snooze";

/// The fields, each the name of its block and of its action.
pub(crate) const DAY: &str = "day";
pub(crate) const TIME: &str = "time";

/// The form, with a day to begin with; the time is that of the reader's zone.
pub(crate) fn form(day: Date, zone: &str, metadata: &str) -> Value {
    let clock = json!({ "type": "timepicker", "initial_time": "09:00", "timezone": zone });
    let fields = vec![
        required(DAY, "Day", json!({ "type": "datepicker", "initial_date": day.to_string() })),
        required(TIME, &format!("Time ({zone})"), clock),
    ];
    view(CALLBACK, metadata, fields)
}
