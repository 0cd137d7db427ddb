//! `/api/v1/tasks/{id}/complete`, `reopen` and `snooze`: these need no version.

use axum::extract::State;
use domain::command::Command;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::one::{Tagged, tagged};
use super::target::{Target, TargetParams};
use crate::http::api::Api;
use crate::http::body::{Nothing, Write};
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::wire::accepted::instead;
use crate::http::wire::task::Task;
use crate::http::wire::text::Text;

/// Completes a task; one that is done already stays as it is.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/complete", operation_id = "complete_task",
    tag = "tasks",
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number"),
        ("Idempotency-Key" = Option<String>, Header, description = "See POST /api/v1/tasks")),
    responses((status = 200, description = "The task after it", body = Task)))]
pub(crate) async fn complete(
    State(api): State<Api>,
    caller: Caller,
    Target { tenant, task }: Target,
    Write { key, body: Nothing {} }: Write<Nothing>,
) -> Result<Tagged, Problem> {
    let effect = api.execute(&caller, tenant, key, Command::Done(vec![task])).await?;
    Ok(tagged(api.render(effect).await?))
}

/// Opens a task again; one that is open stays as it is.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/reopen", operation_id = "reopen_task",
    tag = "tasks",
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number"),
        ("Idempotency-Key" = Option<String>, Header, description = "See POST /api/v1/tasks")),
    responses((status = 200, description = "The task after it", body = Task)))]
pub(crate) async fn reopen(
    State(api): State<Api>,
    caller: Caller,
    Target { tenant, task }: Target,
    Write { key, body: Nothing {} }: Write<Nothing>,
) -> Result<Tagged, Problem> {
    let effect = api.execute(&caller, tenant, key, Command::Reopen(vec![task])).await?;
    Ok(tagged(api.render(effect).await?))
}

/// Until when the next reminder is put off: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(crate) struct Snooze {
    /// An instant, RFC 3339 with an offset.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Text>,
    /// From now on, an ISO 8601 duration.
    #[schema(value_type = Option<String>, example = "PT20M")]
    r#for: Option<Text>,
}

/// Puts off a task's next reminder; its due stays.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/snooze", operation_id = "snooze_task",
    tag = "tasks", request_body = Snooze,
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number"),
        ("Idempotency-Key" = Option<String>, Header, description = "See POST /api/v1/tasks")),
    responses((status = 200, description = "The task, with when it now reminds", body = Task)))]
pub(crate) async fn snooze(
    State(api): State<Api>,
    caller: Caller,
    Target { tenant, task }: Target,
    Write { key, body }: Write<Snooze>,
) -> Result<Tagged, Problem> {
    let until = body.until(&api, &caller).await?;
    let command = Command::Snooze { tasks: vec![task], until };
    let effect = api.execute(&caller, tenant, key, command).await?;
    Ok(tagged(api.render(effect).await?))
}

impl Snooze {
    async fn until(&self, api: &Api, caller: &Caller) -> Result<Timestamp, Problem> {
        match (&self.until, &self.r#for) {
            (Some(until), None) => until.parse().map_err(|_| wrong("until", until)),
            (None, Some(span)) => {
                let bad = || wrong("for", span);
                let by: Span = span.parse().map_err(|_| bad())?;
                let zone = api.zone(caller, None).await?;
                let now = api.tasks.clock.now().to_zoned(zone.rules().clone());
                let until = now.checked_add(by).map_err(|_| bad())?;
                (until > now).then(|| until.timestamp()).ok_or_else(bad)
            }
            _ => Err(Problem::invalid("Until when is not clear.", "Send either `until` or `for`.")),
        }
    }
}

fn wrong(field: &str, text: &str) -> Problem {
    Problem::invalid(format!("`{field}`: “{text}” is no time to snooze to."), instead(field))
}
