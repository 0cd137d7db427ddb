//! Answers of Slack's servers: judged by their status first. What an error says besides, and in which form, is not looked at,
//! because whatever stands between us and Slack may answer in its place.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use hyper_util::client::legacy::{Client, Error as HttpError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;
use tracing::debug;

use super::connector::Road;
use super::{CallError, PATIENCE};

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// An answer that says yes, as far as HTTP goes.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    /// Nothing where it is no JSON, whatever its type claims.
    body: Option<Value>,
}

impl Answer {
    /// What is answered to a call of a method.
    ///
    /// # Errors
    /// When HTTP says no, or nothing in time.
    pub(super) async fn to(
        request: Request<Body>,
        method: &str,
        client: &Client<Road, Body>,
    ) -> Result<Self, CallError> {
        let answered = async {
            let answer = client.request(request).await.map_err(not_through)?;
            debug!(method, status = answer.status().as_u16(), "Slack answered");
            Self::judged(answer.map(Body::new)).await
        };
        let late = |_| CallError::Unknown(format!("no answer within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, answered).await.map_err(late)?
    }

    async fn judged(answer: Response<Body>) -> Result<Self, CallError> {
        let (head, body) = answer.into_parts();
        if !head.status.is_success() {
            return Err(turned_away(head.status, &head.headers));
        }
        let body = to_bytes(body, ANSWER_MAX).await.ok().and_then(|body| serde_json::from_slice(&body).ok());
        Ok(Self { headers: head.headers, body })
    }

    /// What it says, if it says yes and what was asked for.
    ///
    /// # Errors
    /// Slack's own, or when it says nothing.
    pub(super) fn says<T: DeserializeOwned>(self) -> Result<T, CallError> {
        let body = self.body.ok_or_else(|| CallError::Unknown("an answer that is none".to_owned()))?;
        if let Some(error) = refused(&body) {
            return Err(error);
        }
        // The error would quote the answer, and with it perhaps a token.
        serde_json::from_value(body).map_err(|_| CallError::Unknown("an answer that lacks something".to_owned()))
    }

    /// Whether what was sent was taken: it was, unless the answer says that it was not.
    ///
    /// # Errors
    /// Slack's own.
    pub(super) fn taken(self) -> Result<(), CallError> {
        self.body.filter(|body| body["ok"] == false).as_ref().and_then(refused).map_or(Ok(()), Err)
    }
}

/// Why Slack says no, if it does.
fn refused(body: &Value) -> Option<CallError> {
    let word = body["error"].as_str().or((body["ok"] == false).then_some("an error without a name"))?;
    Some(CallError::from_word(word))
}

/// A request that was turned away on its way has carried nothing; of one that broke in the server it is not known.
fn turned_away(status: StatusCode, headers: &HeaderMap) -> CallError {
    let reason = format!("HTTP status {}", status.as_u16());
    match status.as_u16() {
        429 => CallError::Later { after: retry_after(headers), reason: "too many calls".to_owned() },
        400..500 => CallError::Later { after: None, reason },
        _ => CallError::Unknown(reason),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// A connection that never came about has carried nothing; of any other it is not known.
#[expect(clippy::needless_pass_by_value, reason = "it stands where the error is mapped")]
fn not_through(error: HttpError) -> CallError {
    match error.is_connect() {
        true => CallError::Later { after: None, reason: "Slack cannot be reached".to_owned() },
        false => CallError::Unknown("the connection broke".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Taken {
        ts: String,
    }

    /// What answers may hold that are none of Slack's.
    const STRANGE: [&str; 6] = ["", "ok", "\"ok\"", "{}", "null", "<html>"];

    async fn answered(status: u16, kind: Option<&str>, body: &str) -> Result<Answer, CallError> {
        let answer =
            kind.into_iter().fold(Response::builder(), |answer, kind| answer.header(header::CONTENT_TYPE, kind));
        let answer = answer.status(status).header(header::RETRY_AFTER, "30").body(Body::from(body.to_owned()));
        Answer::judged(answer.expect("an answer")).await
    }

    #[tokio::test]
    async fn too_many_is_heard_and_what_was_taken_is_taken_whatever_else_the_answer_holds() {
        for kind in [None, Some("application/json"), Some("text/plain"), Some("nonsense")] {
            for body in STRANGE.into_iter().chain([r#"{"error":"ratelimited"}"#]) {
                let limited = answered(429, kind, body).await;
                let after = Some(Duration::from_secs(30));
                assert!(matches!(limited, Err(CallError::Later { after: time, .. }) if time == after), "{body}");
            }
            for (status, body) in [200, 201, 204].into_iter().flat_map(|status| STRANGE.map(|body| (status, body))) {
                answered(status, kind, body).await.expect(body).taken().expect(body);
            }
            let no = answered(200, kind, r#"{"ok":false,"error":"used_url"}"#).await.expect("an answer");
            assert_eq!(no.taken(), Err(CallError::Refused("used_url".to_owned())));
        }
    }

    #[tokio::test]
    async fn a_question_is_answered_by_what_it_asked_for_alone() {
        for body in ["", "ok", "null", "[]", "<html>"] {
            let said = answered(200, Some("application/json"), body).await.expect(body).says::<Taken>();
            assert!(matches!(said, Err(CallError::Unknown(_))), "{body}: {said:?}");
        }
        let said = answered(200, None, r#"{"ok":true,"channel":"C1","ts":"1.2"}"#).await.expect("an answer");
        assert_eq!(said.says::<Taken>().expect("a message").ts, "1.2", "the type is nothing to go by");
        let no = answered(200, None, r#"{"ok":false}"#).await.expect("an answer").says::<Value>();
        assert!(matches!(no, Err(CallError::Refused(_))), "{no:?}");
    }
}
