//! Workspaces of which Slack said nothing in time: they are left alone for a while, so that those who ask about them
//! need not all wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::{Instant, timeout};

use crate::api::CallError;

/// How long a workspace whose word did not come is not asked again.
const REST: Duration = Duration::from_secs(10);

/// Until when which workspace is not asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Silence(Arc<Mutex<HashMap<TenantId, Instant>>>);

impl Silence {
    /// Slack's answer about a workspace, if it comes within `patience`.
    ///
    /// # Errors
    /// Slack's own; [`CallError::Unknown`] when none came in time, [`CallError::Later`] when none did a moment ago.
    pub(crate) async fn broken<T>(
        &self,
        tenant: &TenantId,
        patience: Duration,
        asking: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        self.is_over(tenant)?;
        let answer = match timeout(patience, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Unknown(format!("no answer within {} s", patience.as_secs()))),
        };
        if let Err(CallError::Later { .. } | CallError::Unknown(_)) = &answer {
            self.until().entry(tenant.clone()).or_insert_with(|| Instant::now() + pause(&answer));
        }
        answer
    }

    fn is_over(&self, tenant: &TenantId) -> Result<(), CallError> {
        let mut until = self.until();
        if until.get(tenant).is_some_and(|until| *until > Instant::now()) {
            return Err(CallError::Later { after: None, reason: "Slack gave no answer a moment ago".to_owned() });
        }
        until.remove(tenant);
        Ok(())
    }

    fn until(&self) -> MutexGuard<'_, HashMap<TenantId, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long Slack wants to be left alone.
fn pause<A>(answer: &Result<A, CallError>) -> Duration {
    match answer {
        Err(CallError::Later { after: Some(after), .. }) => *after,
        _ => REST,
    }
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
        silence.broken(&format!("slack:{team}").parse().expect("a tenant"), PATIENCE, asking).await
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
        tokio::time::advance(after).await;
        let no = asked(&silence, "T1", async { Err(CallError::Refused("not_in_channel".to_owned())) }).await;
        assert!(matches!(no as Result<(), _>, Err(CallError::Refused(_))));
        asked(&silence, "T1", async { Ok(()) }).await.expect("whoever refuses is there");
    }
}
