//! Reminders on their way: claimed -> sending -> sent, retry, dead or unknown. Each step is one commit, so that a
//! crash after any arrow leaves a row that says what to do next.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::advance::CATCH_UP;
use crate::change::{Change, Put};
use crate::event::{Cause, Stamp};
use crate::ids::{DeliveryId, EventId, PersonId, ReminderId, SeriesId};
use crate::place::Place;
use crate::ports::chat::{PostError, Posted, Posting, PostingItem};
use crate::ports::clock::Ids;
use crate::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use crate::snapshot::{Loaded, Needs, Snapshot};
use crate::task::RepeatFrom;
use crate::tenant::TenantId;

/// How long an attempt may take before it counts as lost.
pub const ATTEMPT_LEASE: SignedDuration = SignedDuration::from_secs(60);

/// How often a message is tried before it is given up: about a day with the waits of [`wait`].
pub const ATTEMPTS_MAX: u32 = 30;

/// The longest wait between two attempts.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Due reminders of one tenant for one place: they become one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tenant.
    pub tenant: TenantId,
    /// The place.
    pub place: Place,
    /// The reminders.
    pub reminders: Vec<ReminderId>,
    tasks: Vec<crate::ids::TaskId>,
}

/// Puts due reminders together by tenant and place.
#[must_use]
pub fn groups(due: Vec<Reminder>) -> Vec<Group> {
    let mut groups: BTreeMap<(TenantId, Place), Group> = BTreeMap::new();
    for reminder in due {
        let key = (reminder.tenant.clone(), reminder.place.clone());
        let group = groups.entry(key).or_insert_with_key(|(tenant, place)| Group {
            tenant: tenant.clone(),
            place: place.clone(),
            reminders: Vec::new(),
            tasks: Vec::new(),
        });
        group.reminders.push(reminder.id);
        group.tasks.push(reminder.task);
    }
    groups.into_values().collect()
}

impl Group {
    /// What must be loaded to claim it.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::in_tenant(self.tenant.clone());
        needs.tasks = self.tasks.iter().map(|task| crate::command::TaskRef::Id(*task)).collect();
        needs
    }
}

/// What claiming a group comes to.
#[derive(Clone, Debug, Default)]
pub struct Claim {
    /// The delivery, and `REMINDER_DUE` for each member; nothing if none is left.
    pub change: Change,
    /// Series whose reminder is too late to be sent: they must be advanced.
    pub stale_series: Vec<(TenantId, SeriesId)>,
}

/// Claims what is still due: one delivery with all members, frozen from here on.
#[must_use]
pub fn claim(snapshot: &Snapshot, group: &Group, now: Timestamp, ids: &dyn Ids) -> Claim {
    let mut claim = Claim::default();
    let mut members = Vec::new();
    for (loaded, reminder) in still_due(snapshot, group, now) {
        match stale_series(loaded, now) {
            Some(series) => claim.stale_series.push((group.tenant.clone(), series)),
            None => members.push(reminder),
        }
    }
    if members.is_empty() {
        return claim;
    }
    let id = DeliveryId(ids.fresh());
    for before in &members {
        let after = Reminder { state: ReminderState::Due, delivery: Some(id), ..(*before).clone() };
        put(&mut claim.change, before, after, now, ids);
    }
    claim.change.deliveries.push(Put::new(Delivery {
        id,
        tenant: group.tenant.clone(),
        place: group.place.clone(),
        members: members.iter().map(|reminder| reminder.id).collect(),
        state: DeliveryState::Claimed,
        attempts: 0,
        next_attempt_at: now,
        message_id: None,
        last_error: None,
        version: 1,
    }));
    claim
}

fn still_due<'a>(
    snapshot: &'a Snapshot,
    group: &'a Group,
    now: Timestamp,
) -> impl Iterator<Item = (&'a Loaded, &'a Reminder)> {
    let all = snapshot.tasks.values().flat_map(|loaded| loaded.reminders.iter().map(move |one| (loaded, one)));
    all.filter(move |(_, reminder)| {
        reminder.state == ReminderState::Scheduled && reminder.at <= now && group.reminders.contains(&reminder.id)
    })
}

/// The series of an occurrence whose time is longer past than the catch-up reaches.
fn stale_series(loaded: &Loaded, now: Timestamp) -> Option<SeriesId> {
    let seat = loaded.task.recurring.as_ref().filter(|seat| seat.repeat_from == RepeatFrom::Schedule)?;
    let recent = now.saturating_sub(CATCH_UP).unwrap_or(Timestamp::MIN);
    (seat.scheduled_at < recent).then_some(seat.series)
}

/// An attempt that was committed and may now be posted, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// What to post.
    pub posting: Posting,
    /// The delivery's version after `sending`: whoever finds another one has lost the attempt.
    pub version: u64,
}

