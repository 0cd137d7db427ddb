//! Reminders and deliveries.

use domain::change::Put;
use domain::event::{Event, Stream};
use domain::reminder::{Delivery, Reminder};
use domain::tenant::Platform;

use crate::rows::{integer, json, rounded_up};
use crate::script::Script;

/// Writes a reminder; the time of its last event is taken from the events of the same change.
pub(super) fn put(script: &mut Script, put: &Put<Reminder>, events: &[Event]) {
    let reminder = &put.row;
    match put.was {
        None => script
            .must(
                "reminder",
                "INSERT INTO reminders (id, task, tenant, platform, place, at, state, told_at, version, doc)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(reminder.id.to_string())
            .bind(reminder.task.to_string())
            .bind(reminder.tenant.to_string())
            .bind(platform(reminder.tenant.platform()).to_owned()),
        Some(_) => script.must(
            "reminder",
            "UPDATE reminders SET place = ?, at = ?, state = ?, told_at = ?, version = ?, doc = ?
             WHERE id = ? AND version = ?",
        ),
    };
    script
        .bind(reminder.place.key())
        .bind(rounded_up(reminder.at))
        .bind(reminder.state.as_str().to_owned())
        .bind(told_at(reminder, events))
        .bind(integer(reminder.version))
        .bind(json(reminder));
    if let Some(was) = put.was {
        script.bind(reminder.id.to_string()).bind(integer(was));
    }
}

fn told_at(reminder: &Reminder, events: &[Event]) -> i64 {
    let told = events.iter().rev().find(|event| event.stream() == Stream::Reminder(reminder.id));
    told.map_or(reminder.at, |event| event.time).as_microsecond()
}

/// Writes a delivery.
pub(super) fn put_delivery(script: &mut Script, put: &Put<Delivery>) {
    let delivery = &put.row;
    match put.was {
        None => script
            .must(
                "delivery",
                "INSERT INTO deliveries (id, tenant, platform, place, state, open, next_attempt_at, version, doc)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(delivery.id.to_string())
            .bind(delivery.tenant.to_string())
            .bind(platform(delivery.tenant.platform()).to_owned()),
        Some(_) => script.must(
            "delivery",
            "UPDATE deliveries SET place = ?, state = ?, open = ?, next_attempt_at = ?, version = ?, doc = ?
             WHERE id = ? AND version = ?",
        ),
    };
    script
        .bind(delivery.place.key())
        .bind(delivery.state.as_str().to_owned())
        .bind(delivery.state.is_open())
        .bind(rounded_up(delivery.next_attempt_at))
        .bind(integer(delivery.version))
        .bind(json(delivery));
    if let Some(was) = put.was {
        script.bind(delivery.id.to_string()).bind(integer(was));
    }
}

/// The stored word of a platform.
pub(crate) const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Console => "console",
        Platform::Slack => "slack",
        Platform::Discord => "discord",
    }
}
