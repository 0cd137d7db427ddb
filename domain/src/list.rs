//! Lists: who may see a task.

use serde::{Deserialize, Serialize};

use crate::ids::{ListId, PersonId, derived};
use crate::place::Channel;
use crate::tenant::TenantId;

/// A list of tasks. Exactly one holds each task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Derived from tenant and kind.
    pub id: ListId,
    /// The tenant that it never leaves.
    pub tenant: TenantId,
    /// Whose it is.
    pub kind: ListKind,
}

/// What a list is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// One person's own list in one tenant.
    Personal(PersonId),
    /// A channel's list, bound to the platform's channel id.
    Channel(String),
}

impl List {
    /// The person's own list.
    #[must_use]
    pub fn personal(tenant: TenantId, person: PersonId) -> Self {
        let id = ListId(derived(&["list", tenant.as_str(), "personal", &person.to_string()]));
        Self { id, tenant, kind: ListKind::Personal(person) }
    }

    /// The list of a channel.
    #[must_use]
    pub fn of_channel(channel: &Channel) -> Self {
        let id = ListId(derived(&["list", channel.tenant.as_str(), "channel", &channel.id]));
        Self { id, tenant: channel.tenant.clone(), kind: ListKind::Channel(channel.id.clone()) }
    }

    /// The channel, of a channel's list.
    #[must_use]
    pub fn channel(&self) -> Option<&str> {
        match &self.kind {
            ListKind::Channel(id) => Some(id),
            ListKind::Personal(_) => None,
        }
    }
}
