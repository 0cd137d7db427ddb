//! Pages are noted under a watch of this process when they are shown, so that another one follows them when this one is
//! gone, and this one those of others.

use std::time::Duration;

use domain::person::Identity;
use domain::ports::error::PortError;
use domain::tenant::TenantId;
use jiff::Timestamp;
use tokio::time::sleep;
use tracing::debug;

use super::Desk;
use super::home::LIST;
use crate::homes::{MOST, WATCHED_FOR};

/// How often it is looked for pages that nobody follows any more.
const LOOK: Duration = Duration::from_secs(10);

impl Desk {
    /// Notes, beside all else, that somebody was shown their page, and that this process follows it.
    pub(super) fn note_look(&self, tenant: &TenantId, user: &str) {
        let (desk, identity, at) =
            (self.clone(), Identity { tenant: tenant.clone(), user: user.to_owned() }, self.now());
        self.beside(async move {
            if let Err(error) = desk.note_look_at(&identity, at).await {
                debug!(%error, "a look at a page could not be noted");
            }
        });
    }

    /// While there is no watch nothing is noted: that follows when there is one.
    async fn note_look_at(&self, identity: &Identity, at: Timestamp) -> Result<(), PortError> {
        let Some(watch) = self.around.watches.own() else { return Ok(()) };
        self.turns.tasks().people.look_at_home(identity, at, watch).await
    }

    /// Takes over the pages of processes that are gone, for ever.
    pub(super) async fn take_over_homes(&self) {
        loop {
            if let Err(error) = self.take_watches().await {
                debug!(%error, "pages that nobody follows could not be looked for");
            }
            sleep(LOOK).await;
        }
    }

    /// Takes the watches that nobody holds any more, and notes what was shown while there was none.
    async fn take_watches(&self) -> Result<(), PortError> {
        let (watches, since) = (&self.around.watches, self.now() - WATCHED_FOR);
        let noted = self.turns.tasks().people.watches(since).await?;
        let had_none = watches.own().is_none();
        for watch in watches.others(&noted) {
            if let Some(lease) = watches.free(watch).await? {
                self.take_over(watch, since).await?;
                watches.keep(watch, lease);
            }
        }
        if watches.own().is_none() {
            watches.begin(&noted).await?;
        }
        let unnoted = if had_none { self.around.homes.known() } else { Vec::new() };
        for (identity, left) in unnoted {
            let noted = self.note_look_at(&identity, self.now() - WATCHED_FOR + left).await;
            // The next watch begins anew with all of them.
            noted.inspect_err(|_| watches.end())?;
        }
        Ok(())
    }

    /// Follows the pages of a watch that nobody holds any more: each is shown once, since nobody knows how it looks.
    async fn take_over(&self, watch: u64, since: Timestamp) -> Result<(), PortError> {
        let tasks = self.turns.tasks();
        for (Identity { tenant, user }, at) in tasks.people.watched(watch, since, MOST).await? {
            let left = at.duration_since(since).try_into().unwrap_or_default();
            self.around.homes.inherit(&tenant, &user, LIST, left);
        }
        tasks.bell.ring();
        Ok(())
    }
}
