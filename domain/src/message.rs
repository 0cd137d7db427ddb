//! A chat line on its way in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Principal;
use crate::ids::PersonId;
use crate::place::Place;
use crate::tenant::TenantId;
use crate::trace::TraceParent;

/// One message that somebody typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The platform's id of the event or interaction; what makes a repetition known.
    pub key: Option<String>,
    /// Who typed it.
    pub author: Principal,
    /// In which tenant.
    pub tenant: TenantId,
    /// Where: a direct message, a channel or a thread.
    pub place: Place,
    /// What was typed.
    pub text: String,
    /// When it was said: as the platform tells, if it may have told late; else when it arrived. Never later than now.
    pub said_at: Timestamp,
    /// The trace that begins or goes on with it.
    pub trace: TraceParent,
}

/// Where a conversation takes place and with whom: what "it" and "undo" are bound to. Before the first slash stands its
/// tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub String);

impl ConversationId {
    /// The conversation of this person at this place.
    #[must_use]
    pub fn of(tenant: &TenantId, place: &Place, person: PersonId) -> Self {
        Self(format!("{tenant}/{}/{person}", place.key()))
    }
}

impl Message {
    /// The conversation that the message belongs to: this person at this place.
    #[must_use]
    pub fn conversation(&self) -> ConversationId {
        ConversationId::of(&self.tenant, &self.place, self.author.person)
    }
}
