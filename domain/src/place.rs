//! Places: where a reminder goes.

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::tenant::TenantId;

/// A platform's channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Channel {
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// The platform's id; on the console the name after `--channel`.
    pub id: String,
}

/// Where a message can be posted, within the tenant of the task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The direct message with a person.
    Direct(PersonId),
    /// A channel, by the platform's id.
    Channel(String),
    /// A thread in a channel.
    Thread {
        /// The platform's channel id.
        channel: String,
        /// The platform's thread id.
        thread: String,
    },
}

impl Place {
    /// The channel of the place, unless it is a direct message.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        match self {
            Self::Direct(_) => None,
            Self::Channel(channel) | Self::Thread { channel, .. } => Some(channel),
        }
    }

    /// One stable text for the place: what deliveries are grouped and leased by.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Direct(person) => format!("direct/{person}"),
            Self::Channel(channel) => format!("channel/{channel}"),
            Self::Thread { channel, thread } => format!("channel/{channel}/{thread}"),
        }
    }
}

/// A place that somebody chose for a reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Where it goes.
    pub place: Place,
    /// Whether it mentions the author there when nobody is assigned (`remind me`, typed in a channel).
    pub mentions_author: bool,
}
