//! Writing down what came of an attempt.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Attempt, TAKEN_WITHIN, members, put, stamp};
use crate::change::{Change, Put};
use crate::ids::{DeliveryId, ReminderId};
use crate::place::Place;
use crate::ports::chat::{PostError, Posted, Posting};
use crate::ports::clock::Ids;
use crate::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use crate::snapshot::{Loaded, Snapshot};

/// How often a message is tried before it is given up: about a day, with waits that grow to an hour.
pub const ATTEMPTS_MAX: u32 = 30;

/// The longest wait between two attempts.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// So long a lost message is looked for however often the platform puts that off. After that each time is an attempt.
const LOOKED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Writes down what came of an attempt. `None` if the attempt was taken over by somebody else meanwhile.
#[must_use]
pub fn settle(
    snapshot: &Snapshot,
    attempt: &Attempt,
    result: &Result<Posted, PostError>,
    now: Timestamp,
    ids: &dyn Ids,
) -> Option<Change> {
    let before = snapshot.deliveries.get(&attempt.posting.delivery)?;
    if before.state != DeliveryState::Sending || before.version != attempt.version {
        return None;
    }
    if matches!(result, Err(PostError::TooLong { .. })) && before.members.len() > 1 {
        return Some(halved(snapshot, before, now, ids));
    }
    let after = settled(before, &attempt.posting, result, now);
    let mut change = Change::default();
    for (loaded, reminder) in members(snapshot, before) {
        match after.state {
            DeliveryState::Sent => {
                let delivered = Reminder { state: ReminderState::Delivered, ..reminder.clone() };
                put(&mut change, reminder, delivered, now, ids);
            }
            DeliveryState::Dead => fail(&mut change, loaded, reminder, &after, now, ids),
            _ => {}
        }
    }
    change.deliveries.push(Put::over(before.version, after));
    Some(change)
}

/// More than one message takes: half of the members go on in a delivery of their own, each half at once.
fn halved(snapshot: &Snapshot, before: &Delivery, now: Timestamp, ids: &dyn Ids) -> Change {
    let (first, second) = before.members.split_at(before.members.len() / 2);
    let half = |members: &[ReminderId]| Delivery {
        members: members.to_vec(),
        state: DeliveryState::Claimed,
        next_attempt_at: now,
        unsure_since: None,
        unsure_until: None,
        last_error: None,
        attempts: 0,
        version: before.version + 1,
        ..before.clone()
    };
    let other = Delivery { id: DeliveryId(ids.fresh()), version: 1, ..half(second) };
    let mut change = Change::default();
    for (_, reminder) in members(snapshot, before).filter(|(_, reminder)| second.contains(&reminder.id)) {
        put(&mut change, reminder, Reminder { delivery: Some(other.id), ..reminder.clone() }, now, ids);
    }
    change.deliveries.extend([Put::over(before.version, half(first)), Put::new(other)]);
    change
}

/// The delivery after an attempt. While one before it may have arrived, a "not now" leaves that open.
fn settled(before: &Delivery, posting: &Posting, result: &Result<Posted, PostError>, now: Timestamp) -> Delivery {
    let unsure = posting.unsure_since.is_some();
    let mut after = Delivery { version: before.version + 1, last_error: None, ..before.clone() };
    let exhausted = before.attempts >= ATTEMPTS_MAX;
    let pause = |after: Option<Duration>| later(now, after).max(later(now, Some(wait(before.attempts))));
    match result {
        Ok(posted) => {
            after.state = DeliveryState::Sent;
            after.message_id = Some(posted.message_id.clone());
        }
        Err(error) => {
            after.last_error = Some(why(error));
            if !matches!(error, PostError::Unknown { .. }) {
                after.unsure_until = posting.unsure_until;
            }
            (after.state, after.next_attempt_at) = match error {
                PostError::Refused { .. } | PostError::TooLong { .. } => (DeliveryState::Dead, now),
                _ if exhausted => (DeliveryState::Dead, now),
                PostError::Later { after, .. } if unsure => (DeliveryState::Unknown, pause(*after)),
                PostError::Later { after, .. } => (DeliveryState::Retry, pause(*after)),
                PostError::Unknown { .. } => (DeliveryState::Unknown, pause(None).max(settles_at(before, now))),
                PostError::Unsettled { after: Some(time), .. } if is_recent(posting, now) => {
                    after.attempts = before.attempts.saturating_sub(1);
                    (DeliveryState::Unknown, later(now, Some((*time).max(wait(1)))))
                }
                PostError::Unsettled { after, .. } => (DeliveryState::Unknown, pause(*after)),
            };
        }
    }
    after
}

/// Why an attempt failed, as its author may read it.
fn why(error: &PostError) -> String {
    match error {
        PostError::Refused { reason } | PostError::TooLong { reason } => reason.clone(),
        other => other.to_string(),
    }
}

/// The wait after an attempt: 5 s, doubled each time, at most an hour.
fn wait(attempts: u32) -> Duration {
    let doubled = 5_u64.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    Duration::from_secs(doubled).min(WAIT_MAX)
}

/// After so long, if that was asked for.
fn later(now: Timestamp, pause: Option<Duration>) -> Timestamp {
    let pause = SignedDuration::try_from(pause.unwrap_or_default()).unwrap_or(SignedDuration::MAX);
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// From when on what this attempt sent is there, or does not come any more: before, nobody can tell by looking for it.
fn settles_at(before: &Delivery, now: Timestamp) -> Timestamp {
    before.unsure_until.unwrap_or(now).saturating_add(TAKEN_WITHIN).unwrap_or(Timestamp::MAX)
}

/// Whether a look that the platform puts off may be waited for as no attempt: of many lost messages one may have to wait for
/// the looks for all the others.
fn is_recent(posting: &Posting, now: Timestamp) -> bool {
    posting.unsure_since.is_some_and(|since| now.duration_since(since) < LOOKED_FOR)
}

/// The reminder failed for good: its author is told in a direct message, unless that is what failed, or there is nothing
/// left to be reminded of.
fn fail(change: &mut Change, loaded: &Loaded, reminder: &Reminder, delivery: &Delivery, now: Timestamp, ids: &dyn Ids) {
    let reason = delivery.last_error.clone().unwrap_or_default();
    let failed = Reminder { state: ReminderState::Failed, reason: Some(reason.clone()), ..reminder.clone() };
    put(change, reminder, failed, now, ids);
    let author = Place::Direct(loaded.task.author);
    if delivery.place == author || !loaded.task.is_open() {
        return;
    }
    let told = Reminder {
        id: ReminderId(ids.fresh()),
        place: author,
        recipients: vec![loaded.task.author],
        at: now,
        state: ReminderState::Scheduled,
        delivery: None,
        reason: Some(format!("It could not be delivered where it was meant to go: {reason}.")),
        version: 1,
        ..reminder.clone()
    };
    change.events.push(stamp(&told, now, ids, |stamp| stamp.reminder(&told)));
    change.reminders.push(Put::new(told));
}
