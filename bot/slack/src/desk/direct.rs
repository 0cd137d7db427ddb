//! Answers in somebody's direct message. They stay, so that one that Slack may have taken is looked for before it is sent
//! again: twice, it would say that something was done twice.

use domain::decide::delivery::TAKEN_WITHIN;
use domain::ids::DeliveryId;
use domain::place::Place;
use domain::tenant::TenantId;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::warn;

use super::Desk;
use super::paced::AGAIN;
use crate::api::{CallError, Message};
use crate::look::{HISTORY, window};
use crate::render::reminder::{carried, metadata};

/// When an attempt began of which it is not known whether Slack took it.
type Begun = (Timestamp, Instant);

impl Desk {
    /// Posts into somebody's direct message, in one line with their reminders; once more where it is known not to be there.
    ///
    /// # Errors
    /// [`CallError::Unknown`] when it may be there, any other when it is not.
    pub(super) async fn post_direct(&self, tenant: &TenantId, user: &str, message: &Message) -> Result<(), CallError> {
        let place = Place::Direct(self.visitors.speaker(tenant, user).await?.person);
        let id = DeliveryId(self.turns.tasks().ids.fresh());
        let message = Message { metadata: Some(metadata(id)), ..message.clone() };
        match self.post_paced(&place, || self.attempt(&message)).await {
            Ok(None) => return Ok(()),
            Ok(Some(begun)) => {
                if self.is_there(user, &message, id, begun).await? {
                    return Ok(());
                }
            }
            Err(error @ CallError::Later { after: None, .. }) => {
                warn!(%error, "a direct message is sent again");
                sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
        self.post_paced(&place, || self.api.post(&message)).await.map(drop)
    }

    /// Posts it. When that began, if it is not known whether Slack took it.
    async fn attempt(&self, message: &Message) -> Result<Option<Begun>, CallError> {
        let begun = (self.now(), Instant::now());
        match self.api.post(message).await {
            Err(CallError::Unknown(reason)) => {
                warn!(reason, "a direct message may not have arrived");
                Ok(Some(begun))
            }
            posted => posted.map(|_| None),
        }
    }

    /// Whether a direct message is there, once Slack takes it no more if it has not.
    ///
    /// # Errors
    /// [`CallError::Unknown`] when Slack does not say.
    async fn is_there(
        &self,
        user: &str,
        sent: &Message,
        id: DeliveryId,
        (at, begun): Begun,
    ) -> Result<bool, CallError> {
        sleep_until(begun + TAKEN_WITHIN.unsigned_abs()).await;
        let looked = self.call_paced(HISTORY, || async {
            let (channel, thread) = (self.api.known_direct(user).await?, sent.thread_ts.as_deref());
            self.api.messages(&channel, thread, window((at, at)), None).await
        });
        let page = looked.await.map_err(|error| CallError::Unknown(error.to_string()))?;
        match page.messages.iter().any(|message| carried(message) == Some(id)) {
            false if page.has_more => Err(CallError::Unknown("more was said since than Slack shows".to_owned())),
            there => Ok(there),
        }
    }
}

/// Whether a direct message is there, or may be: it is not to be given again.
pub(super) const fn may_be_there(sent: &Result<(), CallError>) -> bool {
    matches!(sent, Ok(()) | Err(CallError::Unknown(_)))
}
