//! Reminders, and the deliveries that carry them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{DeliveryId, PersonId, ReminderId, TaskId};
use crate::place::Place;
use crate::tenant::TenantId;
use crate::trace::TraceParent;

/// One reminder of a task at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Random.
    pub id: ReminderId,
    /// The task that it reminds of.
    pub task: TaskId,
    /// The task's tenant.
    pub tenant: TenantId,
    /// Where it goes.
    pub place: Place,
    /// Whom it mentions there.
    #[serde(default)]
    pub recipients: Vec<PersonId>,
    /// Who asked for it.
    pub asked_by: PersonId,
    /// When it is to go out; never earlier.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ReminderState,
    /// The message that carries it, once it was claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// Why it failed or was cancelled, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The trace of the command that asked for it, which the posted message goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceParent>,
    /// 1 at first, raised by exactly one with each `REMINDER_*` event.
    pub version: u64,
}

/// When the first of these reminders that still wait will come.
pub fn next_at<'a>(reminders: impl IntoIterator<Item = &'a Reminder>) -> Option<Timestamp> {
    let waiting = reminders.into_iter().filter(|reminder| reminder.state == ReminderState::Scheduled);
    waiting.map(|reminder| reminder.at).min()
}

/// Where a reminder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderState {
    /// It waits for its time.
    Scheduled,
    /// Its time has come and a delivery carries it.
    Due,
    /// It was posted.
    Delivered,
    /// It will not come.
    Cancelled,
    /// It could not be posted.
    Failed,
}

impl ReminderState {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Due => "due",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// One message on its way to a place. Its members are frozen when it is claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Random; also the key by which a platform may know a repeated post.
    pub id: DeliveryId,
    /// The tenant of all members.
    pub tenant: TenantId,
    /// Where it goes.
    pub place: Place,
    /// The reminders that it carries.
    pub members: Vec<ReminderId>,
    /// What it tells besides; it then carries no reminders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried (again), or, while `sending`, after when the attempt counts as lost.
    pub next_attempt_at: Timestamp,
    /// When the first attempt began of which nobody knows whether it arrived, while `sending` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure_since: Option<Timestamp>,
    /// When the last such attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsure_until: Option<Timestamp>,
    /// The platform's id of the message, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What went wrong last, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// 1 at first, raised by each change.
    pub version: u64,
}

/// What somebody whom a task concerns is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The task.
    pub task: TaskId,
    /// What happened.
    pub kind: NoticeKind,
    /// Who did it.
    pub by: PersonId,
}

/// What happened to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It was deleted.
    Deleted,
    /// It was brought back.
    Restored,
    /// It was completed.
    Completed,
    /// It was opened again after it was completed.
    Reopened,
    /// A recipient wants no more reminders of it.
    Stopped,
    /// A recipient wants no more reminders from its author at all.
    StoppedAll,
}

/// Where a delivery stands. `docs/ARCHITECTURE.md` draws the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Claimed in the commit that wrote `REMINDER_DUE`; a cancellation still stops it.
    Claimed,
    /// An attempt was committed; from here a cancellation answers "already going out".
    Sending,
    /// The platform took it.
    Sent,
    /// The platform said no for now.
    Retry,
    /// The platform said no for good, or too often.
    Dead,
    /// Whether the platform took it is not known.
    Unknown,
    /// Every member was cancelled before the first attempt.
    Dropped,
}

impl DeliveryState {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Retry => "retry",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
            Self::Dropped => "dropped",
        }
    }

    /// Whether work is left.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Claimed | Self::Sending | Self::Retry | Self::Unknown)
    }
}
