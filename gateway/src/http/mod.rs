//! Routes, and the edge around them.

mod api;
mod audit;
mod body;
mod caller;
mod cursor;
mod document;
mod edge;
mod gate;
pub(crate) mod health;
mod idempotency;
mod metrics;
mod people;
mod precondition;
mod problem;
mod query;
mod tasks;
mod wire;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::{Gateway, Operations};
use crate::web;

/// Everything that a process with the `gateway` role serves, what is mounted included.
pub fn router(gateway: Gateway) -> Router {
    let api = api::Api::new(gateway.tasks, gateway.operators, gateway.limits, gateway.timeouts);
    let operations = gateway.operations;
    let mounted = operations.mounted.merge(rest(api)).merge(document::routes()).merge(web::landing::routes().into());
    operations_with(Operations { mounted, ..operations })
}

/// What a process without the `gateway` role serves: health, metrics, and what is mounted.
pub fn operations(operations: Operations) -> Router {
    operations_with(operations)
}

/// REST: every route behind the same guard, so that a new one cannot forget it.
fn rest(api: api::Api) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(tasks::list::list, tasks::create::create))
        .routes(routes!(tasks::one::read, tasks::one::edit, tasks::one::delete))
        .routes(routes!(tasks::work::complete))
        .routes(routes!(tasks::work::reopen))
        .routes(routes!(tasks::work::snooze))
        .routes(routes!(audit::history))
        .routes(routes!(audit::audit))
        .route_layer(axum::middleware::from_fn_with_state(api.clone(), caller::guard))
        .with_state(api)
}

fn operations_with(operations: Operations) -> Router {
    let Operations { checks, metrics, clock, ids, mounted } = operations;
    let (routes, paths) = OpenApiRouter::with_openapi(document::base())
        .merge(mounted)
        .merge(health::routes(health::Health::new(checks, clock)))
        .merge(metrics::routes(metrics))
        .split_for_parts();
    edge::around(routes.layer(document::Document::of(paths).layer()), ids)
}
