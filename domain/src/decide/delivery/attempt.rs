//! Beginning an attempt: from its commit on, a cancellation comes too late.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{frozen, members};
use crate::change::{Change, Put};
use crate::ids::{DeliveryId, PersonId};
use crate::ports::chat::{News, Posting, PostingItem};
use crate::reminder::{Delivery, DeliveryState, Notice, Reminder};
use crate::snapshot::{Loaded, Snapshot};

/// How long an attempt may take before it counts as lost: so long a reminder waits whose process died while it posted.
pub const ATTEMPT_LEASE: SignedDuration = SignedDuration::from_secs(15);

/// What was sent is taken this soon after its attempt began, or not at all: no platform is waited for longer.
pub const TAKEN_WITHIN: SignedDuration = SignedDuration::from_secs(11);

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
    let news = before.notice.as_ref().and_then(|notice| news(snapshot, notice));
    let nothing = items.is_empty() && news.is_none();
    let unsure = unsure(before, now);
    let mut after = Delivery { version: before.version + 1, ..before.clone() };
    after.members = items.iter().map(|(reminder, _)| reminder.id).collect();
    after.state = if nothing { DeliveryState::Dropped } else { DeliveryState::Sending };
    after.attempts += 1;
    after.unsure_since = Some(unsure.map_or(now, |(since, _)| since));
    after.unsure_until = Some(now);
    after.next_attempt_at = now.saturating_add(ATTEMPT_LEASE).unwrap_or(Timestamp::MAX);
    let attempt = (!nothing).then(|| attempt(&after, items, news, unsure));
    let change = Change { deliveries: vec![Put::over(before.version, after)], ..Change::default() };
    Some((change, attempt))
}

/// When the first and the last attempt before this one began that may have brought a message, if one was lost.
fn unsure(before: &Delivery, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let lost = matches!(before.state, DeliveryState::Sending | DeliveryState::Unknown);
    lost.then(|| (before.unsure_since.unwrap_or(now), before.unsure_until.unwrap_or(now)))
}

fn attempt(
    delivery: &Delivery,
    items: Vec<(&Reminder, PostingItem)>,
    news: Option<News>,
    unsure: Option<(Timestamp, Timestamp)>,
) -> Attempt {
    let trace = items.first().and_then(|(reminder, _)| reminder.trace.clone());
    let posting = Posting {
        delivery: delivery.id,
        tenant: delivery.tenant.clone(),
        place: delivery.place.clone(),
        items: items.into_iter().map(|(_, item)| item).collect(),
        news,
        attempt: delivery.attempts,
        unsure_since: unsure.map(|(since, _)| since),
        unsure_until: unsure.map(|(_, until)| until),
        trace,
    };
    Attempt { posting, version: delivery.version }
}

fn news(snapshot: &Snapshot, notice: &Notice) -> Option<News> {
    let task = snapshot.tasks.get(&notice.task)?.task.clone();
    Some(News { kind: notice.kind, task, by: named(snapshot, notice.by) })
}

fn items<'a>(snapshot: &'a Snapshot, delivery: &Delivery, now: Timestamp) -> Vec<(&'a Reminder, PostingItem)> {
    in_order(members(snapshot, delivery).map(|(loaded, one)| (one, item(snapshot, loaded, one, now))))
}

/// What a message said that was posted at this time, of the tasks as they are now; in the order in which it said it.
#[must_use]
pub fn posted(snapshot: &Snapshot, delivery: &Delivery, at: Timestamp) -> Vec<PostingItem> {
    let items = in_order(frozen(snapshot, delivery).map(|(loaded, one)| (one, item(snapshot, loaded, one, at))));
    items.into_iter().map(|(_, item)| item).collect()
}

fn in_order<'a>(items: impl Iterator<Item = (&'a Reminder, PostingItem)>) -> Vec<(&'a Reminder, PostingItem)> {
    let mut items: Vec<_> = items.collect();
    items.sort_by_key(|(reminder, _)| (reminder.at, reminder.id));
    items
}

fn item(snapshot: &Snapshot, loaded: &Loaded, reminder: &Reminder, now: Timestamp) -> PostingItem {
    let for_themselves = reminder.recipients == [reminder.asked_by];
    PostingItem {
        reminder: reminder.id,
        task: loaded.task.clone(),
        at: reminder.at,
        late: Duration::try_from(now.duration_since(reminder.at)).unwrap_or_default(),
        recipients: reminder.recipients.iter().map(|id| named(snapshot, *id)).collect(),
        asked_by: (!for_themselves).then(|| named(snapshot, reminder.asked_by)),
        undone_since: loaded.task.recurring.as_ref().and_then(|seat| seat.undone_since),
        note: reminder.reason.clone(),
    }
}

fn named(snapshot: &Snapshot, id: PersonId) -> (PersonId, String) {
    let name = snapshot.people.get(&id).map_or_else(|| "somebody".to_owned(), |person| person.name.clone());
    (id, name)
}
