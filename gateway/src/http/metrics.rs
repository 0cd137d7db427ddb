//! `/metrics`, for Prometheus.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes(metrics: PrometheusHandle) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(render)).with_state(metrics)
}

/// The metrics of this process, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", operation_id = "read_metrics",
    tag = "operations", security(()),
    responses((status = 200, description = "Metrics", content_type = "text/plain", body = String)))]
async fn render(State(metrics): State<PrometheusHandle>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render())
}
