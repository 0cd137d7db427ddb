//! Calls of Slack's Web API, one attempt each: what to do about a failure is for the caller to know.

mod answer;
mod calls;
mod connector;
mod error;
mod hook;
mod tokens;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::installs::{Access, Workspaces};
use crate::term::in_time;

pub(crate) use calls::{Dialog, FORGOTTEN, Group, Message, Messages, PAGES, Person, Room, Sent, Window, tenant};
pub(crate) use error::CallError;
pub(crate) use wire::Wire;

/// How long Slack may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Slack, spoken to in one workspace, with the token that belongs to it.
#[derive(Clone)]
pub(crate) struct Api {
    wire: Wire,
    workspaces: Arc<Workspaces>,
    /// Without one nothing is installed and every call is refused.
    tenant: Option<TenantId>,
    directs: Arc<Mutex<Directs>>,
}

/// The direct messages with people, by workspace and Slack's id of them.
type Directs = HashMap<(TenantId, String), String>;

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The workspace.
    pub(crate) tenant: TenantId,
    /// What people call it.
    pub(crate) workspace: String,
    /// The bot's own user in it.
    pub(crate) bot: String,
}

/// What somebody's yes to the app comes to.
#[derive(Deserialize)]
pub(crate) struct Granted {
    pub(crate) access_token: String,
    #[serde(default)]
    pub(crate) scope: String,
    pub(crate) bot_user_id: String,
    /// Absent if it was installed for a whole organisation.
    pub(crate) team: Option<Called>,
    #[serde(default)]
    pub(crate) is_enterprise_install: bool,
    pub(crate) enterprise: Option<Called>,
    pub(crate) authed_user: Option<Called>,
}

/// Something with an id and perhaps a name.
#[derive(Deserialize)]
pub(crate) struct Called {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
}

impl Api {
    /// In no workspace yet; nothing is asked.
    pub(crate) fn new(wire: Wire, workspaces: Arc<Workspaces>) -> Self {
        Self { wire, workspaces, tenant: None, directs: Arc::default() }
    }

    /// The way to Slack without any workspace's token.
    pub(crate) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The same in this workspace.
    pub(crate) fn of(&self, tenant: Option<TenantId>) -> Self {
        Self { tenant, ..self.clone() }
    }

    /// Whose token this workspace is spoken to with.
    pub(crate) async fn home(&self) -> Result<Home, CallError> {
        Ok(self.access().await?.home)
    }

    /// Whether the bot is installed in this workspace; what it takes to ask there is then at hand. Asked before a question, so
    /// that what our own store does not tell is not taken for Slack's silence.
    ///
    /// # Errors
    /// When it is not, or that cannot be found out within `patience`.
    pub(crate) async fn ready(&self, patience: Duration) -> Result<(), CallError> {
        in_time(patience, self.access()).await?.map(drop)
    }

    /// Asks Slack whether the token is still good. If it is not, the tenant falls asleep.
    pub(crate) async fn verify(&self) -> Result<(), CallError> {
        #[derive(Deserialize)]
        struct Anything {}
        self.tell("auth.test", &serde_json::json!({})).await.map(|_: Anything| ())
    }

    /// What is due in this workspace is held from now on, although nothing is known of it.
    pub(crate) async fn hold(&self) {
        if let Some(tenant) = &self.tenant {
            self.workspaces.hold(tenant).await;
        }
    }

    /// The workspace that this speaks to.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn tenant(&self) -> Result<&TenantId, CallError> {
        self.tenant.as_ref().ok_or_else(CallError::not_installed)
    }

    /// Posts a request as JSON.
    async fn tell<A: DeserializeOwned + Send>(
        &self,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, CallError> {
        let access = self.access().await?;
        let answer = self.wire.tell(&access.token, method, request).await;
        match self.another(answer.as_ref().err(), &access).await {
            Some(other) => self.wire.tell(&other.token, method, request).await,
            None => answer,
        }
    }

    /// Asks a question with parameters: these methods of Slack take no JSON.
    async fn ask<A: DeserializeOwned + Send>(
        &self,
        method: &str,
        parameters: &[(&str, Option<&str>)],
    ) -> Result<A, CallError> {
        let access = self.access().await?;
        let answer = self.wire.ask(&access.token, method, parameters).await;
        match self.another(answer.as_ref().err(), &access).await {
            Some(other) => self.wire.ask(&other.token, method, parameters).await,
            None => answer,
        }
    }

    fn directs(&self) -> MutexGuard<'_, Directs> {
        self.directs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn access(&self) -> Result<Access, CallError> {
        self.workspaces.access(self.tenant()?).await
    }

    /// The token that took the place of one with which a call failed, if one did.
    async fn another(&self, error: Option<&CallError>, used: &Access) -> Option<Access> {
        error.filter(|error| error.is_farewell())?;
        self.workspaces.lost(self.tenant().ok()?, used).await
    }
}
