//! `/api/{user_id}/audit` and `/api/v1/tasks/{id}/history`.

use axum::Json;
use axum::extract::{Path, State};
use domain::event::{Event, EventType};
use domain::ports::audit::AuditQuery;
use domain::query::Page;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api::Api;
use super::caller::Caller;
use super::cursor::Binding;
use super::problem::Problem;
use super::query::{self, Query, from_text, refused};
use super::tasks::target::Target;
use super::wire::event::AuditItem;
use super::wire::when::When;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// `TASK_CREATED` or `created`, `REMINDER_DELIVERED` …; repeat it or use commas.
    event_type: Option<String>,
    /// Not before this instant, or day in UTC.
    #[serde(default, deserialize_with = "from_text")]
    #[param(value_type = Option<String>, example = "2026-03-06T17:00:00+01:00")]
    from: Option<When>,
    /// Before this instant, or day in UTC.
    #[serde(default, deserialize_with = "from_text")]
    #[param(value_type = Option<String>, example = "2026-03-07")]
    to: Option<When>,
    /// Of a task's history: the tenant of a short number, for those who are in several.
    tenant: Option<String>,
    /// 1 to 200.
    #[serde(default, deserialize_with = "from_text")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; keep the other parameters as they were.
    cursor: Option<String>,
}

/// A page of events.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The events.
    items: Vec<AuditItem>,
    /// Where the next page begins; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What you did, and what anyone did to tasks that you made, own or were assigned; newest first.
#[utoipa::path(get, path = "/api/{user_id}/audit", operation_id = "read_audit",
    tag = "audit",
    params(AuditParams, ("user_id" = String, Path, description = "`me`, or your own person id")),
    responses((status = 200, description = "A page", body = AuditPage)))]
pub(crate) async fn audit(
    State(api): State<Api>,
    caller: Caller,
    Path(user): Path<String>,
    Query(params): Query<AuditParams>,
) -> Result<Json<AuditPage>, Problem> {
    if user != "me" && user != caller.principal.person.to_string() {
        return Err(Problem::not_found());
    }
    let tenant = params.tenant.as_deref().map(|tenant| caller.tenant(Some(tenant))).transpose()?;
    let caller = tenant.into_iter().fold(caller, Caller::within);
    let binding = params.binding(&caller, "audit");
    let query = params.resolve(&binding)?;
    let page = api.within_reason(api.tasks.audit(&caller.principal, query)).await?;
    Ok(Json(AuditPage::of(page, &binding)))
}

/// What happened to one task, oldest first.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/history", operation_id = "read_history",
    tag = "audit",
    params(AuditParams, ("id" = String, Path, description = "Its id, or its short number")),
    responses((status = 200, description = "A page", body = AuditPage)))]
pub(crate) async fn history(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(params): Query<AuditParams>,
) -> Result<Json<AuditPage>, Problem> {
    let Target { tenant, task } = Target::find(&api, &caller, &id, params.tenant.as_deref()).await?;
    let binding = params.binding(&caller, &id);
    let query = AuditQuery { oldest_first: true, ..params.resolve(&binding)? };
    let page = api.within_reason(api.tasks.history(&caller.principal, &tenant, task, query)).await?;
    Ok(Json(AuditPage::of(page, &binding)))
}

impl AuditParams {
    fn binding(&self, caller: &Caller, of: &str) -> Binding {
        let instants = [self.from, self.to].map(|when| when.map(When::instant));
        Binding::new(&caller.principal, &(of, &self.event_type, instants, &self.tenant))
    }

    fn resolve(&self, binding: &Binding) -> Result<AuditQuery, Problem> {
        let kind = |word: &str| {
            word.parse::<EventType>().map_err(|error| refused("event_type", format!("`event_type`: {error}.")))
        };
        Ok(AuditQuery {
            types: query::words(self.event_type.as_deref()).map(kind).collect::<Result<_, _>>()?,
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            after: self.cursor.as_deref().map(|cursor| binding.place(cursor)).transpose()?,
            limit: query::limit(self.limit)?,
            ..AuditQuery::default()
        })
    }
}

impl AuditPage {
    fn of(page: Page<(i64, Event), i64>, binding: &Binding) -> Self {
        let next_cursor = page.next.map(|row| binding.cursor(&row));
        Self { items: page.items.into_iter().map(|(_, event)| event.into()).collect(), next_cursor }
    }
}
