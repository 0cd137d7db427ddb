//! The one task that a path names.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use domain::command::TaskRef;
use domain::tenant::TenantId;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// What every route of one task takes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetParams {
    /// The tenant of a short number, for those who are in several.
    tenant: Option<String>,
}

/// The one task that a path names, and the tenant it is looked for in.
pub(crate) struct Target {
    pub(crate) tenant: TenantId,
    pub(crate) task: TaskRef,
}

impl FromRequestParts<Api> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        let id = Path::<String>::from_request_parts(parts, api).await.map_err(|_| Problem::not_found())?;
        let Query(params) = Query::<TargetParams>::from_request_parts(parts, api).await?;
        Self::find(api, &caller, &id, params.tenant.as_deref()).await
    }
}

impl Target {
    /// The task by id or short number. An id finds its own tenant among the caller's.
    pub(crate) async fn find(api: &Api, caller: &Caller, id: &str, tenant: Option<&str>) -> Result<Self, Problem> {
        let task = reference(id).ok_or_else(Problem::not_found)?;
        let fallback = caller.tenant(tenant)?;
        if matches!(task, TaskRef::Number(_)) || caller.principal.tenants.len() < 2 {
            return Ok(Self { tenant: fallback, task });
        }
        let found = api.tasks.store.task(&fallback, task).await?.map(|task| task.tenant);
        let held = found.filter(|tenant| caller.principal.tenants.contains(tenant));
        Ok(Self { tenant: held.unwrap_or(fallback), task })
    }
}

/// A hyphenated id, or a number as databases hold it.
fn reference(text: &str) -> Option<TaskRef> {
    if text.len() == Uuid::nil().hyphenated().to_string().len() {
        return text.parse().ok().map(TaskRef::Id);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<i64>().ok().filter(|_| digits)?;
    u64::try_from(number).ok().map(TaskRef::Number)
}
