//! Claiming what is due: one delivery per tenant and place, its members frozen from then on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::put;
use crate::change::{Change, Put};
use crate::command::TaskRef;
use crate::decide::advance::CATCH_UP;
use crate::ids::{DeliveryId, PersonId, ReminderId, SeriesId, TaskId};
use crate::place::Place;
use crate::ports::clock::Ids;
use crate::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use crate::series::Series;
use crate::snapshot::{Loaded, Needs, Snapshot};
use crate::task::{ASSIGNEES_MAX, RepeatFrom};
use crate::tenant::TenantId;

/// The most reminders of one message: what the chat platforms can show of it. Slack's 50 blocks would take 48, but not its
/// some 12,000 characters of all texts together, once each row says how late it is, whom it calls, who asked and what became of
/// it.
pub const MEMBERS_MAX: usize = 35;

/// The most people whom one message calls; whoever is called by several of its reminders counts once.
pub const CALLED_MAX: usize = ASSIGNEES_MAX;

/// Due reminders of one tenant for one place: they become one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The tenant.
    pub tenant: TenantId,
    /// The place.
    pub place: Place,
    /// The reminders.
    pub reminders: Vec<ReminderId>,
    tasks: Vec<TaskId>,
}

/// Puts due reminders together by tenant and place, at most [`MEMBERS_MAX`] of them, which call at most [`CALLED_MAX`]
/// people, and of a task one: a message tells its reminders apart by their tasks.
#[must_use]
pub fn groups(due: Vec<Reminder>) -> Vec<Group> {
    let mut places: BTreeMap<(TenantId, Place), Vec<Shared>> = BTreeMap::new();
    for reminder in due {
        let messages = places.entry((reminder.tenant.clone(), reminder.place.clone())).or_default();
        match messages.iter_mut().find(|message| message.takes(&reminder)) {
            Some(message) => message.add(&reminder),
            None => {
                let mut message = Shared::default();
                message.add(&reminder);
                messages.push(message);
            }
        }
    }
    let messages =
        places.into_iter().flat_map(|(key, messages)| messages.into_iter().map(move |one| (key.clone(), one)));
    messages.map(|((tenant, place), one)| Group { tenant, place, reminders: one.reminders, tasks: one.tasks }).collect()
}

/// What shares a message.
#[derive(Debug, Default)]
struct Shared {
    reminders: Vec<ReminderId>,
    tasks: Vec<TaskId>,
    called: BTreeSet<PersonId>,
}

impl Shared {
    fn takes(&self, reminder: &Reminder) -> bool {
        let newly = reminder.recipients.iter().filter(|person| !self.called.contains(person)).count();
        self.reminders.len() < MEMBERS_MAX
            && self.called.len() + newly <= CALLED_MAX
            && !self.tasks.contains(&reminder.task)
    }

    fn add(&mut self, reminder: &Reminder) {
        self.reminders.push(reminder.id);
        self.tasks.push(reminder.task);
        self.called.extend(&reminder.recipients);
    }
}

impl Group {
    /// What must be loaded to claim it.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::in_tenant(self.tenant.clone());
        needs.tasks = self.tasks.iter().map(|task| TaskRef::Id(*task)).collect();
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
        match stale_series(snapshot, loaded, now) {
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
        notice: None,
        state: DeliveryState::Claimed,
        attempts: 0,
        next_attempt_at: now,
        unsure_since: None,
        unsure_until: None,
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
fn stale_series(snapshot: &Snapshot, loaded: &Loaded, now: Timestamp) -> Option<SeriesId> {
    let seat = loaded.task.recurring.as_ref().filter(|seat| seat.repeat_from == RepeatFrom::Schedule)?;
    let recent = now.saturating_sub(CATCH_UP).unwrap_or(Timestamp::MIN);
    let goes_on = |series: &Series| series.is_active() && series.current == loaded.task.id;
    let goes_on = snapshot.series.get(&seat.series).is_some_and(goes_on);
    (goes_on && seat.scheduled_at < recent).then_some(seat.series)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn due(nth: u128, recipients: impl Iterator<Item = u128>) -> Reminder {
        Reminder {
            id: ReminderId(Uuid::from_u128(nth)),
            task: TaskId(Uuid::from_u128(nth)),
            tenant: TenantId::console(),
            place: Place::Channel("ops".to_owned()),
            recipients: recipients.map(|person| PersonId(Uuid::from_u128(person))).collect(),
            asked_by: PersonId(Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
            state: ReminderState::Scheduled,
            delivery: None,
            reason: None,
            trace: None,
            version: 1,
        }
    }

    fn sizes(due: impl Iterator<Item = Reminder>) -> Vec<usize> {
        groups(due.collect()).iter().map(|group| group.reminders.len()).collect()
    }

    #[test]
    fn one_message_calls_so_many_people_and_whoever_it_calls_twice_counts_once() {
        assert_eq!(sizes((0..36).map(|nth| due(nth, 0..50))), [MEMBERS_MAX, 1]);
        assert_eq!(sizes((0..4).map(|nth| due(nth, nth * 20..nth * 20 + 20))), [2, 2]);
        assert_eq!(sizes((0..3).map(|nth| due(nth, 0..60 + nth))), [1, 1, 1]);
    }
}
