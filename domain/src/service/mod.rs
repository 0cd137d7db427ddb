//! The shell around the pure half: load, decide, commit, and again when somebody was faster.

mod deliveries;
mod places;
mod questions;
mod scheduled;
mod sign_in;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tracing::{Instrument, info, info_span, warn};

pub use deliveries::{Claimed, Deliveries};
pub use questions::Listed;
pub use sign_in::{Operators, Secret};

use crate::access::{Principal, Sight};
use crate::change::{Change, Receipt};
use crate::command::{IdempotencyKey, Request};
use crate::decide::{self, Decision, Setting};
use crate::fault;
use crate::ids::PersonId;
use crate::outcome::Outcome;
use crate::ports::agenda::Agenda;
use crate::ports::audit::AuditLog;
use crate::ports::bell::Bell;
use crate::ports::chat::{Channels, Directory};
use crate::ports::clock::{Clock, Ids};
use crate::ports::error::PortError;
use crate::ports::people::People;
use crate::ports::store::{CommitError, Store};
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Needs, Snapshot};
use crate::tenant::TenantId;

/// How often a command is decided again before the asker is told that it is busy.
const ATTEMPTS: u32 = 64;
/// What a conflict names when the key is taken.
const RECEIPT: &str = "receipt";

/// Why a command or question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was understood and refused; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A backend failed; whether a command was carried out is not known, repeat it with the same key.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What the service works with.
#[derive(Clone)]
pub struct Tasks {
    /// Where tasks are.
    pub store: Arc<dyn Store>,
    /// What is due.
    pub agenda: Arc<dyn Agenda>,
    /// Who people are.
    pub people: Arc<dyn People>,
    /// What happened.
    pub audit: Arc<dyn AuditLog>,
    /// Who is in which channel.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random ids.
    pub ids: Arc<dyn Ids>,
    /// Rung after each commit.
    pub bell: Bell,
}

impl Tasks {
    /// Carries a command out: one commit, one effect per idempotency key, acknowledged only when durable.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the reason in words; [`Failure::Port`] when a backend failed.
    pub async fn execute(&self, request: Request) -> Result<Outcome, Failure> {
        let span = info_span!(
            "service.execute",
            trace_id = request.trace.as_ref().map(|trace| trace.trace_id()),
            tenant = %request.tenant,
            command = request.command.name(),
        );
        self.settle(request).instrument(span).await
    }

