//! What is to be done with installations now and then: tokens outlive neither their key nor their workspace's absence.

use std::time::Duration;

use domain::change::Act;
use domain::ids::PersonId;
use domain::ports::error::PortError;
use domain::ports::installations::{Installation, Sealed};
use domain::seal::ERASED;
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Workspaces;
use crate::api::CallError;

/// How often all is looked after.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon again, if something failed.
const AGAIN: Duration = Duration::from_secs(30);
/// How long a workspace that removed the bot may come back to all that it had.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Workspaces {
    /// Looks after the installations until somebody asks to stop.
    pub(crate) async fn tend(&self, stop: CancellationToken) {
        loop {
            let pause = match self.look_after().await {
                Ok(()) => EVERY,
                Err(error) => {
                    warn!(%error, "the installations could not be looked after");
                    AGAIN
                }
            };
            if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    async fn look_after(&self) -> Result<(), CallError> {
        if self.configured.is_there() {
            match self.configured.home(&self.wire).await {
                // Its row wakes if it slept.
                Ok((_, home)) => drop(self.access(&home.tenant).await?),
                Err(error) if error.is_farewell() => warn!(%error, "TASKBOT_SLACK__BOT_TOKEN is good no more"),
                Err(error) => return Err(error),
            }
        }
        for row in self.ground.installations.installations().await? {
            self.look_after_one(row).await?;
        }
        Ok(())
    }

    async fn look_after_one(&self, row: Installation) -> Result<(), PortError> {
        // A row without a token of its own sleeps as well when somebody configures another token: that is no farewell.
        let gone = row.asleep_since.is_some_and(|since| self.ground.clock.now() >= since + KEPT) && row.token.is_some();
        let row = self.woken(row).await?;
        if gone && row.asleep_since.is_some() {
            return self.purge(&row).await;
        }
        if let Some(sealed) = self.sealed_anew(&row) {
            let anew = Installation { token: Some(sealed), version: row.version + 1, ..row };
            if self.ground.installations.put_installation(&anew).await? {
                info!(tenant = %anew.tenant, "a token was encrypted with the new key");
                self.known.forget(&anew.tenant);
            }
        }
        Ok(())
    }

    /// Nobody came back: all that the workspace had goes, but for what the audit log keeps of it.
    async fn purge(&self, row: &Installation) -> Result<(), PortError> {
        let act = Act {
            actor: PersonId::SYSTEM,
            action: ERASED.to_owned(),
            subject: row.tenant.to_string(),
            detail: json!({ "because": "the bot was removed a month ago", "asleep_since": row.asleep_since }),
            at: self.ground.clock.now(),
        };
        if self.ground.installations.purge(row, &act).await? {
            info!(tenant = %row.tenant, "what a workspace had that removed the bot a month ago is gone");
            self.known.forget(&row.tenant);
        }
        Ok(())
    }

    /// The row of a workspace that sleeps although its token is good: whatever made Slack refuse it has passed.
    async fn woken(&self, row: Installation) -> Result<Installation, PortError> {
        let token = self.token(&row).filter(|_| row.asleep_since.is_some());
        let Some(token) = token else { return Ok(row) };
        if !self.wire.who_is(&token).await.is_ok_and(|home| home.tenant == row.tenant) {
            return Ok(row);
        }
        let awake = Installation { asleep_since: None, version: row.version + 1, ..row.clone() };
        if !self.ground.installations.put_installation(&awake).await? {
            return Ok(row);
        }
        info!(tenant = %awake.tenant, "the token is good again: what was held goes out");
        self.known.forget(&awake.tenant);
        self.ground.bell.ring();
        Ok(awake)
    }

    /// The token under the key that closes now, if it lies under an older one.
    fn sealed_anew(&self, row: &Installation) -> Option<Sealed> {
        let keys = self.keyring.as_ref()?;
        let old = row.token.as_ref().filter(|token| !keys.is_current(&token.0))?;
        let text = keys.open(row.tenant.as_str(), &old.0)?;
        keys.seal(row.tenant.as_str(), &text).map(Sealed)
    }
}
