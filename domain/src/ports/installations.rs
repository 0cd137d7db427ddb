//! Where a chat platform's app is installed, and with which token: one row per workspace.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::PortError;
use crate::change::Act;
use crate::tenant::TenantId;

/// A token as it is stored: encrypted, with the id of the key before it. Whoever has the database has no token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(pub String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// A workspace in which the app is or was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Platform and workspace.
    pub tenant: TenantId,
    /// What people call the workspace.
    pub workspace: String,
    /// The organisation that it belongs to, by the platform's id.
    pub enterprise: Option<String>,
    /// The platform's id of the bot's own user there.
    pub bot_user: String,
    /// The token; `None` if it stands in the configuration, or is gone.
    pub token: Option<Sealed>,
    /// What the token may do.
    pub scopes: Vec<String>,
    /// Who installed it, by the platform's id.
    pub installed_by: Option<String>,
    /// When.
    pub installed_at: Timestamp,
    /// Since when the tenant sleeps, because its token is good no more: what is due in it is held.
    pub asleep_since: Option<Timestamp>,
    /// 1 for a new row, then one more with each change.
    pub version: u64,
}

/// Keeps installations, and remembers which requests to install were carried out.
#[async_trait]
pub trait Installations: Send + Sync {
    /// The installation of a tenant.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn installation(&self, tenant: &TenantId) -> Result<Option<Installation>, PortError>;

    /// Every installation, by tenant.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn installations(&self) -> Result<Vec<Installation>, PortError>;

    /// Writes a row over the version before its own. Returns whether that was still there; for version 1, whether
    /// there was none.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn put_installation(&self, installation: &Installation) -> Result<bool, PortError>;

    /// Removes a tenant that sleeps, if its row still is as it is here: its tasks, series, reminders and lists, who is
    /// in it, people known nowhere else with their tokens, the row itself, and the contents in the audit log. What was
    /// sealed of them stays, and so does the last number given. `act` is noted as what erased the contents, with their
    /// rows. Nobody's commands wait for all of it: where one writer serves everybody it goes in portions, the row last,
    /// and whoever installs meanwhile finds what is left. Returns whether it was done.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn purge(&self, installation: &Installation, act: &Act) -> Result<bool, PortError>;

    /// Uses a request to install up. Returns whether it was used for the first time. It is remembered until `until`;
    /// requests whose time was over at `now` are forgotten.
    ///
    /// # Errors
    /// When the database cannot write.
    async fn use_up(&self, request: &str, now: Timestamp, until: Timestamp) -> Result<bool, PortError>;
}
