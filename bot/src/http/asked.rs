//! A request to the chat: who asks, what is said where, and what makes a repetition known.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use domain::access::Principal;
use domain::message::Message;
use domain::place::Place;
use domain::ports::chat::Channels;
use domain::refusal::Code;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use serde::Deserialize;
use serde_json::error::Category;
use utoipa::ToSchema;

use super::Door;
use super::problem::Problem;

/// The longest idempotency key, in characters.
const KEY_MAX: usize = 255;

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    /// The line, as it would be typed.
    #[schema(example = "call Ana tomorrow 5pm #home")]
    text: String,
    /// One of the caller's channels; without it, it is a direct message.
    #[schema(example = "ops")]
    channel: Option<String>,
}

/// A message of somebody whose token was verified.
pub(super) struct Asked {
    pub(super) message: Message,
}

impl FromRequest<Door> for Asked {
    type Rejection = Problem;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Problem> {
        let trace = trace(&request).unwrap_or_else(|| TraceParent::root(door.turns.tasks().ids.fresh()));
        let message = message(request, door, trace.clone()).await;
        message.map(|message| Self { message }).map_err(|problem| problem.traced(&trace))
    }
}

async fn message(request: Request, door: &Door, trace: TraceParent) -> Result<Message, Problem> {
    let (author, tenant) = author(request.headers(), door).await?;
    let key = key(request.headers())?.map(|key| format!("rest/{}/{key}", author.person));
    require_json(request.headers())?;
    let body = Bytes::from_request(request, door).await.map_err(|rejection| unreadable(&rejection))?;
    let said: Said = serde_json::from_slice(&body).map_err(|error| unwanted(&error))?;
    let place = place(door, &author, &tenant, said.channel.as_deref()).await?;
    let said_at = door.turns.tasks().clock.now();
    Ok(Message { key, author, tenant, place, text: said.text, said_at, trace })
}

/// Who holds the token, speaking in one tenant: the console's if they are in it, else their first.
async fn author(headers: &HeaderMap, door: &Door) -> Result<(Principal, TenantId), Problem> {
    let token = bearer(headers).ok_or_else(Problem::unauthorized)?;
    let author = door.turns.tasks().sign_in(token, &door.operators).await?.ok_or_else(Problem::unauthorized)?;
    let held = &author.tenants;
    let tenant = held.get(&TenantId::console()).or_else(|| held.first()).cloned();
    let tenant = tenant.ok_or_else(Problem::unauthorized)?;
    Ok((Principal { tenants: [tenant.clone()].into(), ..author }, tenant))
}

/// The token, if there is exactly one `Authorization` header and it is a bearer's.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The direct message with the bot, or the channel named, if the author is in it.
async fn place(door: &Door, author: &Principal, tenant: &TenantId, named: Option<&str>) -> Result<Place, Problem> {
    let Some(named) = named else { return Ok(Place::Direct(author.person)) };
    let wanted = named.strip_prefix('#').unwrap_or(named).to_lowercase();
    let Channels { shown, whole } = door.turns.tasks().directory.channels(author).await?;
    let found = shown.into_iter().find(|channel| channel.tenant == *tenant && channel.id.to_lowercase() == wanted);
    let missing = if whole { Problem::no_channel } else { Problem::unseen_channel };
    found.map(|channel| Place::Channel(channel.id)).ok_or_else(missing)
}

/// The trace of the edge around, else the one that the caller began.
fn trace(request: &Request) -> Option<TraceParent> {
    let edge = request.extensions().get::<TraceParent>().cloned();
    edge.or_else(|| request.headers().get("traceparent")?.to_str().ok()?.parse().ok())
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let printable = value.to_str().ok().filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    match printable {
        Some(key) if values.next().is_none() && (1..=KEY_MAX).contains(&key.len()) => Ok(Some(key)),
        _ => Err(Problem::bad_request(
            format!("Idempotency-Key must stand once, with 1 to {KEY_MAX} visible ASCII characters."),
            "Use a random UUID per request.",
        )),
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    let next = "Send `Content-Type: application/json`.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be JSON.", next))
}

/// Broken JSON, or JSON that says something else than wanted.
fn unwanted(error: &serde_json::Error) -> Problem {
    let next = "Send {\"text\": \"list\"}.";
    match error.classify() {
        Category::Data => {
            let detail = format!("The body is not as wanted: {error}.");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::Invalid.as_str(), detail, next)
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "not_json", format!("The body is not JSON: {error}."), next),
    }
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is longer than 1 MB.",
            "Send less at once.",
        ),
        _ => Problem::bad_request("The body broke off.", "Send it again."),
    }
}
