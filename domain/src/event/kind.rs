//! The types of events, the topics they go to and the streams in which they are counted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ReminderId, TaskId};

/// The major version of every contract in `contracts/`.
pub const SCHEMA_MAJOR: u32 = 1;

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What happened. Enum values may be added within a major version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum EventType {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
            /// A type that a newer release added. The bytes of the event say which.
            #[serde(other)]
            Unknown,
        }

        impl EventType {
            /// Every known type, in the order of the contract.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The `type` attribute.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ Self::Unknown => "UNKNOWN" }
            }
        }
    };
}

event_types! {
    /// A task or an occurrence was made.
    TaskCreated = "TASK_CREATED",
    /// Fields changed.
    TaskUpdated = "TASK_UPDATED",
    /// It was done.
    TaskCompleted = "TASK_COMPLETED",
    /// It is open again.
    TaskReopened = "TASK_REOPENED",
    /// It was hidden.
    TaskDeleted = "TASK_DELETED",
    /// Times of a series passed without being done.
    TaskMissed = "TASK_MISSED",
    /// A reminder will come.
    ReminderScheduled = "REMINDER_SCHEDULED",
    /// A reminder will not come.
    ReminderCancelled = "REMINDER_CANCELLED",
    /// A reminder's time has come.
    ReminderDue = "REMINDER_DUE",
    /// A reminder was posted.
    ReminderDelivered = "REMINDER_DELIVERED",
    /// A reminder could not be posted.
    ReminderFailed = "REMINDER_FAILED",
}

impl EventType {
    /// The topic that events of this type go to; of an unknown type that of tasks, which is no more than a guess.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::TaskCreated
            | Self::TaskUpdated
            | Self::TaskCompleted
            | Self::TaskReopened
            | Self::TaskDeleted
            | Self::TaskMissed
            | Self::Unknown => Topic::TaskEvents,
            Self::ReminderScheduled
            | Self::ReminderCancelled
            | Self::ReminderDue
            | Self::ReminderDelivered
            | Self::ReminderFailed => Topic::Reminders,
        }
    }

    /// `urn:taskbot:<contract>:<major>`, the `dataschema` attribute.
    #[must_use]
    pub fn schema(self) -> String {
        let contract = match self.topic() {
            Topic::Reminders => "reminder-event",
            Topic::TaskEvents | Topic::TaskUpdates => "task-event",
        };
        format!("urn:taskbot:{contract}:{SCHEMA_MAJOR}")
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no event type.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no event type")]
pub struct NotAnEventType(String);

impl FromStr for EventType {
    type Err = NotAnEventType;

    /// Takes `TASK_CREATED`, `task_created` and, for tasks, the bare `created`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.to_ascii_uppercase();
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == word || kind.as_str().strip_prefix("TASK_") == Some(word.as_str()))
            .ok_or_else(|| NotAnEventType(text.to_owned()))
    }
}

/// A topic of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// `TASK_*`.
    TaskEvents,
    /// `REMINDER_*`.
    Reminders,
    /// The latest state per task, compacted.
    TaskUpdates,
}

impl Topic {
    /// The topic's name on the bus.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskEvents => "task-events",
            Self::Reminders => "reminders",
            Self::TaskUpdates => "task-updates",
        }
    }
}

/// What a version counts in: each stream's events are numbered 1..n without a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stream {
    /// A task's `TASK_*` events.
    Task(TaskId),
    /// A reminder's `REMINDER_*` events.
    Reminder(ReminderId),
}

impl Stream {
    /// The topic that its events come on.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::Task(_) => Topic::TaskEvents,
            Self::Reminder(_) => Topic::Reminders,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(id) => write!(f, "task/{id}"),
            Self::Reminder(id) => write!(f, "reminder/{id}"),
        }
    }
}

/// The text names no stream.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no stream: expected task/<id> or reminder/<id>")]
pub struct NotAStream(String);

impl FromStr for Stream {
    type Err = NotAStream;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAStream(text.to_owned());
        let (kind, id) = text.split_once('/').ok_or_else(bad)?;
        match kind {
            "task" => id.parse().map(Self::Task).map_err(|_| bad()),
            "reminder" => id.parse().map(Self::Reminder).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }
}
