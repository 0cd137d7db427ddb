//! An answer is given once, by whichever process hears of what it answers, and is not lost with a process that dies over
//! it: it is claimed before it is given, and noted afterwards. A claim runs out unless whoever gives the answer renews it.

use std::pin::pin;
use std::time::Duration;

use domain::fault::{crash_point, sabotaged};
use domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use super::Desk;

/// How long a claim is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(10);
/// How long until it is renewed, by another one.
const RENEWED: Duration = Duration::from_secs(4);
/// How long to wait before a busy database is asked again.
const AGAIN: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(300), Duration::from_secs(1)];
/// How long between two looks at somebody else's.
const LOOK: Duration = Duration::from_millis(250);

impl Desk {
    /// Gives the answer to what carries the key, unless somebody has, in any process; waits for whoever is at it. If that
    /// cannot be known it is given: better twice than never.
    pub(super) async fn once(&self, tenant: &TenantId, key: &str, answer: impl Future<Output = ()>) {
        let given = async {
            answer.await;
            true
        };
        self.once_given(tenant, key, given).await;
    }

    /// The same of an answer that says whether it was given: one that was not may be given the next time.
    pub(super) async fn once_given(&self, tenant: &TenantId, key: &str, answer: impl Future<Output = bool>) {
        let Some(mut nth) = self.claim(tenant, key).await else { return };
        crash_point("slack.before_answer");
        let mut answer = pin!(answer);
        let given = loop {
            match timeout(RENEWED, answer.as_mut()).await {
                Ok(given) => break given,
                Err(_) => nth += 1,
            }
            // Beside the answer, which must not stand still for it.
            let (desk, tenant, key) = (self.clone(), tenant.clone(), claim(key, nth));
            self.beside(async move { desk.turns.tasks().is_first(&tenant, key).await });
        };
        if given {
            self.is_first(tenant, &answered(key)).await;
        }
    }

    /// The number of the claim, once it is made; `None` once the answer was given.
    async fn claim(&self, tenant: &TenantId, key: &str) -> Option<u32> {
        let mut nth = 1;
        loop {
            let mine = self.is_first(tenant, &claim(key, nth)).await;
            if mine && nth == 1 || sabotaged("slack.answer_again") {
                return Some(nth);
            }
            if self.used_at(tenant, answered(key)).await.is_some() {
                return None;
            }
            if mine {
                return Some(nth);
            }
            match self.used_at(tenant, claim(key, nth)).await {
                Some(at) if self.now().duration_since(at) < GOOD_FOR => sleep(LOOK).await,
                _ => nth += 1,
            }
        }
    }

    /// Whether nobody has used this key, in any process; so it is, too, if that cannot be known after a few attempts.
    pub(super) async fn is_first(&self, tenant: &TenantId, key: &str) -> bool {
        for pause in AGAIN {
            if let Ok(first) = self.turns.tasks().is_first(tenant, key.to_owned()).await {
                return first;
            }
            sleep(pause).await;
        }
        self.turns.tasks().is_first(tenant, key.to_owned()).await.unwrap_or(true)
    }

    async fn used_at(&self, tenant: &TenantId, key: String) -> Option<Timestamp> {
        self.turns.tasks().used_at(tenant, key).await.ok().flatten()
    }
}

fn claim(key: &str, nth: u32) -> String {
    format!("answering/{nth}/{key}")
}

fn answered(key: &str) -> String {
    format!("answered/{key}")
}
