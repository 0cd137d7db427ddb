//! One connection of Socket Mode, from its opening to its end.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::SplitStream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, info, info_span, warn};

use super::outgoing::{Answer, Instead, lost, write};
use super::payload::{Command, Envelope, Interaction};
use crate::desk::{Asked, Desk};

/// A connection on which nothing comes for so long, not even a ping, is dead: Slack pings about every ten seconds. One
/// that Slack wants to end is read for so long at most; Slack closes it after about ten seconds.
const SILENCE: Duration = Duration::from_secs(40);
/// How long the last answers may take to go out.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many answers may wait to be sent.
const ANSWERS: usize = 256;

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What comes over the socket.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Hello,
    Disconnect {
        #[serde(default)]
        reason: String,
    },
    SlashCommands {
        envelope_id: String,
        payload: Box<Command>,
    },
    EventsApi {
        envelope_id: String,
        payload: Value,
        #[serde(default)]
        retry_attempt: u32,
    },
    Interactive {
        envelope_id: String,
        payload: Value,
    },
    #[serde(other)]
    Other,
}

/// Why another connection is needed, or none.
#[derive(Debug)]
pub(super) enum End {
    /// Slack wants another one; that is its daily business. This one is still read.
    Refresh,
    /// Somebody has switched Socket Mode off.
    Disabled,
    /// It broke.
    Broken(String),
    /// Slack opens none before so much time has passed.
    Later(Duration, String),
    /// Somebody asked to stop.
    Stopped,
}

/// Tells once that a connection comes to its end.
struct Tell(Option<oneshot::Sender<End>>);

impl Tell {
    fn tell(&mut self, end: End) {
        if let Some(tell) = self.0.take() {
            // Whoever listened may have stopped in this moment.
            drop(tell.send(end));
        }
    }
}

/// Answers what comes over a connection until that is over, and tells as soon as another one is needed.
pub(super) async fn converse(socket: Socket, desk: Desk, tell: oneshot::Sender<End>, stop: CancellationToken) {
    let (sink, frames) = socket.split();
    let (answers, waiting) = mpsc::channel(ANSWERS);
    let broken = CancellationToken::new();
    let writing = tokio::spawn(write(sink, waiting, broken.clone()));
    let mut tell = Tell(Some(tell));
    // What is being answered still holds a sender when this is over: the writer ends when the last one is gone.
    let end = stop.run_until_cancelled(hear(frames, &desk, answers, &mut tell)).await;
    if end.is_some() {
        broken.cancel();
    }
    tell.tell(end.map_or(End::Stopped, End::Broken));
    drop(timeout(PATIENCE, writing).await);
}

/// Takes what comes until nothing more does, and gives why.
async fn hear(mut frames: SplitStream<Socket>, desk: &Desk, answers: mpsc::Sender<Answer>, tell: &mut Tell) -> String {
    let mut until = None;
    loop {
        match timeout_at(until.unwrap_or_else(|| Instant::now() + SILENCE), frames.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => match read(text.as_str()) {
                Frame::Hello => info!("Slack's socket is open"),
                Frame::Disconnect { reason } => {
                    debug!(reason, "Slack wants another socket");
                    until.get_or_insert_with(|| Instant::now() + SILENCE);
                    tell.tell(if reason == "link_disabled" { End::Disabled } else { End::Refresh });
                }
                frame => attend(desk.clone(), frame, answers.clone()),
            },
            Ok(Some(Ok(Message::Ping(body)))) => drop(answers.send(Answer::plain(Message::Pong(body))).await),
            Ok(Some(Ok(Message::Close(_))) | None) => return "closed by Slack".to_owned(),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => return error.to_string(),
            Err(_) => return "nothing came for long".to_owned(),
        }
    }
}

fn read(text: &str) -> Frame {
    serde_json::from_str(text).unwrap_or_else(|error| {
        warn!(%error, "Slack sent what cannot be read");
        Frame::Other
    })
}

/// Answers an envelope beside the others. One that was not taken gets no answer, so that Slack sends it again.
fn attend(desk: Desk, frame: Frame, answers: mpsc::Sender<Answer>) {
    let work = async move {
        let Some(answer) = answer(&desk, frame).await else { return };
        if let Err(unsent) = answers.send(answer).await {
            lost(unsent.0.instead);
        }
    };
    tokio::spawn(work.instrument(info_span!("bot.slack.socket")));
}

async fn answer(desk: &Desk, frame: Frame) -> Option<Answer> {
    let envelope = match frame {
        Frame::SlashCommands { envelope_id, payload } => {
            let (desk, asked) = (desk.of(&payload.team_id), Asked::by(&payload));
            let answer = desk.command(*payload).await;
            let envelope = json!({ "envelope_id": envelope_id, "payload": answer });
            return Some(Answer { message: text(&envelope), instead: Some(Instead { desk, asked, answer }) });
        }
        Frame::EventsApi { envelope_id, payload, retry_attempt } => {
            match serde_json::from_value(payload) {
                Ok(Envelope::EventCallback(happened)) => {
                    let team = happened.team().to_owned();
                    desk.of(&team).event(&team, *happened.event, retry_attempt).await.ok()?;
                }
                Ok(Envelope::UrlVerification { .. } | Envelope::Other) => {}
                Err(error) => warn!(%error, "an event that cannot be read"),
            }
            json!({ "envelope_id": envelope_id })
        }
        Frame::Interactive { envelope_id, payload } => {
            let answer = match serde_json::from_value::<Interaction>(payload) {
                Ok(interaction) => desk.of(interaction.team()).interaction(interaction).await,
                Err(error) => {
                    warn!(%error, "an interaction that cannot be read");
                    None
                }
            };
            match answer {
                Some(answer) => json!({ "envelope_id": envelope_id, "payload": answer }),
                None => json!({ "envelope_id": envelope_id }),
            }
        }
        Frame::Hello | Frame::Disconnect { .. } | Frame::Other => return None,
    };
    Some(Answer::plain(text(&envelope)))
}

fn text(envelope: &Value) -> Message {
    Message::text(envelope.to_string())
}
