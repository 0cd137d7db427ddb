//! Reminders on their way: claimed when they are due, delivered by whoever can post there.
//!
//! The rows are the truth. The event on the bus only wakes the loops earlier than their own timers would.

mod deliver;
mod due;
mod lanes;
mod look;
mod post;
mod tenure;
mod turn;

use async_trait::async_trait;
use domain::event::{EventType, Topic};
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::bell::Bell;
use domain::tenant::TenantId;
use tracing::Span;

pub use deliver::Deliverer;
pub use due::Claimer;

use crate::handler::{Handler, Trouble, event_span};
use crate::incoming::Incoming;

/// Wakes the loops of this process when a reminder was made or claimed in another one.
pub struct Reminders {
    bell: Bell,
}

impl Reminders {
    /// The consumer's name.
    pub const NAME: &'static str = "reminders";

    /// Rings this bell.
    #[must_use]
    pub const fn new(bell: Bell) -> Self {
        Self { bell }
    }
}

#[async_trait]
impl Handler for Reminders {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn topics(&self) -> &'static [Topic] {
        &[Topic::Reminders]
    }

    fn chunk(&self) -> usize {
        100
    }

    fn wants(&self, incoming: &Incoming) -> Result<bool, Trouble> {
        Ok(matches!(incoming.event.kind, EventType::ReminderScheduled | EventType::ReminderDue))
    }

    async fn handle(&self, _events: &[Incoming]) -> Result<(), Trouble> {
        self.bell.ring();
        Ok(())
    }

    fn span(&self, incoming: &Incoming) -> Span {
        event_span!("consumer.reminders", incoming)
    }
}

/// Whether a place is within reach.
fn covers(reach: &Reach, tenant: &TenantId, place: &Place) -> bool {
    match reach {
        Reach::Platform(platform) => tenant.platform() == *platform,
        Reach::Places(theirs, places) => theirs == tenant && places.contains(place),
    }
}