    async fn settle(&self, mut request: Request) -> Result<Outcome, Failure> {
        let sight = self.sight(&request.principal).await?;
        let mut needs = decide::needs(&request);
        // The answer if the key's receipt is not there at the next look.
        let mut without_receipt: Option<Failure> = None;
        for _ in 0..ATTEMPTS {
            let snapshot = self.store.load(&needs).await?;
            if let Some(outcome) = repeated(&snapshot, request.key.as_ref())? {
                self.bell.ring();
                info!("answered from the receipt");
                return Ok(outcome);
            }
            if let Some(failure) = without_receipt {
                return Err(failure);
            }
            let setting = Setting { now: self.clock.now(), ids: self.ids.as_ref(), sight: &sight };
            let Decision { mut change, outcome, wants_number } = decide::decide(&snapshot, &request, &setting)?;
            if wants_number {
                needs.numbers = 1;
                continue;
            }
            if self.redirected(&mut request, &change).await? {
                continue;
            }
            if let Some(key) = &request.key {
                change.receipt = Some(receipt(&request.tenant, key, &outcome, setting.now));
            }
            if change == Change::default() {
                return Ok(outcome);
            }
            fault::slow_point("service.slow_commit").await;
            fault::step("service.before_commit")?;
            match self.store.commit(change).await {
                Ok(()) => {
                    fault::step("service.after_commit")?;
                    self.bell.ring();
                    info!("committed");
                    return Ok(outcome);
                }
                Err(CommitError::Conflict(what)) => {
                    info!(what, "conflict, deciding again");
                    // A receipt that is taken and cannot be seen is another tenant's.
                    without_receipt = (what == RECEIPT).then(|| key_reused().into());
                }
                Err(CommitError::Unknown(error)) if request.key.is_some() => {
                    warn!(%error, "the answer to a commit was lost, looking for the receipt");
                    without_receipt = Some(error.into());
                }
                Err(CommitError::Port(error) | CommitError::Unknown(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::new(Code::Busy, "Too many people are changing this at once.", "Try again in a moment.").into())
    }

    /// Whether this key is used for the first time, by any process. Kept as long as receipts are, at least 24 h. Of all
    /// who ask one is told so, and whoever cannot know whether it was their own use that was written: asking again would
    /// only find it used.
    ///
    /// # Errors
    /// When the database cannot answer; nothing was written then, and it can be asked again.
    pub async fn is_first(&self, tenant: &TenantId, key: String) -> Result<bool, PortError> {
        if fault::sabotaged("service.first_away") {
            return Err(PortError::Unavailable { backend: "failpoint", reason: "as it was told".to_owned() });
        }
        let (digest, outcome, at) = (String::new(), Outcome::default(), self.clock.now());
        let receipt = Receipt { tenant: tenant.clone(), key, digest, outcome, at };
        match self.store.commit(Change { receipt: Some(receipt), ..Change::default() }).await {
            Ok(()) | Err(CommitError::Unknown(_)) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(CommitError::Port(error)) => Err(error),
        }
    }

    /// When this key was used for the first time; `None` if it was not, or so long ago that it is forgotten.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn used_at(&self, tenant: &TenantId, key: String) -> Result<Option<Timestamp>, PortError> {
        Ok(self.receipt(tenant, key).await?.map(|receipt| receipt.at))
    }

    /// Whether a command used this key and asked for the same.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn was_done(
        &self,
        tenant: &TenantId,
        IdempotencyKey { key, digest }: IdempotencyKey,
    ) -> Result<bool, PortError> {
        Ok(self.receipt(tenant, key).await?.is_some_and(|receipt| receipt.digest == digest))
    }

    /// What came of the command that used this key, whatever it asked for; `None` if none did, or so long ago that it is
    /// forgotten.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn came_of(&self, tenant: &TenantId, key: String) -> Result<Option<Outcome>, PortError> {
        Ok(self.receipt(tenant, key).await?.map(|receipt| receipt.outcome))
    }

    async fn receipt(&self, tenant: &TenantId, key: String) -> Result<Option<Receipt>, PortError> {
        let needs = Needs { receipt: Some(key), ..Needs::in_tenant(tenant.clone()) };
        Ok(self.store.load(&needs).await?.receipt)
    }

    /// What a principal sees now. When the platform cannot be asked, only own, authored and assigned tasks.
    ///
    /// # Errors
    /// Never fails for an unreachable platform.
    pub async fn sight(&self, principal: &Principal) -> Result<Sight, PortError> {
        let channels = match self.directory.channels(principal).await {
            Ok(channels) => channels,
            Err(error) => {
                warn!(%error, "the platform cannot say who is in which channel");
                Channels::default()
            }
        };
        Ok(Sight { whole: channels.whole, ..Sight::new(principal.clone(), &channels.shown) })
    }

    /// The names of people, for display; unknown ones are absent.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn names(&self, ids: &[PersonId]) -> Result<BTreeMap<PersonId, String>, PortError> {
        let mut names = BTreeMap::new();
        for id in ids {
            if !names.contains_key(id)
                && let Some(person) = self.people.person(*id).await?
            {
                names.insert(*id, person.name);
            }
        }
        Ok(names)
    }
}

/// The outcome kept under the request's key, if it was used for the same request.
fn repeated(snapshot: &Snapshot, key: Option<&IdempotencyKey>) -> Result<Option<Outcome>, Refusal> {
    match (&snapshot.receipt, key) {
        (Some(receipt), Some(key)) if receipt.digest == key.digest => Ok(Some(receipt.outcome.clone())),
        (Some(_), Some(_)) => Err(key_reused()),
        _ => Ok(None),
    }
}

fn key_reused() -> Refusal {
    let said = "This idempotency key was used for another request.";
    Refusal::new(Code::KeyReused, said, "Use a new key for a new request.")
}

fn receipt(tenant: &TenantId, key: &IdempotencyKey, outcome: &Outcome, at: Timestamp) -> Receipt {
    let IdempotencyKey { key, digest } = key.clone();
    Receipt { tenant: tenant.clone(), key, digest, outcome: outcome.clone(), at }
}
