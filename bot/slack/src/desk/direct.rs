//! Answers in somebody's direct message. They stay, so that one that Slack may have taken is looked for before it is sent
//! again: twice, it would say that something was done twice.

use domain::ids::DeliveryId;
use domain::place::Place;
use domain::tenant::TenantId;
use jiff::Timestamp;
use tokio::time::sleep;
use tracing::warn;

use super::Desk;
use super::paced::AGAIN;
use crate::api::{CallError, Message};
use crate::look::window;
use crate::render::reminder::{carried, metadata};

impl Desk {
    /// Posts into somebody's direct message, in one line with their reminders; once more where it is known not to be there.
    ///
    /// # Errors
    /// When it is not taken, or it cannot be known whether it was.
    pub(super) async fn post_direct(&self, tenant: &TenantId, user: &str, message: &Message) -> Result<(), CallError> {
        let place = Place::Direct(self.visitors.speaker(tenant, user).await?.person);
        let (id, since) = (DeliveryId(self.turns.tasks().ids.fresh()), self.now());
        let message = Message { metadata: Some(metadata(id)), ..message.clone() };
        let error = match self.post_paced(&place, || self.api.post(&message)).await {
            Err(error @ (CallError::Unknown(_) | CallError::Later { after: None, .. })) => error,
            posted => return posted.map(drop),
        };
        warn!(%error, "a direct message may not have arrived");
        sleep(AGAIN).await;
        if matches!(error, CallError::Unknown(_)) && self.is_there(user, &message, id, since).await? {
            return Ok(());
        }
        self.post_paced(&place, || self.api.post(&message)).await.map(drop)
    }

    /// Whether a direct message that was sent at this time is there.
    async fn is_there(&self, user: &str, sent: &Message, id: DeliveryId, since: Timestamp) -> Result<bool, CallError> {
        let (channel, thread) = (self.api.direct(user).await?, sent.thread_ts.as_deref());
        let page = self.api.messages(&channel, thread, window((since, self.now())), None).await?;
        match page.messages.iter().any(|message| carried(message) == Some(id)) {
            false if page.has_more => Err(CallError::Unknown("more was said since than Slack shows".to_owned())),
            there => Ok(there),
        }
    }
}
