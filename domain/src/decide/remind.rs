//! A task's reminders: scheduled with its due, cancelled when it closes or moves.

use jiff::{SignedDuration, Timestamp};

use super::book::Book;
use super::senders;
use crate::ids::{PersonId, ReminderId};
use crate::list::{List, ListKind};
use crate::place::Place;
use crate::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use crate::snapshot::Loaded;
use crate::task::Task;

/// What becomes of a reminder whose time has already passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// It is not made: the person set a past time and was told so.
    Never,
    /// It goes out at once: an occurrence's time came while nobody was there.
    AtOnce,
}

/// Schedules the reminders that a task's due asks for, one per place.
pub(super) fn schedule(book: &mut Book<'_>, task: &Task, list: &List, late: Late) {
    let Some(due) = task.due.as_ref().filter(|_| task.is_open()) else { return };
    for (place, recipients) in places(book, task, list) {
        let whose = recipients.first().copied().unwrap_or(task.author);
        let at = match due.reminds_at(book.default_time(whose), book.now()) {
            Some(at) if at > book.meant_after() || late == Late::AtOnce => at,
            None if late == Late::AtOnce => book.now(),
            _ => continue,
        };
        if !went_out(book, task, &place, at) {
            let reminder = fresh(book, task, place, recipients, at);
            book.put_reminder(None, reminder);
        }
    }
}

/// Whether the reminder for this time has been sent there, or is being sent. One that was called back is neither.
pub(super) fn went_out(book: &Book<'_>, task: &Task, place: &Place, at: Timestamp) -> bool {
    let sent = |state| matches!(state, ReminderState::Delivered | ReminderState::Due);
    let told = book.loaded(task.id).into_iter().flat_map(|loaded| &loaded.reminders);
    let mut told = told.filter(|reminder| called_off(book, task).all(|gone| gone.id != reminder.id));
    told.any(|reminder| sent(reminder.state) && reminder.at == at && reminder.place == *place)
}

/// The task's reminders that were called off by what is being decided.
fn called_off<'a>(book: &'a Book<'_>, task: &Task) -> impl Iterator<Item = &'a Reminder> {
    let id = task.id;
    let written = book.change.reminders.iter().map(|put| &put.row).filter(move |reminder| reminder.task == id);
    written.filter(|reminder| reminder.state == ReminderState::Cancelled)
}

/// A reminder that waits for its time.
pub(super) fn fresh(book: &Book<'_>, task: &Task, place: Place, recipients: Vec<PersonId>, at: Timestamp) -> Reminder {
    Reminder {
        id: ReminderId(book.fresh()),
        task: task.id,
        tenant: task.tenant.clone(),
        place,
        recipients,
        asked_by: task.author,
        at,
        state: ReminderState::Scheduled,
        delivery: None,
        reason: None,
        trace: book.request.trace.clone(),
        version: 1,
    }
}

/// Where a task's reminders go and whom they mention there, as far as those take reminders from its author.
pub(super) fn places(book: &Book<'_>, task: &Task, list: &List) -> Vec<(Place, Vec<PersonId>)> {
    let heard = |(place, people)| senders::heard(book, task.author, place, people);
    asked_for(task, list).into_iter().filter_map(heard).collect()
}

fn asked_for(task: &Task, list: &List) -> Vec<(Place, Vec<PersonId>)> {
    if let Some(chosen) = &task.place {
        let author = chosen.mentions_author.then_some(task.author);
        let mentioned = if task.assignees.is_empty() { author.into_iter().collect() } else { task.assignees.clone() };
        return vec![(chosen.place.clone(), mentioned)];
    }
    match &list.kind {
        ListKind::Channel(channel) => {
            let mentioned = if task.assignees.is_empty() { vec![task.author] } else { task.assignees.clone() };
            vec![(Place::Channel(channel.clone()), mentioned)]
        }
        ListKind::Personal(owner) if task.assignees.is_empty() => vec![(Place::Direct(*owner), vec![*owner])],
        ListKind::Personal(_) => task.assignees.iter().map(|person| (Place::Direct(*person), vec![*person])).collect(),
    }
}

