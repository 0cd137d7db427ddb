//! What was found out of workspaces a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::Instant;

use super::Access;
use crate::api::{CallError, Home, Wire};
use crate::options::Secret;

/// How long a token is believed to be the workspace's without looking.
const FRESH: Duration = Duration::from_secs(60);
/// How long the bot is believed not to be installed.
const ABSENT: Duration = Duration::from_secs(5);
/// So many workspaces are remembered before all are looked at anew.
const REMEMBERED: usize = 10_000;

/// How each workspace is spoken to, or that it is not, and when that was found out.
type Found = HashMap<TenantId, (Instant, Result<Access, CallError>)>;

/// What was found of workspaces.
#[derive(Default)]
pub(super) struct Known(Mutex<Found>);

impl Known {
    /// What is known, if it is fresh.
    pub(super) fn get(&self, tenant: &TenantId) -> Option<Result<Access, CallError>> {
        let known = self.known();
        let (at, access) = known.get(tenant)?;
        let fresh = if access.is_ok() { FRESH } else { ABSENT };
        (at.elapsed() < fresh).then(|| access.clone())
    }

    /// Remembers an access or its absence; a failure is neither.
    pub(super) fn put(&self, tenant: &TenantId, access: &Result<Access, CallError>) {
        if access.as_ref().is_err_and(|error| !error.is_farewell()) {
            return;
        }
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(tenant.clone(), (Instant::now(), access.clone()));
    }

    /// It is to be looked at anew.
    pub(super) fn forget(&self, tenant: &TenantId) {
        self.known().remove(tenant);
    }

    fn known(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The token of the configuration, if there is one, and whose it is once Slack has said so.
pub(super) struct Configured {
    token: Option<Secret>,
    home: Mutex<Option<Home>>,
}

impl Configured {
    pub(super) fn new(token: Option<&Secret>) -> Self {
        Self { token: token.cloned(), home: Mutex::default() }
    }

    /// The token, and whose it is: asked until Slack answers.
    pub(super) async fn home(&self, wire: &Wire) -> Result<(Secret, Home), CallError> {
        let token = self.token.clone().ok_or_else(CallError::not_installed)?;
        let known = self.known().clone();
        if let Some(home) = known {
            return Ok((token, home));
        }
        let home = wire.who_is(&token).await?;
        *self.known() = Some(home.clone());
        Ok((token, home))
    }

    /// Whether there is one.
    pub(super) fn is_there(&self) -> bool {
        self.token.is_some()
    }

    /// Slack is to be asked anew.
    pub(super) fn forget(&self) {
        *self.known() = None;
    }

    fn known(&self) -> MutexGuard<'_, Option<Home>> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
