//! Opaque identifiers. Random ones are handed in by [`crate::ports::clock::Ids`]; derived ones are UUIDv5.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of every derived id (UUIDv5 of the product's name in the DNS namespace).
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_3c0a_5a0e_5c1b_9a39_7d1f_2f0b_7a55);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

id!(/// A task, or one occurrence of a series.
    TaskId);
id!(/// A recurring series.
    SeriesId);
id!(/// One reminder of one task.
    ReminderId);
id!(/// One message that carries one or more due reminders to a place.
    DeliveryId);
id!(/// An event; the CloudEvents `id`.
    EventId);
id!(/// A person, whatever names and identities they have.
    PersonId);
id!(/// A list of tasks; derived from what it is bound to, so that a rename changes nothing.
    ListId);
id!(/// An access token's row (never the secret itself).
    TokenId);

impl PersonId {
    /// The product itself: the actor of what a clock makes happen.
    pub const SYSTEM: Self = Self(Uuid::from_u128(0x7a5b_0700_0000_5000_8000_0000_0000_0001));
}

/// A UUIDv5 under Taskbot's namespace of the parts, which are kept apart by an unprintable separator.
pub(crate) fn derived(parts: &[&str]) -> Uuid {
    Uuid::new_v5(&NAMESPACE, parts.join("\u{1f}").as_bytes())
}
