use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use serde_json::{Value, json};

use super::What;
use super::server::Cut;

/// What a stand-in answers to a call.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: Vec<(&'static str, String)>,
    /// The body; a string is sent as it is, anything else as JSON.
    pub body: Value,
    /// Whether the connection is cut instead of answering.
    pub cut: bool,
    /// What is sent in place of the body, without saying of which type it is.
    pub bare: Option<String>,
}

impl Reply {
    /// 200 with this body.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body, cut: false, bare: None }
    }

    /// Another status with this body.
    pub fn status(status: u16, body: Value) -> Self {
        Self { status, ..Self::ok(body) }
    }

    /// No answer: the connection is cut.
    pub fn cut() -> Self {
        Self { cut: true, ..Self::status(0, Value::Null) }
    }

    /// The same with a header.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// The same with these bytes for a body, of no type.
    pub fn bare(self, bytes: Option<String>) -> Self {
        Self { bare: bytes, ..self }
    }

    /// What goes over the wire.
    pub fn into_response(self) -> Response<Body> {
        let (kind, bytes) = match (&self.bare, &self.body) {
            (Some(bytes), _) => (None, bytes.clone()),
            (None, Value::String(text)) => (Some("text/html; charset=utf-8"), text.clone()),
            (None, value) => (Some("application/json; charset=utf-8"), value.to_string()),
        };
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = self.status.try_into().unwrap_or_default();
        if let Some(kind) = kind {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in &self.headers {
            response.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header in ASCII"));
        }
        if self.cut {
            response.extensions_mut().insert(Cut);
        }
        response
    }
}

/// How a platform words the answers that a fault script asks for.
pub trait Dialect {
    /// The answer to a call that fails with this error word.
    fn error(&self, word: &str) -> Reply;
    /// The answer to a call that came too soon.
    fn limited(&self, retry_after: u64) -> Reply;
}

/// Does the work of one call as the fault script wants it: before or after a failure, late, or never answering.
pub async fn play(what: Option<What>, dialect: &impl Dialect, work: impl FnOnce() -> Reply) -> Reply {
    let broken = || Reply::status(500, json!("Internal Server Error"));
    match what {
        None => work(),
        Some(What::Error { error }) => dialect.error(&error),
        Some(What::Limited { retry_after }) => dialect.limited(retry_after),
        Some(What::Status { status }) => Reply::status(status, json!("no page of the platform")),
        Some(What::Redirect { to }) => Reply::status(307, json!("")).with("location", to),
        Some(What::Broken) => broken(),
        Some(What::BrokenAfter) => after(work(), broken()),
        Some(What::Cut | What::CutBefore { .. }) => Reply::cut(),
        Some(What::CutAfter) => after(work(), Reply::cut()),
        Some(What::Delay { ms }) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            work()
        }
        Some(What::Hang) => std::future::pending().await,
        Some(What::HangAfter) => {
            work();
            std::future::pending().await
        }
    }
}

/// What is answered once the work is done, whatever its own answer would have been.
fn after(_done: Reply, answered: Reply) -> Reply {
    answered
}
