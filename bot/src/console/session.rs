//! A session: a person at a place, for as long as the process holds it.

use domain::access::Principal;
use domain::message::{ConversationId, Message};
use domain::person::Person;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::service::Tasks;
use domain::tenant::TenantId;
use domain::trace::TraceParent;

/// A person who sits at a terminal.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Who.
    pub person: Person,
    /// The same, as the service knows them.
    pub principal: Principal,
    /// What the terminal shows: a channel, or the direct message with the bot.
    pub place: Place,
}

impl Session {
    /// What the person typed, as a message with a trace of its own.
    #[must_use]
    pub fn message(&self, tasks: &Tasks, text: String) -> Message {
        Message {
            key: None,
            author: self.principal.clone(),
            tenant: TenantId::console(),
            place: self.place.clone(),
            text,
            said_at: tasks.clock.now(),
            trace: TraceParent::root(tasks.ids.fresh()),
        }
    }

    /// What "it" and `undo` are bound to here; the same as [`Message::conversation`] of what is typed here.
    pub(crate) fn conversation(&self) -> ConversationId {
        ConversationId::of(&TenantId::console(), &self.place, self.person.id)
    }

    /// Where reminders reach the person: here, and in their direct message, which has no other terminal.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let direct = Place::Direct(self.person.id);
        if self.place == direct { vec![direct] } else { vec![direct, self.place.clone()] }
    }

    /// The same, for the agenda.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach::Places(TenantId::console(), self.places())
    }

    /// What a terminal shows before a line is typed: `ana> `, `ana #ops> `.
    #[must_use]
    pub fn prompt(&self) -> String {
        match self.place.channel() {
            Some(channel) => format!("{} #{channel}> ", self.person.name),
            None => format!("{}> ", self.person.name),
        }
    }
}
