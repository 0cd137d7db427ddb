//! Questions to which Slack said nothing in time: each is left alone for a while, so that those who ask it need not all
//! wait; where two of them got no answer, so is the whole workspace. What Slack wants asked less often is one question: the
//! others are asked all the same.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::tenant::TenantId;
use tokio::time::{Instant, timeout, timeout_at};

use crate::api::CallError;
use crate::term::{ANSWER, left};

/// How long a question whose answer did not come is not asked again.
const REST: Duration = Duration::from_secs(10);
/// A question to which less time was left than this says nothing of Slack if it gets no answer.
pub(crate) const TELLING: Duration = Duration::from_secs(1);
/// Where so many questions rest because no answer came, none is asked.
const SILENT: usize = 2;

/// A method by which something is asked about a workspace.
pub(crate) type Question = &'static str;

/// Why a question is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Why {
    /// Slack wants it asked less often.
    TooOften,
    /// No answer came.
    NoAnswer,
}

/// Until when which questions are left alone.
type Rests = HashMap<(Question, Why), Instant>;

/// Until when what is not asked about which workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Silence(Arc<Mutex<HashMap<TenantId, Rests>>>);

impl Silence {
    /// Slack's answer about a workspace, if it comes within `patience`. What is needed to ask, such as the token, is to be at
    /// hand: that it is missing or late says nothing of Slack.
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
        if self.holds(tenant, question) {
            return Err(CallError::Later { after: None, reason: "Slack gave no answer a moment ago".to_owned() });
        }
        let left = left(ANSWER, patience);
        if left.is_zero() {
            return Err(late(left));
        }
        match timeout(left, asking).await {
            Ok(answer) => answer.inspect_err(|error| self.note(tenant, question, error)),
            Err(_) => {
                if left >= TELLING {
                    self.note(tenant, question, &late(left));
                }
                Err(late(left))
            }
        }
    }

    /// Slack's answer, however late it comes; that it did not come until then is noted.
    ///
    /// # Errors
    /// Slack's own.
    pub(crate) async fn noted<T>(
        &self,
        tenant: &TenantId,
        question: Question,
        until: Instant,
        asking: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let mut asking = pin!(asking);
        match timeout_at(until, asking.as_mut()).await {
            Ok(answer) => answer,
            Err(_) => {
                self.note(tenant, question, &CallError::Unknown("no answer yet".to_owned()));
                asking.await
            }
        }
    }

    /// Whether a question may be asked, for all that Slack said of how often it wants to hear it.
    ///
    /// # Errors
    /// [`CallError::Later`] when it is too soon.
    pub(crate) fn may_ask(&self, tenant: &TenantId, question: Question) -> Result<(), CallError> {
        match self.rests(tenant, |rests| rests.contains_key(&(question, Why::TooOften))) {
            true => Err(CallError::Later { after: None, reason: format!("Slack wants no more of {question} yet") }),
            false => Ok(()),
        }
    }

    /// Whether no answer came to this question a moment ago, or to so many others that none is to be expected.
    pub(crate) fn holds(&self, tenant: &TenantId, question: Question) -> bool {
        self.rests(tenant, |rests| {
            let silent = rests.keys().filter(|(_, why)| *why == Why::NoAnswer).count();
            silent >= SILENT || rests.contains_key(&(question, Why::NoAnswer))
        })
    }

    /// Leaves the question alone for as long as this failure says; a refusal is an answer.
    pub(crate) fn note(&self, tenant: &TenantId, question: Question, error: &CallError) {
        let (why, pause) = match error {
            CallError::Refused(_) => return,
            // Turned away without a time is about this question, too: some Slacks do not know it at all.
            CallError::Later { after, .. } => (Why::TooOften, after.unwrap_or(REST)),
            CallError::Unknown(_) => (Why::NoAnswer, REST),
        };
        let mut workspaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let free = Instant::now() + pause;
        let until = workspaces.entry(tenant.clone()).or_default().entry((question, why)).or_insert(free);
        // Of two answers the longer rest counts, whichever came last.
        *until = free.max(*until);
    }

    /// What is so of the questions about a workspace that rest now.
    fn rests(&self, tenant: &TenantId, of: impl FnOnce(&Rests) -> bool) -> bool {
        let mut workspaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rests) = workspaces.get_mut(tenant) else { return false };
        rests.retain(|_, until| *until > Instant::now());
        of(rests)
    }
}

