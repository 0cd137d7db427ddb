//! `GET /api/v1/tasks`.

use axum::Json;
use axum::extract::State;
use domain::query::{Page, TaskQuery};
use domain::service::{Failure, Listed};
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
    /// False while a platform cannot say which channels you are in: then their tasks may be missing.
    whole: bool,
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
    let (page, whole) = api.within_reason(find(&api, &caller, &query)).await?;
    let next_cursor = page.next.map(|place| binding.cursor(&place));
    let remind_at = api.within_reason(api.tasks.all_remind_at(&page.items)).await?;
    let mut items = api.render_all(&page.items).await?;
    for task in &mut items {
        task.reminds_at = remind_at.get(&task.id).copied();
    }
    Ok(Json(TaskPage { items, next_cursor, whole }))
}

/// A page, and whether its tasks are all that there are.
async fn find(api: &Api, caller: &Caller, query: &TaskQuery) -> Result<(Page<Listed>, bool), Failure> {
    let sight = api.tasks.sight_for(&caller.principal, query).await?;
    Ok((api.tasks.find_in(&sight, query).await?, sight.is_whole(query.list)))
}
