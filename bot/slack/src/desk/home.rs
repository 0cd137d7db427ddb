//! The bot's own page, shown when somebody looks at it, after what they do there, and when something changes.

use std::collections::HashMap;
use std::sync::Arc;

use bot::Reply;
use bot::reply::Verdict;
use domain::message::Message;
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::event::Withheld;
use super::{Desk, Line};
use crate::api::CallError;
use crate::homes::{BETWEEN, PACE};
use crate::inbound::payload::Looked;
use crate::render::home::{home, with_word};

/// What the page shows, unless its reader has turned it.
pub(super) const LIST: &str = "list";
/// How it is shown.
const PUBLISH: &str = "views.publish";

impl Desk {
    /// Somebody looks at the page. It is brought up to date beside the answer: Slack waits for nothing but the receipt.
    /// Their profile is read after it, so that Slack is asked no faster than it takes pages.
    pub(super) async fn home_opened(&self, team: &str, user: String, tab: &str) -> Result<(), Withheld> {
        if tab == "home" {
            let (desk, team) = (self.clone(), team.to_owned());
            let show = async move {
                let Ok(tenant) = desk.tenant(&team).await else { return };
                if let Err(error) = desk.show_home(&tenant, &user, LIST, None).await {
                    warn!(%error, "a page could not be filled");
                }
                if let Err(error) = desk.look_at_profile(&tenant, &user).await {
                    debug!(%error, "a profile could not be looked at");
                }
            };
            self.beside(show);
        }
        Ok(())
    }

    /// Shows somebody their page, turned to where it is, and on top of it what was just done there.
    ///
    /// # Errors
    /// When it is not known what is on it.
    pub(super) async fn show_done(
        &self,
        tenant: &TenantId,
        user: &str,
        page: &Looked,
        done: &Reply,
    ) -> Result<(), PortError> {
        self.show_home(tenant, user, line_of(page), Some(done)).await
    }

    async fn show_home(
        &self,
        tenant: &TenantId,
        user: &str,
        line: &str,
        told: Option<&Reply>,
    ) -> Result<(), PortError> {
        let (line, list) = self.glance(tenant, user, line).await?;
        if told.is_some() && list.verdict == Verdict::Failed {
            return Err(unread());
        }
        self.publish(tenant, user, (&line, &list), told).await;
        Ok(())
    }

    /// Puts an answer on top of a page that somebody sees, and leaves the rest as it is.
    pub(super) async fn tell_at_home(&self, tenant: &TenantId, user: &str, page: &Looked, answer: &Value) {
        let line = line_of(page);
        let view = with_word(&page.blocks, line, answer["text"].as_str().unwrap_or_default());
        match self.call_paced(PUBLISH, || self.api.publish_home(user, &view, None)).await {
            Ok(hash) => {
                self.around.homes.told(tenant, user, (line, &view), hash);
                self.note_look(tenant, user);
            }
            Err(error) => warn!(%error, "a page could not be shown"),
        }
    }

    /// Shows another part of a long page: what this line says.
    pub(super) async fn turn_home(&self, tenant: &TenantId, user: &str, line: &str, list: &Reply) {
        self.publish(tenant, user, (line, list), None).await;
    }

    async fn publish(&self, tenant: &TenantId, user: &str, (line, list): (&str, &Reply), told: Option<&Reply>) {
        let view = home(list, line, told);
        match self.call_paced(PUBLISH, || self.api.publish_home(user, &view, None)).await {
            Ok(hash) => {
                self.around.homes.shown(tenant, user, (line, &home(list, line, None)), hash);
                self.note_look(tenant, user);
            }
            Err(error) => warn!(%error, "a page could not be shown"),
        }
    }

    /// What a line shows of somebody's list, and the line. Where nothing is left there, it is the list from its beginning.
    /// Nobody asked for it, so their conversation does not hear of it.
    async fn glance(&self, tenant: &TenantId, user: &str, line: &str) -> Result<(String, Reply), PortError> {
        let mut line = line;
        loop {
            let said = Line::of(tenant.clone(), user.to_owned(), line.to_owned());
            let message: Message = self.message(said, TraceParent::root(self.turns.tasks().ids.fresh())).await?;
            let list = self.turns.glance(message).await;
            if line == LIST || list.verdict == Verdict::Failed || !list.tasks.is_empty() {
                return Ok((line.to_owned(), list));
            }
            line = LIST;
        }
    }

    /// Keeps the pages that people look at up to date, whoever changes something and in whichever process, until
    /// somebody asks to stop, and those of processes that are gone. Changes that come together are shown together; each
    /// tenant has its own keeper, so that a workspace that is slow to take its pages holds up no other.
    pub(crate) async fn keep_homes(&self, stop: CancellationToken) {
        let mut ear = self.turns.tasks().bell.listen();
        let watch = async {
            let (mut keepers, mut wakes) = (JoinSet::new(), HashMap::<TenantId, Arc<Notify>>::new());
            loop {
                drop(tokio::time::timeout(BETWEEN, ear.heard()).await);
                tokio::time::sleep(PACE).await;
                for tenant in self.around.homes.tenants() {
                    let wake = wakes.entry(tenant).or_insert_with_key(|tenant| {
                        let wake = Arc::<Notify>::default();
                        keepers.spawn(self.clone().keep_homes_of(tenant.clone(), Arc::clone(&wake)));
                        wake
                    });
                    wake.notify_one();
                }
            }
        };
        stop.run_until_cancelled(async { tokio::join!(watch, self.take_over_homes()) }).await;
    }

    /// Looks at the pages of a tenant, one after the other, whenever it is woken; also when it was woken meanwhile.
    async fn keep_homes_of(self, tenant: TenantId, wake: Arc<Notify>) {
        let desk = self.within(Some(tenant.clone()));
        loop {
            wake.notified().await;
            for (user, line) in desk.around.homes.watched(&tenant) {
                desk.refresh(&tenant, &user, &line).await;
            }
        }
    }

    /// Shows a page anew if it would say something else, unless Slack wants none at present, or its reader has turned it.
    async fn refresh(&self, tenant: &TenantId, user: &str, line: &str) {
        if self.around.pace.rests(tenant, PUBLISH).is_some() {
            return;
        }
        let looking = self.around.homes.turn().await;
        let Ok((now, list)) = self.glance(tenant, user, line).await else { return };
        drop(looking);
        if list.verdict == Verdict::Failed {
            return;
        }
        let view = home(&list, &now, None);
        let homes = &self.around.homes;
        let Some(hash) = homes.outdated(tenant, user, (line, &view)) else { return };
        match self.api.publish_home(user, &view, Some(&hash)).await {
            Ok(renewed) => homes.renewed(tenant, user, &hash, (&now, &view), renewed),
            Err(error) if error.is_overtaken() => homes.leave(tenant, user, &hash),
            Err(CallError::Refused(word)) => {
                warn!(word, "Slack refuses a page, which is left as it is");
                homes.leave(tenant, user, &hash);
            }
            Err(CallError::Later { after: Some(time), .. }) => self.around.pace.rest(tenant, PUBLISH, time),
            Err(error) => warn!(%error, "a page could not be brought up to date"),
        }
        tokio::time::sleep(PACE).await;
    }
}

/// What a page shows.
fn line_of(page: &Looked) -> &str {
    Some(page.private_metadata.as_str()).filter(|line| !line.is_empty()).unwrap_or(LIST)
}

/// While nobody says what is on a page, it stays as it is.
fn unread() -> PortError {
    PortError::Unavailable { backend: "store", reason: "the list could not be read".to_owned() }
}
