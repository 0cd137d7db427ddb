//! Errors as RFC 9457 problem details, in the same shape as the gateway's.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ports::error::PortError;
use domain::refusal::{Code, Refusal};
use domain::trace::TraceParent;
use serde_json::json;
use tracing::warn;

/// Why a request has no reply.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    next_step: &'static str,
    trace_id: String,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        next_step: &'static str,
    ) -> Self {
        Self { status, code, detail: detail.into(), next_step, trace_id: String::new() }
    }

    /// No token, or none that is good: never says which.
    pub(super) fn unauthorized() -> Self {
        let next = "Send `Authorization: Bearer TOKEN`; `taskbot token create --user NAME` makes one.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "This needs a valid access token.", next)
    }

    /// A channel that is absent, or as good as absent.
    pub(super) fn no_channel() -> Self {
        let detail = "There is no channel of that name that you are in.";
        let next = "Leave `channel` out for a direct message; `taskbot console --channel NAME` joins one.";
        Self::new(StatusCode::NOT_FOUND, "not_found", detail, next)
    }

    /// A channel that may be there, of which a platform does not say now whether the caller is in it.
    pub(super) fn unseen_channel() -> Self {
        let Refusal { code, sentence, .. } = Refusal::unseen("such channel");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code.as_str(), sentence, "Try again in a moment.")
    }

    /// The request itself is malformed.
    pub(super) fn bad_request(detail: impl Into<String>, next_step: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail, next_step)
    }

    /// What concerns the request and not the line: a key that was used for another, too many lines.
    pub(super) fn refused(code: Code, detail: String) -> Self {
        let (status, next) = match code {
            Code::TooFast => (StatusCode::TOO_MANY_REQUESTS, "Wait as long as Retry-After says."),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "Use a fresh Idempotency-Key for each line."),
        };
        Self::new(status, code.as_str(), detail, next)
    }

    /// A backend failed or was too slow. Says nothing of its insides.
    pub(super) fn unavailable() -> Self {
        let detail = "The service cannot answer now; whether a change was made is not known.";
        let next = "Try again with the same Idempotency-Key: nothing is done twice.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail, next)
    }

    /// The problem, named by its trace.
    pub(super) fn traced(self, trace: &TraceParent) -> Self {
        Self { trace_id: trace.trace_id().to_owned(), ..self }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        warn!(error = ?error.to_string(), "a backend failed");
        Self::unavailable()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:taskbot:problem:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Problem"),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "code": self.code,
            "next_step": self.next_step,
            "trace_id": self.trace_id,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"taskbot\""));
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
