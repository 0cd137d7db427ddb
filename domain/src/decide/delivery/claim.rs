//! Claiming what is due: one delivery per tenant and place, its members frozen from then on.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::put;
use crate::change::{Change, Put};
use crate::command::TaskRef;
use crate::decide::advance::CATCH_UP;
use crate::ids::{DeliveryId, ReminderId, SeriesId, TaskId};
use crate::place::Place;
use crate::ports::clock::Ids;
use crate::reminder::{Delivery, DeliveryState, Reminder, ReminderState};
use crate::series::Series;
use crate::snapshot::{Loaded, Needs, Snapshot};
use crate::task::RepeatFrom;
use crate::tenant::TenantId;

/// The most reminders of one message: what the chat platforms can show of it. Slack's 50 blocks would take 48, but not its
/// some 12,000 characters of all texts together, once each row says how late it is, who asked and what became of it.
pub const MEMBERS_MAX: usize = 40;

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

/// Puts due reminders together by tenant and place, at most [`MEMBERS_MAX`] of them, and of a task one: a message tells its
/// reminders apart by their tasks.
#[must_use]
pub fn groups(due: Vec<Reminder>) -> Vec<Group> {
    let mut places: BTreeMap<(TenantId, Place), Vec<(ReminderId, TaskId)>> = BTreeMap::new();
    for reminder in due {
        places.entry((reminder.tenant, reminder.place)).or_default().push((reminder.id, reminder.task));
    }
    let messages =
        places.into_iter().flat_map(|(key, due)| apart(due).into_iter().map(move |members| (key.clone(), members)));
    messages.map(|((tenant, place), members)| Group::of(tenant, place, &members)).collect()
}

/// Reminders of one place, by message, in their order.
fn apart(due: Vec<(ReminderId, TaskId)>) -> Vec<Vec<(ReminderId, TaskId)>> {
    let mut messages: Vec<Vec<(ReminderId, TaskId)>> = Vec::new();
    for (reminder, task) in due {
        let takes = |message: &&mut Vec<(ReminderId, TaskId)>| {
            message.len() < MEMBERS_MAX && message.iter().all(|(_, other)| *other != task)
        };
        match messages.iter_mut().find(takes) {
            Some(message) => message.push((reminder, task)),
            None => messages.push(vec![(reminder, task)]),
        }
    }
    messages
}

impl Group {
    fn of(tenant: TenantId, place: Place, members: &[(ReminderId, TaskId)]) -> Self {
        let (reminders, tasks) = members.iter().copied().unzip();
        Self { tenant, place, reminders, tasks }
    }

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
