//! `If-Match` and `ETag`: a task's version is its entity tag.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use domain::refusal::Code;

use super::problem::Problem;

/// The version that the caller has seen; `None` for `*`, which takes whatever is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) Option<u64>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IF_MATCH).iter();
        match (values.next(), values.next()) {
            (None, _) => Err(missing()),
            (Some(value), None) => value.to_str().ok().and_then(version).map(Self).ok_or_else(unreadable),
            _ => Err(unreadable()),
        }
    }
}

/// `"7"`, `7` or `W/"7"`; `Some(None)` for `*`.
fn version(value: &str) -> Option<Option<u64>> {
    let value = value.trim();
    if value == "*" {
        return Some(None);
    }
    let value = value.strip_prefix("W/").unwrap_or(value);
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    bare.bytes().all(|byte| byte.is_ascii_digit()).then(|| bare.parse().ok().map(Some)).flatten()
}

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("*"))
}

fn missing() -> Problem {
    let next = "Read the task and send its ETag as `If-Match: \"VERSION\"`.";
    let detail = "This needs `If-Match` with the version that you have seen.";
    Problem::new(StatusCode::PRECONDITION_REQUIRED, Code::VersionRequired.as_str(), detail, next)
}

fn unreadable() -> Problem {
    Problem::bad_request("If-Match must be one version, as in `If-Match: \"7\"`.", "Send the task's ETag as it came.")
}
