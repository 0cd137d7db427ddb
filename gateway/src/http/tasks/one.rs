//! `/api/v1/tasks/{id}`.

use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use domain::command::Command;

use super::target::{Target, TargetParams};
use crate::http::api::Api;
use crate::http::body::{Nothing, Write};
use crate::http::caller::Caller;
use crate::http::precondition::{IfMatch, etag};
use crate::http::problem::Problem;
use crate::http::wire::edit::Edit;
use crate::http::wire::task::Task;

/// A task with its entity tag.
pub(super) type Tagged = ([(HeaderName, HeaderValue); 1], Json<Task>);

pub(super) fn tagged(task: Task) -> Tagged {
    ([(ETAG, etag(task.version))], Json(task))
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", operation_id = "read_task",
    tag = "tasks",
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number")),
    responses((status = 200, description = "The task", body = Task,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn read(State(api): State<Api>, caller: Caller, target: Target) -> Result<Tagged, Problem> {
    let Target { tenant, task } = target;
    let listed = api.within_reason(api.tasks.get(&caller.principal, &tenant, task)).await?;
    let reminds_at = api.within_reason(api.tasks.reminds_at(&listed.task)).await?;
    let mut task = api.render_all(&[listed]).await?.pop().ok_or_else(Problem::not_found)?;
    task.reminds_at = reminds_at;
    Ok(tagged(task))
}

/// Changes fields of a task.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", operation_id = "edit_task",
    tag = "tasks", request_body = Edit,
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number"),
        ("If-Match" = String, Header, description = "The version that you have seen, as in its ETag; `*` for any"),
        ("Idempotency-Key" = Option<String>, Header, description = "See POST /api/v1/tasks")),
    responses((status = 200, description = "The task after it", body = Task,
                  headers(("ETag" = String, description = "Its version"))),
              (status = 412, description = "It has changed since"),
              (status = 428, description = "If-Match is missing")))]
pub(crate) async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Target { tenant, task }: Target,
    IfMatch(expected): IfMatch,
    Write { key, body }: Write<Edit>,
) -> Result<Tagged, Problem> {
    let edit = Box::new(body.resolve(&api, &caller, &tenant).await?);
    let command = Command::Edit { tasks: vec![task], edit, expected };
    let effect = api.execute(&caller, tenant, key, command).await?;
    Ok(tagged(api.render(effect).await?))
}

/// Deletes a task; of a recurring one, the whole series.
#[utoipa::path(delete, path = "/api/v1/tasks/{id}", operation_id = "delete_task",
    tag = "tasks",
    params(TargetParams, ("id" = String, Path, description = "Its id, or its short number"),
        ("If-Match" = String, Header, description = "The version that you have seen, as in its ETag; `*` for any"),
        ("Idempotency-Key" = Option<String>, Header, description = "See POST /api/v1/tasks")),
    responses((status = 204, description = "Deleted"),
              (status = 412, description = "It has changed since"),
              (status = 428, description = "If-Match is missing")))]
pub(crate) async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Target { tenant, task }: Target,
    IfMatch(expected): IfMatch,
    Write { key, body: Nothing {} }: Write<Nothing>,
) -> Result<StatusCode, Problem> {
    let command = Command::Delete { tasks: vec![task], expected };
    api.execute(&caller, tenant, key, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
