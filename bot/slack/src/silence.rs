//! Workspaces of which Slack said nothing in time: they are left alone for a while, so that those who ask about them
//! need not all wait. What Slack wants asked less often is one question: the others are asked all the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::{Instant, timeout};

use crate::api::CallError;

/// How long a workspace whose word did not come is not asked again.
const REST: Duration = Duration::from_secs(10);

/// A method by which something is asked about a workspace.
pub(crate) type Question = &'static str;

/// Until when nothing is asked about a workspace, or not this.
type Rests = HashMap<(TenantId, Option<Question>), Instant>;

/// Until when which workspace is not asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Silence(Arc<Mutex<Rests>>);

impl Silence {
    /// Slack's answer about a workspace, if it comes within `patience`.
    ///
    /// # Errors
    /// Slack's own; [`CallError::Unknown`] when none came in time, [`CallError::Later`] when none did a moment ago.
    pub(crate) async fn broken<T>(
        &self,
        tenant: &TenantId,
        question: Question,
        patience: Duration,
        asking: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        self.may_ask(tenant, question)?;
        if self.holds(tenant) {
            return Err(CallError::Later { after: None, reason: "Slack gave no answer a moment ago".to_owned() });
        }
        let answer = timeout(patience, asking).await.unwrap_or_else(|_| Err(late(patience)));
        if let Err(error) = &answer {
            self.note(tenant, question, error);
        }
        answer
    }

    /// Whether a question may be asked, for all that Slack said of how often it wants to hear it.
    ///
    /// # Errors
    /// [`CallError::Later`] when it is too soon.
    pub(crate) fn may_ask(&self, tenant: &TenantId, question: Question) -> Result<(), CallError> {
        match self.rests(&(tenant.clone(), Some(question))) {
            true => Err(CallError::Later { after: None, reason: format!("Slack wants no more of {question} yet") }),
            false => Ok(()),
        }
    }

    /// Whether the workspace said nothing in time a moment ago.
    pub(crate) fn holds(&self, tenant: &TenantId) -> bool {
        self.rests(&(tenant.clone(), None))
    }

    /// Leaves alone what this failure says is to be left alone; a refusal is an answer.
    pub(crate) fn note(&self, tenant: &TenantId, question: Question, error: &CallError) {
        let (which, pause) = match error {
            CallError::Refused(_) => return,
            CallError::Later { after: Some(after), .. } => (Some(question), *after),
            // Turned away without a time is about this question: some Slacks do not know it at all.
            CallError::Later { after: None, .. } => (Some(question), REST),
            CallError::Unknown(_) => (None, REST),
        };
        self.until().insert((tenant.clone(), which), Instant::now() + pause);
    }

    fn rests(&self, which: &(TenantId, Option<Question>)) -> bool {
        let mut until = self.until();
        let rests = until.get(which).is_some_and(|until| *until > Instant::now());
        if !rests {
            until.remove(which);
        }
        rests
    }

    fn until(&self) -> MutexGuard<'_, Rests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No answer came within the time that somebody waits for it.
pub(crate) fn late(patience: Duration) -> CallError {
    CallError::Unknown(format!("no answer within {patience:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(2);

    async fn asked<T>(
        silence: &Silence,
        team: &str,
        asking: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        silence.broken(&format!("slack:{team}").parse().expect("a tenant"), "users.info", PATIENCE, asking).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_workspace_that_said_nothing_is_left_alone_and_then_asked_again() {
        let silence = Silence::default();
        let never = std::future::pending::<Result<(), CallError>>();
        assert!(matches!(asked(&silence, "T1", never).await, Err(CallError::Unknown(_))));
        let at_once = asked(&silence, "T1", async { panic!("it is not asked") }).await as Result<(), _>;
        assert!(matches!(at_once, Err(CallError::Later { after: None, .. })));
        assert_eq!(asked(&silence, "T2", async { Ok(2) }).await.expect("another one"), 2);
        tokio::time::advance(REST).await;
        assert_eq!(asked(&silence, "T1", async { Ok(1) }).await.expect("it answers again"), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn slack_itself_says_how_long_and_a_refusal_is_an_answer() {
        let silence = Silence::default();
        let after = Duration::from_secs(30);
        let later = || CallError::Later { after: Some(after), reason: "ratelimited".to_owned() };
        let busy = asked(&silence, "T1", async { Err(later()) }).await as Result<(), _>;
        assert!(matches!(busy, Err(CallError::Later { after: Some(_), .. })));
        tokio::time::advance(REST).await;
        let still = asked(&silence, "T1", async { Ok(()) }).await;
        assert!(matches!(still, Err(CallError::Later { after: None, .. })));
        let tenant = "slack:T1".parse().expect("a tenant");
        let other = silence.broken(&tenant, "conversations.info", PATIENCE, async { Ok(()) }).await;
        other.expect("each question has a limit of its own");
        tokio::time::advance(after).await;
        let no = asked(&silence, "T1", async { Err(CallError::Refused("not_in_channel".to_owned())) }).await;
        assert!(matches!(no as Result<(), _>, Err(CallError::Refused(_))));
        asked(&silence, "T1", async { Ok(()) }).await.expect("whoever refuses is there");
    }
}