/// No answer came within the time that somebody waits for it.
pub(crate) fn late(patience: Duration) -> CallError {
    CallError::Unknown(format!("no answer within {patience:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::waited_for;

    const PATIENCE: Duration = Duration::from_secs(2);

    const NAMES: Question = "users.info";
    const ROOMS: Question = "conversations.info";
    const CHANNELS: Question = "users.conversations";

    fn team(id: &str) -> TenantId {
        format!("slack:{id}").parse().expect("a tenant")
    }

    /// Asked, and answered.
    async fn heard(silence: &Silence, team_id: &str, question: Question) -> Result<(), CallError> {
        silence.broken(&team(team_id), question, PATIENCE, async { Ok(()) }).await
    }

    /// Asked, and never answered.
    async fn unheard(silence: &Silence, team_id: &str, question: Question) {
        let answer = silence.broken(&team(team_id), question, PATIENCE, std::future::pending::<Result<(), _>>()).await;
        assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
    }

    /// Asked, and this is said.
    async fn told(silence: &Silence, question: Question, error: CallError) {
        let answer = silence.broken(&team("T1"), question, PATIENCE, async { Err::<(), _>(error.clone()) }).await;
        assert_eq!(answer, Err(error));
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_without_an_answer_is_left_alone_and_then_asked_again() {
        let silence = Silence::default();
        unheard(&silence, "T1", NAMES).await;
        let at_once = silence.broken(&team("T1"), NAMES, PATIENCE, async { panic!("it is not asked") }).await;
        assert!(matches!(at_once as Result<(), _>, Err(CallError::Later { after: None, .. })));
        heard(&silence, "T1", ROOMS).await.expect("another question");
        heard(&silence, "T2", NAMES).await.expect("another workspace");
        tokio::time::advance(REST).await;
        heard(&silence, "T1", NAMES).await.expect("it is answered again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_workspace_is_left_alone_while_two_of_its_questions_are() {
        let silence = Silence::default();
        unheard(&silence, "T1", NAMES).await;
        unheard(&silence, "T1", ROOMS).await;
        assert!(heard(&silence, "T1", CHANNELS).await.is_err(), "nothing is to be expected");
        heard(&silence, "T2", CHANNELS).await.expect("another workspace");
        tokio::time::advance(REST - PATIENCE).await;
        heard(&silence, "T1", CHANNELS).await.expect("one is asked again");
        assert!(heard(&silence, "T1", ROOMS).await.is_err(), "the other is not, yet");
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_question_twice_or_long_apart_leaves_no_workspace_alone() {
        let silence = Silence::default();
        for _ in 0..2 {
            unheard(&silence, "T1", NAMES).await;
            tokio::time::advance(REST).await;
        }
        unheard(&silence, "T1", ROOMS).await;
        heard(&silence, "T1", CHANNELS).await.expect("all else is asked");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_before_an_answer_ends_in_time_and_a_hasty_question_says_nothing() {
        let (silence, came) = (Silence::default(), Instant::now());
        waited_for(async {
            tokio::time::sleep(ANSWER - TELLING / 2).await;
            unheard(&silence, "T1", NAMES).await;
            unheard(&silence, "T1", ROOMS).await;
        })
        .await;
        assert_eq!(came.elapsed(), ANSWER);
        heard(&silence, "T1", NAMES).await.expect("it was not given the time to answer");
    }

    #[tokio::test(start_paused = true)]
    async fn slack_itself_says_how_long_and_a_refusal_is_an_answer() {
        let (silence, after) = (Silence::default(), Duration::from_secs(30));
        told(&silence, NAMES, CallError::Later { after: Some(after), reason: "ratelimited".to_owned() }).await;
        tokio::time::advance(REST).await;
        assert!(matches!(heard(&silence, "T1", NAMES).await, Err(CallError::Later { after: None, .. })));
        heard(&silence, "T1", ROOMS).await.expect("each question has a limit of its own");
        tokio::time::advance(after).await;
        told(&silence, NAMES, CallError::Refused("not_in_channel".to_owned())).await;
        heard(&silence, "T1", NAMES).await.expect("whoever refuses is there");
    }

    #[tokio::test(start_paused = true)]
    async fn what_could_not_be_asked_at_all_says_nothing_of_the_workspace() {
        let silence = Silence::default();
        for question in [NAMES, ROOMS] {
            told(&silence, question, CallError::Later { after: None, reason: "not reached".to_owned() }).await;
        }
        heard(&silence, "T1", CHANNELS).await.expect("all else is asked");
    }
}
