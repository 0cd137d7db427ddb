//! What handlers work with: the service under a deadline, and the answers in JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::command::{Command, IdempotencyKey, Request};
use domain::ids::PersonId;
use domain::message::ConversationId;
use domain::outcome::{Effect, Outcome};
use domain::place::Place;
use domain::service::{Failure, Listed, Operators, Tasks};
use domain::tenant::TenantId;
use tokio::time::timeout;
use tracing::{Instrument, error};

use super::caller::Caller;
use super::gate::Gate;
use super::problem::Problem;
use super::wire::task::Task;
use crate::config::{Limits, Timeouts};

/// The state of every REST handler.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) tasks: Tasks,
    pub(crate) operators: Arc<Operators>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) timeouts: Timeouts,
}

impl Api {
    pub(crate) fn new(tasks: Tasks, operators: Operators, limits: Limits, timeouts: Timeouts) -> Self {
        Self { tasks, operators: Arc::new(operators), gate: Arc::new(Gate::new(limits)), timeouts }
    }

    /// Carries a command out and says what became of its one task.
    pub(crate) async fn execute(
        &self,
        caller: &Caller,
        tenant: TenantId,
        key: Option<IdempotencyKey>,
        command: Command,
    ) -> Result<Effect, Problem> {
        let person = caller.principal.person;
        let request = Request {
            principal: caller.principal.clone(),
            conversation: ConversationId(format!("{tenant}/rest/{person}")),
            tenant,
            place: Place::Direct(person),
            key,
            said_at: None,
            trace: caller.trace.clone(),
            role: "gateway",
            cause: None,
            command,
        };
        let outcome = self.to_its_end(request).await?;
        outcome.effects.into_iter().next().ok_or_else(|| {
            error!("a command about one task came back without it");
            Problem::unavailable()
        })
    }

    /// A command that was begun runs to its end, even when the caller goes away or has waited long enough.
    async fn to_its_end(&self, request: Request) -> Result<Outcome, Problem> {
        let tasks = self.tasks.clone();
        let running = tokio::spawn(async move { tasks.execute(request).await }.in_current_span());
        match timeout(self.timeouts.answer, running).await {
            Ok(Ok(outcome)) => Ok(outcome?),
            Ok(Err(broken)) => {
                error!(error = ?broken.to_string(), "a command came to no end");
                Err(Problem::unavailable())
            }
            Err(_) => Err(Problem::unavailable()),
        }
    }

    /// Waits for the service no longer than a caller should.
    pub(crate) async fn within_reason<T>(
        &self,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Problem> {
        match timeout(self.timeouts.answer, answer).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Problem::unavailable()),
        }
    }

    /// A changed task as JSON.
    pub(crate) async fn render(&self, effect: Effect) -> Result<Task, Problem> {
        let names = self.tasks.names(&effect.task.assignees).await?;
        let mut task = Task::of(&Listed { task: effect.task, list: effect.list }, &names);
        task.reminds_at = effect.reminds_at;
        Ok(task)
    }

    /// Tasks as JSON.
    pub(crate) async fn render_all(&self, listed: &[Listed]) -> Result<Vec<Task>, Problem> {
        let people: Vec<PersonId> = listed.iter().flat_map(|listed| listed.task.assignees.clone()).collect();
        let names: BTreeMap<PersonId, String> = self.tasks.names(&people).await?;
        Ok(listed.iter().map(|listed| Task::of(listed, &names)).collect())
    }
}
