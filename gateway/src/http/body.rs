//! Bodies on their way in: bounded in size and time, strict JSON, known by their idempotency key.

use std::str;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use domain::command::IdempotencyKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tokio::time::timeout;

use super::api::Api;
use super::caller::Caller;
use super::idempotency;
use super::problem::Problem;
use super::wire::accepted::{instead, instead_of};

/// The longest body, in bytes.
pub(crate) const BODY_MAX: usize = 1 << 20;

/// A request that changes something: its body, and what makes a repetition of it known.
pub(crate) struct Write<T> {
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) body: T,
}

/// The body of a request that needs none: empty, or `{}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "no body, or {}")]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned> FromRequest<Api> for Write<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().ok_or_else(Problem::unauthorized)?;
        let name = idempotency::name(&parts.headers)?;
        let read = timeout(api.timeouts.body, read(&parts.headers, body));
        let bytes = read.await.map_err(|_| too_slow())??;
        let key = name.map(|name| idempotency::key(caller, name, &parts.method, &parts.uri, &bytes));
        Ok(Self { key, body: parse(&parts.headers, &bytes)? })
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BODY_MAX as u64) {
        return Err(too_large());
    }
    // The only errors of a body are a limit that was passed and a connection that broke.
    to_bytes(body, BODY_MAX).await.map(Vec::from).map_err(|_| too_large())
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { require_json(headers).map(|()| bytes)? };
    let text = str::from_utf8(bytes)
        .map_err(|error| not_json(format!("The body is not UTF-8 from byte {} on.", error.valid_up_to())))?;
    // A list would pass for an object whose fields stand in order: it is not meant so.
    if !text.trim_start().starts_with('{') {
        return Err(not_json("The body is no JSON object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| refused(&error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| refused(".", &error))?;
    Ok(value)
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let next = "Send `Content-Type: application/json`.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON.", next))
}

/// Broken JSON with its position; JSON that says something else than wanted with its field.
fn refused(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    if error.classify() != Category::Data {
        return not_json(format!("The body is not JSON: {text}."));
    }
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    let named = if path == "." { String::new() } else { format!("`{path}`: ") };
    let missing = what.strip_prefix("missing field `").map(|name| name.trim_end_matches('`'));
    let step = if what.starts_with("unknown field") { instead_of(path) } else { instead(missing.unwrap_or(path)) };
    Problem::invalid(format!("{named}{what}."), step)
}

fn not_json(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "not_json", detail, "Send one JSON object in UTF-8.")
}

fn too_large() -> Problem {
    let detail = format!("The body is longer than {BODY_MAX} bytes.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail, "Send less at once.")
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body did not arrive in time.", "Send it again.")
}
