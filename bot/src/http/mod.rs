//! `/api/v1/chat`: a message in, the reply out. For people with an access token and no chat platform.

mod asked;
mod keys;
mod problem;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use domain::event::TaskView;
use domain::message::Message;
use domain::refusal::Code;
use domain::service::Operators;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::reply::{ChannelLine, Reply, Verdict, plain};
use crate::turn::Turns;
use asked::{Asked, Said};
use problem::Problem;

/// The longest body, in bytes.
const BODY_MAX: usize = 1 << 20;

/// How long a turn may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the chat over HTTP works with.
#[derive(Clone)]
pub struct Door {
    /// What answers.
    pub turns: Turns,
    /// Who moderates what they see.
    pub operators: Arc<Operators>,
    /// Where channels learn of changes.
    pub rooms: Vec<Arc<dyn Rooms>>,
}

/// The channels of a platform, which learn of changes of their lists.
#[async_trait]
pub trait Rooms: Send + Sync {
    /// Shows what a message changed, if it was said to somebody of this platform.
    async fn show(&self, message: &Message, line: &ChannelLine);
}

/// The bot's HTTP routes, with their part of the OpenAPI document. Mounted behind an edge that puts a trace into
/// the request's extensions; without one they begin a trace themselves.
pub fn router(door: Door) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(chat)).layer(DefaultBodyLimit::max(BODY_MAX)).with_state(door)
}

/// What the bot says.
#[derive(Serialize, ToSchema)]
struct Answer {
    /// The reply, as on a terminal.
    #[schema(example = "Added #3: call Ana")]
    reply: String,
    /// Whether it is meant for the asker alone.
    private: bool,
    /// The tasks that it speaks of, in order.
    #[schema(value_type = Vec<Object>)]
    tasks: Vec<TaskView>,
    /// There if the line was refused or not understood; then nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
}

/// Why a line was refused.
#[derive(Serialize, ToSchema)]
struct Refused {
    /// The reason; stable.
    #[schema(example = "not_understood")]
    code: &'static str,
    /// What is wrong with the line, in the codes of `taskbot parse`; with `not_understood` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "invalid_date")]
    error: Option<&'static str>,
}

/// Says a line to the bot, as if typed in a direct message or in one of the caller's channels.
#[utoipa::path(post, path = "/api/v1/chat", tag = "chat", request_body = Said,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same line again changes nothing twice"),
           ("traceparent" = Option<String>, Header, description = "W3C trace context")),
    responses((status = 200, description = "The bot's answer, also when it says no", body = Answer),
              (status = 422, description = "The Idempotency-Key was used for another line"),
              (status = 429, description = "Too fast; Retry-After says when to try again")))]
async fn chat(State(door): State<Door>, asked: Asked) -> Result<Json<Answer>, Problem> {
    let message = asked.message;
    let reply = answered(&door, &message).await.map_err(|problem| problem.traced(&message.trace))?;
    if let Some(line) = &reply.shown_in_channel {
        for rooms in &door.rooms {
            rooms.show(&message, line).await;
        }
    }
    Ok(Json(Answer::from(reply)))
}

/// The reply to a message whose key was used for no other line.
async fn answered(door: &Door, message: &Message) -> Result<Reply, Problem> {
    let state = door.turns.state().as_ref();
    keys::unused(state, message).await?;
    let reply = timeout(PATIENCE, door.turns.take(message.clone())).await.map_err(|_| Problem::unavailable())?;
    match reply.verdict {
        Verdict::Answered => keys::used(state, message).await,
        Verdict::Failed => return Err(Problem::unavailable()),
        Verdict::Refused { code: code @ (Code::KeyReused | Code::TooFast), .. } => {
            return Err(Problem::refused(code, plain(&reply.blocks)));
        }
        Verdict::Refused { .. } => {}
    }
    Ok(reply)
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        let refused = match reply.verdict {
            Verdict::Refused { code, misread } => Some(Refused { code: code.as_str(), error: misread }),
            Verdict::Answered | Verdict::Failed => None,
        };
        Self { reply: plain(&reply.blocks), private: reply.private, tasks: reply.tasks, refused }
    }
}
