//! `POST /api/v1/tasks`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION};
use axum::response::IntoResponse;
use domain::command::Command;

use crate::http::api::Api;
use crate::http::body::Write;
use crate::http::caller::Caller;
use crate::http::precondition::etag;
use crate::http::problem::Problem;
use crate::http::wire::new_task::NewTask;
use crate::http::wire::task::Task;

/// Makes a task.
#[utoipa::path(post, path = "/api/v1/tasks", operation_id = "create_task",
    tag = "tasks", request_body = NewTask,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters; the same \
        request with the same key again gives the same answer and no second effect")),
    responses((status = 201, description = "Made", body = Task,
        headers(("Location" = String, description = "Its address"), ("ETag" = String, description = "Its version")))))]
pub(crate) async fn create(
    State(api): State<Api>,
    caller: Caller,
    Write { key, body }: Write<NewTask>,
) -> Result<impl IntoResponse, Problem> {
    let tenant = body.tenant(&caller)?;
    let add = body.resolve(&api, &caller, &tenant).await?;
    let effect = api.execute(&caller, tenant, key, Command::Add(Box::new(add))).await?;
    let task = api.render(effect).await?;
    let headers = [(LOCATION, format!("/api/v1/tasks/{}", task.id))];
    Ok((StatusCode::CREATED, [(ETAG, etag(task.version))], headers, Json(task)))
}
