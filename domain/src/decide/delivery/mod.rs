//! Reminders on their way: claimed -> sending -> sent, retry, dead or unknown. Each step is one commit, so that a
//! crash after any arrow leaves a row that says what to do next.

mod attempt;
mod claim;
mod settle;

use jiff::Timestamp;

pub use attempt::{ATTEMPT_LEASE, Attempt, TAKEN_WITHIN, begin, posted};
pub use claim::{CALLED_MAX, Claim, Group, MEMBERS_MAX, claim, groups};
pub use settle::{ATTEMPTS_MAX, settle};

use crate::change::{Change, Put};
use crate::event::{Cause, Stamp};
use crate::ids::{EventId, PersonId};
use crate::ports::clock::Ids;
use crate::reminder::{Delivery, Reminder, ReminderState};
use crate::snapshot::{Loaded, Snapshot};

/// The members that a message still carries.
fn members<'a>(snapshot: &'a Snapshot, delivery: &Delivery) -> impl Iterator<Item = (&'a Loaded, &'a Reminder)> {
    frozen(snapshot, delivery).filter(|(_, one)| one.state == ReminderState::Due)
}

/// The members that a message was claimed with, as far as it still has them, wherever they stand by now.
fn frozen<'a>(snapshot: &'a Snapshot, delivery: &Delivery) -> impl Iterator<Item = (&'a Loaded, &'a Reminder)> {
    let frozen = delivery.members.clone();
    let all = snapshot.tasks.values().flat_map(|loaded| loaded.reminders.iter().map(move |one| (loaded, one)));
    all.filter(move |(_, one)| frozen.contains(&one.id))
}

fn put(change: &mut Change, before: &Reminder, mut after: Reminder, now: Timestamp, ids: &dyn Ids) {
    after.version = before.version + 1;
    change.events.push(stamp(&after, now, ids, |stamp| stamp.reminder(&after)));
    change.reminders.push(Put::over(before.version, after));
}

/// The product acts, for whoever asked for the reminder, in the reminder's trace.
fn stamp<T>(reminder: &Reminder, now: Timestamp, ids: &dyn Ids, make: impl FnOnce(Stamp<'_>) -> T) -> T {
    let cause = Cause {
        actor: PersonId::SYSTEM,
        on_behalf_of: Some(reminder.asked_by),
        caused_by: None,
        trace: reminder.trace.clone(),
        role: "reminders",
    };
    make(Stamp { id: EventId(ids.fresh()), time: now, cause: &cause })
}
