//! From a change to the statements that write it. Guards come first, so that a conflict costs little.

mod events;
mod marks;
mod people;
mod reminders;
mod series;
mod tasks;

use domain::change::Change;

use crate::script::Script;

pub(crate) use people::act;
pub(crate) use reminders::platform;
pub(crate) use tasks::{day, insert as insert_task, tagged};

/// The script that writes all of a change.
pub(crate) fn script(change: &Change) -> Script {
    let mut script = Script::new();
    marks::write(&mut script, change);
    for list in &change.lists {
        tasks::list(&mut script, list);
    }
    for task in &change.tasks {
        tasks::put(&mut script, task);
    }
    for series in &change.series {
        series::put(&mut script, series);
    }
    for reminder in &change.reminders {
        reminders::put(&mut script, reminder, &change.events);
    }
    for delivery in &change.deliveries {
        reminders::put_delivery(&mut script, delivery);
    }
    for person in &change.people {
        people::put(&mut script, person);
    }
    for entry in &change.acts {
        people::act(&mut script, entry);
    }
    for event in &change.events {
        events::append(&mut script, event);
    }
    script
}
