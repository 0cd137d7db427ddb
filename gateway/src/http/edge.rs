//! What surrounds every route: one trace, one span, one metric per request; problem details; security headers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use domain::ports::clock::Ids;
use domain::trace::TraceParent;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::{Instrument, debug, info_span};

use super::body::BODY_MAX;
use super::problem::Problem;

/// How long a body may pause, on any route.
const BODY_IDLE: Duration = Duration::from_secs(10);

/// Headers that every answer has, unless its handler chose another value.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// The routes with the edge around them.
pub(crate) fn around(routes: Router, ids: Arc<dyn Ids>) -> Router {
    routes
        .fallback(no_route)
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(ids, edge))
}

async fn no_route() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such address.", "See /api/v1/openapi.json.")
}

async fn edge(State(ids): State<Arc<dyn Ids>>, mut request: Request, next: Next) -> Response {
    let trace = trace(request.headers()).unwrap_or_else(|| TraceParent::root(ids.fresh()));
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let span = info_span!("gateway.http", trace_id = trace.trace_id(), method, route);
    request.extensions_mut().insert(trace.clone());
    let began = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| debug!(status, ms = took.as_millis(), "answered"));
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("taskbot_http_requests_total", &labels).increment(1);
    metrics::histogram!("taskbot_http_request_seconds", &labels[..2]).record(took);
    finished(response, &trace)
}

/// The trace that the caller began, if its header is sound and stands once.
fn trace(headers: &HeaderMap) -> Option<TraceParent> {
    let mut values = headers.get_all("traceparent").iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()?.parse().ok()
}

/// The method as a label: whatever a caller invents is one value.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::PUT => "PUT",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn finished(mut response: Response, trace: &TraceParent) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| unexplained(&response));
    if let Some(problem) = problem {
        let body = serde_json::to_vec(&problem.body(trace.trace_id())).unwrap_or_default();
        let headers = response.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        *response.body_mut() = Body::from(body);
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if let Ok(id) = HeaderValue::try_from(trace.trace_id()) {
        headers.insert("x-trace-id", id);
    }
    response
}

/// What was refused in plain text or without a word, by the framework or by mounted routes.
fn unexplained(response: &Response) -> Option<Problem> {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE);
    if !kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain")) {
        return None;
    }
    let (code, detail, next_step) = match status {
        StatusCode::NOT_FOUND => return Some(Problem::not_found()),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "This address does not take that method.", "`Allow` names those that it takes.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is too long.", "Send less at once."),
        _ if status.is_client_error() => ("bad_request", "The request was refused.", "See /api/v1/openapi.json."),
        _ if status.is_server_error() => return Some(Problem::unavailable()),
        _ => return None,
    };
    Some(Problem::new(status, code, detail, next_step))
}