/// After a change of assignees, a reminder that went to somebody's direct message follows the people.
pub(super) fn follow_people(task: &mut Task) {
    if task.place.as_ref().is_some_and(|chosen| matches!(chosen.place, Place::Direct(_))) {
        task.place = None;
    }
}

/// Cancels every reminder of a task that can still be stopped. Returns whether one was already going out.
pub(super) fn cancel(book: &mut Book<'_>, loaded: &Loaded, reason: &str) -> bool {
    let mut going_out = false;
    for reminder in &loaded.reminders {
        match reminder.state {
            ReminderState::Scheduled => cancel_one(book, reminder, reason),
            ReminderState::Due => going_out |= !call_back(book, reminder, reason),
            ReminderState::Delivered | ReminderState::Cancelled | ReminderState::Failed => {}
        }
    }
    going_out
}

/// Moves a task's reminders to where its due, place and people now ask for them. Unless the due changes, a snooze that
/// waits goes to the new places with its time, and so does what was owed already and has not come.
pub(super) fn again(book: &mut Book<'_>, loaded: &Loaded, task: &Task, list: &List, late: Late) {
    let snoozed = snoozed_until(book, loaded);
    cancel(book, loaded, "moved");
    let owed = called_off(book, task).map(|reminder| reminder.at).filter(|at| *at <= book.now()).min();
    match snoozed.or(owed).filter(|_| task.due == loaded.task.due && task.is_open()) {
        Some(at) => schedule_at(book, task, list, at),
        None => schedule(book, task, list, late),
    }
}

/// Schedules a reminder for this time in each place of a task that has not had it.
pub(super) fn schedule_at(book: &mut Book<'_>, task: &Task, list: &List, at: Timestamp) {
    for (place, recipients) in places(book, task, list) {
        if !went_out(book, task, &place, at) {
            let reminder = fresh(book, task, place, recipients, at);
            book.put_reminder(None, reminder);
        }
    }
}

/// Until when a task is snoozed, if it is: the time of a reminder that waits for another time than its due's.
pub(super) fn snoozed_until(book: &Book<'_>, loaded: &Loaded) -> Option<Timestamp> {
    let waiting = loaded.reminders.iter().filter(|reminder| reminder.state == ReminderState::Scheduled);
    waiting.filter(|reminder| !is_of_its_due(book, &loaded.task, reminder)).map(|reminder| reminder.at).min()
}

/// Whether the reminder comes when the task's due asks for it.
fn is_of_its_due(book: &Book<'_>, task: &Task, reminder: &Reminder) -> bool {
    let whose = reminder.recipients.first().copied().unwrap_or(task.author);
    let just_before = reminder.at.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(reminder.at);
    let asked = task.due.as_ref().and_then(|due| due.reminds_at(book.default_time(whose), just_before));
    asked == Some(reminder.at)
}

fn cancel_one(book: &mut Book<'_>, reminder: &Reminder, reason: &str) {
    let cancelled = Reminder { state: ReminderState::Cancelled, reason: Some(reason.to_owned()), ..reminder.clone() };
    book.put_reminder(Some(reminder), cancelled);
}

/// Takes a claimed reminder out of its delivery, unless an attempt was begun. The delivery's version decides the
/// race with the deliverer: whoever commits second decides again.
fn call_back(book: &mut Book<'_>, reminder: &Reminder, reason: &str) -> bool {
    let Some(carrier) = reminder.delivery.and_then(|id| book.snapshot.deliveries.get(&id)) else { return false };
    // In `retry` the platform has said no, so nothing is out there yet either.
    if !matches!(carrier.state, DeliveryState::Claimed | DeliveryState::Retry) {
        return false;
    }
    let latest = book.change.deliveries.iter().map(|put| &put.row).find(|row| row.id == carrier.id);
    let mut members = latest.unwrap_or(carrier).members.clone();
    members.retain(|id| *id != reminder.id);
    let state = if members.is_empty() { DeliveryState::Dropped } else { carrier.state };
    book.change.deliveries.retain(|put| put.row.id != carrier.id);
    book.put_delivery(carrier, Delivery { members, state, ..carrier.clone() });
    cancel_one(book, reminder, reason);
    true
}
