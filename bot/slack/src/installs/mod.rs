//! Which workspaces the bot is installed in, and with which token each is spoken to.
//!
//! A token comes from an installation over OAuth, encrypted in the database, or from the configuration. When a workspace
//! parts from the bot its row falls asleep: what is due in it is held until the bot is installed there again.

mod keyring;
mod known;
mod oauth;
mod pages;
mod tend;

use std::sync::Arc;

use domain::ports::bell::Bell;
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::installations::{Installation, Installations, Sealed};
use domain::tenant::TenantId;
use tracing::{error, info, warn};

use crate::api::{CallError, Granted, Home, Wire};
use crate::options::{Options, Secret, Wrong};
use keyring::Keyring;
use known::{Configured, Known};

pub(crate) use oauth::router;

/// How often a row is written anew while others change it.
const TRIES: usize = 8;

/// What installations stand on.
#[derive(Clone)]
pub struct Ground {
    /// Where they are kept.
    pub installations: Arc<dyn Installations>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Rung when a tenant wakes, so that what was held goes out.
    pub bell: Bell,
}

/// How a workspace is spoken to.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) token: Secret,
    pub(crate) home: Home,
    /// The token as it stands in the database; nothing of the configuration's.
    sealed: Option<Sealed>,
}

/// The workspaces.
pub(crate) struct Workspaces {
    wire: Wire,
    ground: Ground,
    keyring: Option<Keyring>,
    configured: Configured,
    known: Known,
}

impl Workspaces {
    /// With the tokens and keys of the options; nothing is asked yet.
    ///
    /// # Errors
    /// When a key is none.
    pub(crate) fn new(wire: Wire, options: &Options, ground: Ground) -> Result<Self, Wrong> {
        let keyring = options.oauth.as_ref().map(|oauth| Keyring::new(&oauth.token_keys)).transpose()?;
        let configured = Configured::new(options.bot_token.as_ref());
        Ok(Self { wire, ground, keyring, configured, known: Known::default() })
    }

    /// How a workspace is spoken to.
    ///
    /// # Errors
    /// A farewell when the bot is not installed there; others when that cannot be found out.
    pub(crate) async fn access(&self, tenant: &TenantId) -> Result<Access, CallError> {
        if let Some(known) = self.known.get(tenant) {
            return known;
        }
        let access = self.find(tenant).await;
        self.known.put(tenant, &access);
        access
    }

    async fn find(&self, tenant: &TenantId) -> Result<Access, CallError> {
        let row = self.ground.installations.installation(tenant).await?;
        match &row {
            Some(row) if row.asleep_since.is_none() && row.token.is_some() => self.opened(row),
            _ => self.by_configuration(tenant, row).await,
        }
    }

    fn opened(&self, row: &Installation) -> Result<Access, CallError> {
        let Some(text) = self.unsealed(row) else {
            error!(tenant = %row.tenant, "no key opens the token of a workspace; TASKBOT_SLACK__TOKEN_KEY lacks the one that closed it");
            return Err(CallError::Later { after: None, reason: "the token cannot be decrypted".to_owned() });
        };
        let home = Home { tenant: row.tenant.clone(), workspace: row.workspace.clone(), bot: row.bot_user.clone() };
        Ok(Access { token: Secret::given(text), home, sealed: row.token.clone() })
    }

    fn unsealed(&self, row: &Installation) -> Option<String> {
        self.keyring.as_ref()?.open(row.tenant.as_str(), &row.token.as_ref()?.0)
    }

    /// Every installation, for whoever looks at them.
    pub(crate) async fn rows(&self) -> Result<Vec<Installation>, PortError> {
        self.ground.installations.installations().await
    }

    /// The token of an installation, if there is one and a key opens it.
    pub(crate) fn token(&self, row: &Installation) -> Option<Secret> {
        self.unsealed(row).map(Secret::given)
    }

    /// With the token of the configuration, if it is this workspace's. Its row wakes or falls asleep with it.
    async fn by_configuration(&self, tenant: &TenantId, row: Option<Installation>) -> Result<Access, CallError> {
        match self.configured.home(&self.wire).await {
            Ok((token, home)) if home.tenant == *tenant => {
                self.awake(&home, row).await?;
                Ok(Access { token, home, sealed: None })
            }
            Err(error) if !error.is_farewell() => Err(error),
            Ok(_) | Err(_) => {
                if let Some(row) = row.filter(|row| row.asleep_since.is_none()) {
                    self.sleep(row).await?;
                }
                Err(CallError::not_installed())
            }
        }
    }

