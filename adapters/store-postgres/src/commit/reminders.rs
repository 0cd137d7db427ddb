//! Reminders and deliveries.

use domain::change::Put;
use domain::event::{Event, Stream};
use domain::reminder::{Delivery, Reminder};
use domain::tenant::Platform;

use crate::literal::Record;
use crate::rows::{json, rounded_up};

/// A reminder; the time of its last event is taken from the events of the same change.
pub(super) fn put(put: &Put<Reminder>, events: &[Event]) -> String {
    let reminder = &put.row;
    Record::default()
        .field(reminder.id)
        .maybe(put.was)
        .field(reminder.task)
        .field(rounded_up(reminder.at))
        .field(told_at(reminder, events))
        .field(reminder.version)
        .field(reminder.state.as_str())
        .field(platform(reminder.tenant.platform()))
        .field(&reminder.tenant)
        .field(reminder.place.key())
        .document(&json(reminder))
        .end()
}

fn told_at(reminder: &Reminder, events: &[Event]) -> i64 {
    let told = events.iter().rev().find(|event| event.stream() == Stream::Reminder(reminder.id));
    told.map_or(reminder.at, |event| event.time).as_microsecond()
}

/// A delivery.
pub(super) fn put_delivery(put: &Put<Delivery>) -> String {
    let delivery = &put.row;
    Record::default()
        .field(delivery.id)
        .maybe(put.was)
        .field(rounded_up(delivery.next_attempt_at))
        .field(delivery.version)
        .field(delivery.state.is_open())
        .field(delivery.state.as_str())
        .field(platform(delivery.tenant.platform()))
        .field(&delivery.tenant)
        .field(delivery.place.key())
        .document(&json(delivery))
        .end()
}

/// The stored word of a platform.
pub(crate) const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Console => "console",
        Platform::Slack => "slack",
        Platform::Discord => "discord",
    }
}
