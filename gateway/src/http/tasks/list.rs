//! `GET /api/v1/tasks`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::ListParams;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Binding;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::wire::task::Task;

/// A page of tasks.
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskPage {
    /// The tasks.
    items: Vec<Task>,
    /// Where the next page begins; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Tasks that you see.
#[utoipa::path(get, path = "/api/v1/tasks", operation_id = "list_tasks",
    tag = "tasks", params(ListParams),
    responses((status = 200, description = "A page", body = TaskPage)))]
pub(crate) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(params): Query<ListParams>,
) -> Result<Json<TaskPage>, Problem> {
    let tenant = caller.tenant(params.tenant.as_deref())?;
    let caller = if params.tenant.is_some() { caller.within(tenant.clone()) } else { caller };
    let mut query = params.resolve(&api, &caller, &tenant).await?;
    let limit = std::mem::take(&mut query.limit);
    let binding = Binding::new(&caller.principal, &query);
    query.after = params.cursor.as_deref().map(|cursor| binding.place(cursor)).transpose()?;
    query.limit = limit;
    let page = api.within_reason(api.tasks.find(&caller.principal, &query)).await?;
    let next_cursor = page.next.map(|place| binding.cursor(&place));
    let remind_at = api.within_reason(api.tasks.all_remind_at(&page.items)).await?;
    let mut items = api.render_all(&page.items).await?;
    for task in &mut items {
        task.reminds_at = remind_at.get(&task.id).copied();
    }
    Ok(Json(TaskPage { items, next_cursor }))
}
