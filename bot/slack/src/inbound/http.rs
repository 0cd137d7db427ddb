//! Signed HTTP: `/slack/commands`, `/slack/interactions`, `/slack/events`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;
use tracing::warn;

use super::payload::{Command, Envelope, Interaction};
use super::signature::verify;
use crate::desk::Desk;
use crate::options::Secret;

/// The longest body, in bytes.
const BODY_MAX: usize = 1 << 20;
/// How long a body may take to come in.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Door {
    desk: Desk,
    secrets: Arc<[Secret]>,
}

/// The routes. Nothing of a request is looked at before its signature was found to be good.
pub(crate) fn router(desk: Desk, secrets: Vec<Secret>) -> Router {
    Router::new()
        .route("/slack/commands", post(command))
        .route("/slack/interactions", post(interaction))
        .route("/slack/events", post(event))
        .with_state(Door { desk, secrets: secrets.into() })
}

/// Now and then Slack asks whether the certificate of the address is good, and nothing else.
#[derive(Deserialize)]
struct Check {
    #[serde(rename = "ssl_check")]
    _asked: String,
}

async fn command(State(door): State<Door>, request: Request) -> Result<Json<Value>, StatusCode> {
    let body = door.believed(request).await?;
    if let Ok(Check { .. }) = form(&body) {
        return Ok(Json(json!({})));
    }
    let command: Command = form(&body)?;
    Ok(Json(door.desk.of(&command.team_id).command(command).await))
}

/// A dialog is answered at once; the answer to a press goes into the message, later.
async fn interaction(State(door): State<Door>, request: Request) -> Result<Response, StatusCode> {
    #[derive(Deserialize)]
    struct Wrapped {
        payload: String,
    }
    let wrapped: Wrapped = form(&door.believed(request).await?)?;
    let interaction: Interaction = serde_json::from_str(&wrapped.payload).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(match door.desk.of(interaction.team()).interaction(interaction).await {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::OK.into_response(),
    })
}

async fn event(State(door): State<Door>, request: Request) -> Result<Json<Value>, StatusCode> {
    let repetition = request.headers().get("x-slack-retry-num").and_then(|nth| nth.to_str().ok()?.parse().ok());
    let body = door.believed(request).await?;
    // Slack would send again what cannot be read, and it would be no clearer.
    let envelope = serde_json::from_slice(&body).unwrap_or_else(|error| {
        warn!(%error, "an event that cannot be read");
        Envelope::Other
    });
    match envelope {
        Envelope::UrlVerification { challenge } => return Ok(Json(json!({ "challenge": challenge }))),
        Envelope::EventCallback(happened) => {
            let team = happened.team().to_owned();
            let taken = door.desk.of(&team).event(&team, *happened.event, repetition.unwrap_or_default()).await;
            taken.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        }
        Envelope::Other => {}
    }
    Ok(Json(json!({})))
}

impl Door {
    /// The bytes of a request that Slack signed: read up to the limit, then believed, or not.
    async fn believed(&self, request: Request<Body>) -> Result<Bytes, StatusCode> {
        let (head, body) = request.into_parts();
        let body = timeout(PATIENCE, to_bytes(body, BODY_MAX)).await;
        let body = body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let signed = verify(&self.secrets, &head.headers, &body, self.desk.now());
        signed.map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(body)
    }
}

fn form<T: DeserializeOwned>(body: &[u8]) -> Result<T, StatusCode> {
    let fields: serde_json::Map<String, Value> = form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    serde_json::from_value(Value::Object(fields)).map_err(|_| StatusCode::BAD_REQUEST)
}
