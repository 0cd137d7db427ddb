//! Errors as RFC 9457 problem details. The edge writes the body, because it knows the trace.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ports::error::PortError;
use domain::refusal::{Code, Refusal};
use domain::service::Failure;
use serde::Serialize;
use tracing::warn;
use utoipa::ToSchema;

/// The longest detail, in characters: what was sent is never echoed at length.
const DETAIL_MAX: usize = 400;

/// Why a request has no other answer. Becomes a body at the edge, which adds the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    next_step: String,
    retry_after: Option<u64>,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// `urn:taskbot:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:taskbot:problem:not_found")]
    kind: String,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong, in one sentence.
    detail: &'a str,
    /// What is wrong, for programs; stable.
    #[schema(example = "not_found")]
    code: &'a str,
    /// What to do next.
    next_step: &'a str,
    /// What to name when asking an operator.
    trace_id: &'a str,
}

impl Problem {
    /// A problem with a code that only HTTP has.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        let detail = detail.into().chars().take(DETAIL_MAX).collect();
        Self { status, code, detail, next_step: next_step.into(), retry_after: None }
    }

    /// Absent, or as good as absent: one answer for both, whatever was named.
    pub(crate) fn not_found() -> Self {
        let next = "GET /api/v1/tasks lists what you see.";
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here by that name that you can see.", next)
    }

    /// The request itself is malformed.
    pub(crate) fn bad_request(detail: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail, next_step)
    }

    /// A well-formed request with a value that makes no sense.
    pub(crate) fn invalid(detail: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::Invalid.as_str(), detail, next_step)
    }

    /// No token, or none that is good: never says which.
    pub(crate) fn unauthorized() -> Self {
        let next = "Send `Authorization: Bearer TOKEN`; `taskbot token create --user NAME` makes one.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "This needs a valid access token.", next)
    }

    /// Faster than the limits allow.
    pub(crate) fn too_fast(seconds: u64) -> Self {
        let (code, next) = (Code::TooFast.as_str(), format!("Try again in {seconds} s."));
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, "Too many requests.", next).after(seconds)
    }

    /// A backend failed or was too slow. Says nothing of its insides.
    pub(crate) fn unavailable() -> Self {
        let detail = "The service cannot answer now; whether a change was made is not known.";
        let next = "Try again with the same Idempotency-Key: nothing is done twice.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail, next).after(1)
    }

    /// The same, to be tried again after so many seconds.
    fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The body, once the trace is known.
    pub(crate) fn body<'a>(&'a self, trace_id: &'a str) -> ProblemBody<'a> {
        ProblemBody {
            kind: format!("urn:taskbot:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            next_step: &self.next_step,
            trace_id,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"taskbot\""));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            Code::NotFound => return Self::not_found(),
            Code::NotAllowed => StatusCode::FORBIDDEN,
            Code::Invalid | Code::NotUnderstood | Code::KeyReused | Code::Unknown => StatusCode::UNPROCESSABLE_ENTITY,
            Code::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
            Code::VersionStale => StatusCode::PRECONDITION_FAILED,
            Code::Changed | Code::Nothing | Code::GoingOut => StatusCode::CONFLICT,
            Code::TooFast => return Self::too_fast(1),
            Code::Busy | Code::Unseen => StatusCode::SERVICE_UNAVAILABLE,
        };
        // A program does not type chat lines.
        let next_step = refusal.plain_step.unwrap_or(refusal.next_step);
        let problem = Self::new(status, refusal.code.as_str(), refusal.sentence, next_step);
        if status == StatusCode::SERVICE_UNAVAILABLE { problem.after(1) } else { problem }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        warn!(error = ?error.to_string(), "a backend failed");
        Self::unavailable()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Port(error) => error.into(),
        }
    }
}
