//! The bot's own page, shown when somebody looks at it and after what they do there.

use bot::Reply;
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use tracing::{Instrument, warn};

use super::event::Withheld;
use super::{Desk, Line};
use crate::render::home::home;

/// What the page shows.
const LIST: &str = "list";

impl Desk {
    /// Somebody looks at the page. It is brought up to date beside the answer: Slack waits for nothing but the receipt.
    pub(super) async fn home_opened(&self, team: &str, user: String, tab: &str) -> Result<(), Withheld> {
        if tab == "home" {
            let (desk, team) = (self.clone(), team.to_owned());
            tokio::spawn(async move { desk.show_home(&team, &user, None).await }.in_current_span());
        }
        Ok(())
    }

    /// Shows somebody their page, and on top of it what was just done there.
    pub(super) async fn show_home(&self, team: &str, user: &str, told: Option<&Reply>) {
        let Ok(tenant) = self.tenant(team).await else { return };
        let list = match self.list_of(tenant, user).await {
            Ok(list) => list,
            Err(error) => return warn!(%error, "a page could not be filled"),
        };
        if let Err(error) = self.api.publish_home(user, &home(&list, told)).await {
            warn!(%error, "a page could not be shown");
        }
    }

    async fn list_of(&self, tenant: TenantId, user: &str) -> Result<Reply, PortError> {
        let trace = TraceParent::root(self.turns.tasks().ids.fresh());
        let user = user.to_owned();
        let line = Line { tenant, user, channel: None, thread: None, key: None, text: LIST.to_owned() };
        let message = self.message(line, trace).await?;
        Ok(self.turns.take(message).await)
    }
}