/// Begins an attempt of a delivery that is open and whose time has come. Members that were cancelled before the
/// first attempt fall out; with none left the delivery is dropped.
#[must_use]
pub fn begin(snapshot: &Snapshot, id: DeliveryId, now: Timestamp) -> Option<(Change, Option<Attempt>)> {
    let before = snapshot.deliveries.get(&id)?;
    if !before.state.is_open() || before.next_attempt_at > now {
        return None;
    }
    let items = items(snapshot, before, now);
    let mut after = Delivery { version: before.version + 1, ..before.clone() };
    after.members = items.iter().map(|(reminder, _)| reminder.id).collect();
    after.state = if items.is_empty() { DeliveryState::Dropped } else { DeliveryState::Sending };
    after.attempts += 1;
    after.next_attempt_at = now.saturating_add(ATTEMPT_LEASE).unwrap_or(Timestamp::MAX);
    let attempt = (!items.is_empty()).then(|| attempt(&after, items));
    let change = Change { deliveries: vec![Put::over(before.version, after)], ..Change::default() };
    Some((change, attempt))
}

fn attempt(delivery: &Delivery, items: Vec<(&Reminder, PostingItem)>) -> Attempt {
    let trace = items.first().and_then(|(reminder, _)| reminder.trace.clone());
    let posting = Posting {
        delivery: delivery.id,
        tenant: delivery.tenant.clone(),
        place: delivery.place.clone(),
        items: items.into_iter().map(|(_, item)| item).collect(),
        attempt: delivery.attempts,
        trace,
    };
    Attempt { posting, version: delivery.version }
}

fn items<'a>(snapshot: &'a Snapshot, delivery: &Delivery, now: Timestamp) -> Vec<(&'a Reminder, PostingItem)> {
    let mut items: Vec<_> =
        members(snapshot, delivery).map(|(loaded, one)| (one, item(snapshot, loaded, one, now))).collect();
    items.sort_by_key(|(reminder, _)| (reminder.at, reminder.id));
    items
}

/// The members that a message still carries.
fn members<'a>(snapshot: &'a Snapshot, delivery: &Delivery) -> impl Iterator<Item = (&'a Loaded, &'a Reminder)> {
    let frozen = delivery.members.clone();
    let all = snapshot.tasks.values().flat_map(|loaded| loaded.reminders.iter().map(move |one| (loaded, one)));
    all.filter(move |(_, one)| one.state == ReminderState::Due && frozen.contains(&one.id))
}

fn item(snapshot: &Snapshot, loaded: &Loaded, reminder: &Reminder, now: Timestamp) -> PostingItem {
    let named = |id: PersonId| {
        let name = snapshot.people.get(&id).map_or_else(|| "somebody".to_owned(), |person| person.name.clone());
        (id, name)
    };
    let for_themselves = reminder.recipients == [reminder.asked_by];
    PostingItem {
        reminder: reminder.id,
        task: loaded.task.clone(),
        at: reminder.at,
        late: Duration::try_from(now.duration_since(reminder.at)).unwrap_or_default(),
        recipients: reminder.recipients.iter().copied().map(named).collect(),
        asked_by: (!for_themselves).then(|| named(reminder.asked_by)),
        undone_since: loaded.task.recurring.as_ref().and_then(|seat| seat.undone_since),
        note: reminder.reason.clone(),
    }
}

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
    let after = settled(before, result, now);
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

/// The delivery after an attempt.
fn settled(before: &Delivery, result: &Result<Posted, PostError>, now: Timestamp) -> Delivery {
    let mut after = Delivery { version: before.version + 1, last_error: None, ..before.clone() };
    let exhausted = before.attempts >= ATTEMPTS_MAX;
    let pause = |after: Option<Duration>| {
        let asked = after.and_then(|pause| SignedDuration::try_from(pause).ok()).unwrap_or(SignedDuration::ZERO);
        now.saturating_add(wait(before.attempts).max(asked)).unwrap_or(Timestamp::MAX)
    };
    match result {
        Ok(posted) => {
            after.state = DeliveryState::Sent;
            after.message_id = Some(posted.message_id.clone());
        }
        Err(error) => {
            after.last_error = Some(error.to_string());
            (after.state, after.next_attempt_at) = match error {
                PostError::Refused { .. } => (DeliveryState::Dead, now),
                _ if exhausted => (DeliveryState::Dead, now),
                PostError::Later { after, .. } => (DeliveryState::Retry, pause(*after)),
                PostError::Unknown { .. } => (DeliveryState::Unknown, pause(None)),
            };
        }
    }
    after
}

/// The wait after an attempt: 5 s, doubled each time, at most an hour.
fn wait(attempts: u32) -> SignedDuration {
    let doubled = 5_i64.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    SignedDuration::from_secs(doubled).min(WAIT_MAX)
}

/// The reminder failed for good: its author is told in a direct message, unless that is what failed.
fn fail(change: &mut Change, loaded: &Loaded, reminder: &Reminder, delivery: &Delivery, now: Timestamp, ids: &dyn Ids) {
    let reason = delivery.last_error.clone().unwrap_or_default();
    let failed = Reminder { state: ReminderState::Failed, reason: Some(reason.clone()), ..reminder.clone() };
    put(change, reminder, failed, now, ids);
    let author = Place::Direct(loaded.task.author);
    if delivery.place == author {
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
