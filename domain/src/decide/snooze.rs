//! Snoozing: the next reminder moves; the due and the series stay.

use jiff::Timestamp;

use super::book::Book;
use super::close::require_open;
use super::remind;
use crate::access::Action;
use crate::command::TaskRef;
use crate::due::Due;
use crate::event::Changes;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::{Reminder, ReminderState};
use crate::snapshot::Loaded;
use crate::task::Task;

/// `snooze`: without a task, the one whose reminder came last in this place.
pub(super) fn snooze(book: &mut Book<'_>, named: &[TaskRef], until: Timestamp) -> Result<(), Refusal> {
    if until <= book.said_at() {
        let refusal = Refusal::new(Code::Invalid, "That time has passed.", "Say a later one, e.g. `snooze 20m`.");
        return Err(refusal.or_plainly("Name a later one."));
    }
    let last;
    let named = if named.is_empty() {
        let task = book.snapshot.last_reminder.ok_or_else(no_reminder)?;
        last = [TaskRef::Id(task)];
        &last
    } else {
        named
    };
    for loaded in book.tasks(named, Action::Work)? {
        require_open(&loaded.task)?;
        put_off(book, &loaded, until);
    }
    Ok(())
}

fn no_reminder() -> Refusal {
    Refusal::new(
        Code::Nothing,
        "No reminder has come here yet, so there is nothing to snooze.",
        "Name a task, e.g. `snooze 3 for 1h`.",
    )
}

fn put_off(book: &mut Book<'_>, loaded: &Loaded, until: Timestamp) {
    let waiting = loaded.reminders.iter().find(|reminder| reminder.state == ReminderState::Scheduled).cloned();
    let task = with_due(&loaded.task, until);
    let changes =
        if task.due == loaded.task.due { Changes::new() } else { book.put_task(Some(loaded), task, &loaded.list) };
    remind::cancel(book, loaded, "snoozed");
    let mut before = waiting;
    for (place, recipients) in remind::places(book, &loaded.task, &loaded.list) {
        let reminder: Reminder = remind::fresh(book, &loaded.task, place, recipients, until);
        book.note_snooze(before.take(), reminder.clone());
        book.put_reminder(None, reminder);
    }
    book.say(Deed::Snoozed, &loaded.task, &loaded.list, changes);
}

/// For a bare reminder that does not repeat, due and reminder are one thing.
fn with_due(task: &Task, until: Timestamp) -> Task {
    let zone = task.due.as_ref().map(|due| due.zone.clone());
    match zone {
        Some(zone) if task.bare_reminder && task.recurring.is_none() => {
            Task { due: Some(Due::instant(until, zone)), ..task.clone() }
        }
        _ => task.clone(),
    }
}
