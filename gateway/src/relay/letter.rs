//! Rows that a broker will never take.

use domain::ports::bus::{Message, Rejected};
use domain::ports::error::PortError;
use domain::ports::inbox::DeadLetter;
use tracing::error;

use super::outgoing::Outgoing;
use super::{Relay, meter};

impl Relay {
    /// Makes dead letters of what was rejected. A row's event and the task update that follows from it have one
    /// origin, so they are one letter.
    pub(super) async fn bury(
        &self,
        outgoing: &Outgoing,
        messages: &[(usize, Message<'_>)],
        rejected: &[Rejected],
    ) -> Result<(), PortError> {
        for Rejected { index, reason } in rejected {
            let Some((row, message)) = messages.get(*index) else { continue };
            let row = &outgoing.rows()[*row];
            let letter = DeadLetter {
                id: 0,
                consumer: Self::NAME.to_owned(),
                topic: message.topic.as_str().to_owned(),
                origin: format!("outbox@{}", row.position),
                reason: reason.clone(),
                payload: row.payload.clone(),
                at: self.clock.now(),
                replayed_at: None,
            };
            self.inbox.bury(&letter).await?;
            error!(origin = letter.origin, reason, "an event cannot be published: see `taskbot dead-letters`");
        }
        meter::rejected(rejected.len());
        Ok(())
    }
}
