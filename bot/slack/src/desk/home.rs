//! The bot's own page, shown when somebody looks at it, after what they do there, and when something changes.

use bot::Reply;
use domain::message::Message;
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, warn};

use super::event::Withheld;
use super::{Desk, Line};
use crate::api::CallError;
use crate::homes::{BETWEEN, Look, PACE};
use crate::render::home::home;

/// What the page shows.
const LIST: &str = "list";
/// How it is shown.
const PUBLISH: &str = "views.publish";

impl Desk {
    /// Somebody looks at the page. It is brought up to date beside the answer: Slack waits for nothing but the receipt.
    pub(super) async fn home_opened(&self, team: &str, user: String, tab: &str) -> Result<(), Withheld> {
        if tab == "home" {
            let (desk, team) = (self.clone(), team.to_owned());
            let show = async move {
                if let Ok(tenant) = desk.tenant(&team).await {
                    desk.show_home(&tenant, &user, None).await;
                }
            };
            tokio::spawn(show.in_current_span());
        }
        Ok(())
    }

    /// Shows somebody their page, and on top of it what was just done there.
    pub(super) async fn show_home(&self, tenant: &TenantId, user: &str, told: Option<&Reply>) {
        match self.glance(tenant, user).await {
            Ok(list) => {
                let plain = home(&list, None);
                self.publish(tenant, user, &home(&list, told), Look::at(&plain)).await;
            }
            Err(error) => warn!(%error, "a page could not be filled"),
        }
    }

    /// Shows another part of a long page.
    pub(super) async fn turn_home(&self, tenant: &TenantId, user: &str, list: &Reply) {
        self.publish(tenant, user, &home(list, None), Look::Elsewhere).await;
    }

    async fn publish(&self, tenant: &TenantId, user: &str, view: &Value, look: Look) {
        match self.call_paced(PUBLISH, || self.api.publish_home(user, view)).await {
            Ok(()) => self.around.homes.shown(tenant, user, look),
            Err(error) => warn!(%error, "a page could not be shown"),
        }
    }

    /// What is on somebody's list. Nobody asked for it, so their conversation does not hear of it.
    async fn glance(&self, tenant: &TenantId, user: &str) -> Result<Reply, PortError> {
        let (user_id, text) = (user.to_owned(), LIST.to_owned());
        let line = Line { tenant: tenant.clone(), user: user_id, channel: None, thread: None, key: None, text };
        let message: Message = self.message(line, TraceParent::root(self.turns.tasks().ids.fresh())).await?;
        Ok(self.turns.glance(message).await)
    }

    /// Keeps the pages that people look at up to date, whoever changes something and in whichever process, until
    /// somebody asks to stop. Changes that come together are shown together.
    pub(crate) async fn keep_homes(&self, stop: CancellationToken) {
        let mut ear = self.turns.tasks().bell.listen();
        let watch = async {
            loop {
                drop(tokio::time::timeout(BETWEEN, ear.heard()).await);
                tokio::time::sleep(PACE).await;
                for (tenant, user) in self.around.homes.watched() {
                    self.within(Some(tenant.clone())).refresh(&tenant, &user).await;
                }
            }
        };
        stop.run_until_cancelled(watch).await;
    }

    /// Shows a page anew if it would say something else, unless Slack wants none at present.
    async fn refresh(&self, tenant: &TenantId, user: &str) {
        if self.around.pace.rests(tenant, PUBLISH).is_some() {
            return;
        }
        let Ok(list) = self.glance(tenant, user).await else { return };
        let view = home(&list, None);
        if !self.around.homes.differs(tenant, user, Look::at(&view)) {
            return;
        }
        match self.api.publish_home(user, &view).await {
            Ok(()) => self.around.homes.shown(tenant, user, Look::at(&view)),
            Err(CallError::Later { after: Some(time), .. }) => self.around.pace.rest(tenant, PUBLISH, time),
            Err(error) => warn!(%error, "a page could not be brought up to date"),
        }
        tokio::time::sleep(PACE).await;
    }
}