    /// Notes that the configuration's token is good.
    async fn awake(&self, home: &Home, row: Option<Installation>) -> Result<(), PortError> {
        if row.as_ref().is_some_and(|row| row.asleep_since.is_none()) {
            return Ok(());
        }
        let fresh = self.blank(&home.tenant);
        let version = row.map_or(1, |row| row.version + 1);
        let row = Installation { workspace: home.workspace.clone(), bot_user: home.bot.clone(), version, ..fresh };
        if self.ground.installations.put_installation(&row).await? {
            info!(tenant = %row.tenant, "installed, with the token of the configuration");
            self.ground.bell.ring();
        }
        Ok(())
    }

    /// The token with which a call was made is good no more. Gives the one that took its place, if one did; else the
    /// tenant falls asleep.
    pub(crate) async fn lost(&self, tenant: &TenantId, used: &Access) -> Option<Access> {
        self.known.forget(tenant);
        if used.sealed.is_none() {
            self.configured.forget();
        }
        let row = match self.ground.installations.installation(tenant).await {
            Ok(row) => row?,
            Err(error) => {
                warn!(%error, %tenant, "whether another token is there cannot be asked");
                return None;
            }
        };
        if row.asleep_since.is_some() {
            return None;
        }
        if row.token != used.sealed {
            return self.access(tenant).await.ok();
        }
        if let Err(error) = self.sleep(row).await {
            warn!(%error, %tenant, "that the bot was removed could not be noted");
        }
        None
    }

    async fn sleep(&self, row: Installation) -> Result<(), PortError> {
        let since = Some(self.ground.clock.now());
        let asleep = Installation { asleep_since: since, version: row.version + 1, ..row };
        if self.ground.installations.put_installation(&asleep).await? {
            warn!(tenant = %asleep.tenant, "the bot was removed: what is due there is held until it is installed again");
        }
        Ok(())
    }

    /// What is due in a tenant of which there is no row is held as well.
    pub(crate) async fn hold(&self, tenant: &TenantId) {
        let row = Installation { asleep_since: Some(self.ground.clock.now()), ..self.blank(tenant) };
        if let Err(error) = self.ground.installations.put_installation(&row).await {
            warn!(%error, %tenant, "that the bot is not installed could not be noted");
        }
    }

    /// Somebody installed the bot: the tenant is there, or wakes.
    ///
    /// # Errors
    /// When it cannot be stored.
    async fn install(&self, tenant: TenantId, granted: &Granted) -> Result<(), PortError> {
        let broken = |reason: &str| PortError::Broken { backend: "installations", reason: reason.to_owned() };
        let sealed = self.keyring.as_ref().and_then(|keys| keys.seal(tenant.as_str(), &granted.access_token));
        let fresh = Installation {
            workspace: granted.team.as_ref().map(|team| team.name.clone()).unwrap_or_default(),
            enterprise: granted.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
            bot_user: granted.bot_user_id.clone(),
            token: Some(Sealed(sealed.ok_or_else(|| broken("the token cannot be encrypted"))?)),
            scopes: granted.scope.split(',').map(str::to_owned).collect(),
            installed_by: granted.authed_user.as_ref().map(|user| user.id.clone()),
            ..self.blank(&tenant)
        };
        for _ in 0..TRIES {
            let version = self.ground.installations.installation(&tenant).await?.map_or(1, |row| row.version + 1);
            if self.ground.installations.put_installation(&Installation { version, ..fresh.clone() }).await? {
                info!(%tenant, "installed");
                self.known.forget(&tenant);
                self.ground.bell.ring();
                return Ok(());
            }
        }
        Err(broken("others change the row all the time"))
    }

    /// A row that says nothing but the tenant.
    fn blank(&self, tenant: &TenantId) -> Installation {
        Installation {
            tenant: tenant.clone(),
            workspace: String::new(),
            enterprise: None,
            bot_user: String::new(),
            token: None,
            scopes: Vec::new(),
            installed_by: None,
            installed_at: self.ground.clock.now(),
            asleep_since: None,
            version: 1,
        }
    }
}
