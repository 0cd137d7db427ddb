//! The bot's own page, shown when somebody looks at it and after what they do there.

use bot::Reply;
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
        let (user_id, text) = (user.to_owned(), LIST.to_owned());
        let line = Line { tenant, user: user_id, channel: None, thread: None, key: None, text };
        let list = match self.take(line).await {
            Ok(list) => list,
            Err(error) => return warn!(%error, "a page could not be filled"),
        };
        if let Err(error) = self.api.publish_home(user, &home(&list, told)).await {
            warn!(%error, "a page could not be shown");
        }
    }
}
