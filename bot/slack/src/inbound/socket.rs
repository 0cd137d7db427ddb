//! Socket Mode: Slack's payloads over a WebSocket that this process opens, so that no public address is needed.
//!
//! The listener of `slack-morphism` is not used: it answers an envelope only when its callback returns, one after another
//! per connection, drops what its strict models do not know, and writes the address with its ticket into the log.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures::stream::SplitSink;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, info, info_span, warn};

use super::payload::{Command, Envelope, Interaction};
use crate::api::Wire;
use crate::desk::Desk;
use crate::options::Secret;

/// A connection on which nothing comes for so long, not even a ping, is dead. Slack pings about every ten seconds.
const SILENCE: Duration = Duration::from_secs(40);
/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many answers may wait to be sent.
const ANSWERS: usize = 256;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

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
    },
    Interactive {
        envelope_id: String,
        payload: Value,
    },
    #[serde(other)]
    Other,
}

/// Why a connection came to its end.
enum End {
    /// Slack wants another one; that is its daily business.
    Refresh,
    /// It broke.
    Broken(String),
    /// Somebody asked to stop.
    Stopped,
}

/// Keeps a connection open until somebody asks to stop.
pub(crate) async fn listen(wire: &Wire, token: &Secret, desk: Desk, stop: CancellationToken) {
    let pauses =
        ExponentialBuilder::default().with_max_delay(Duration::from_secs(30)).with_jitter().without_max_times();
    let mut waiting = pauses.build();
    while !stop.is_cancelled() {
        match connection(wire, token, &desk, &stop).await {
            End::Stopped => return,
            End::Refresh => waiting = pauses.build(),
            End::Broken(reason) => {
                let pause = waiting.next().unwrap_or(PATIENCE);
                warn!(reason, ?pause, "Slack's socket is gone; it is opened anew");
                tokio::select! {
                    () = sleep(pause) => {}
                    () = stop.cancelled() => return,
                }
            }
        }
    }
}

async fn connection(wire: &Wire, token: &Secret, desk: &Desk, stop: &CancellationToken) -> End {
    let socket = tokio::select! {
        socket = open(wire, token) => socket,
        () = stop.cancelled() => return End::Stopped,
    };
    let (sink, mut frames) = match socket {
        Ok(socket) => socket.split(),
        Err(reason) => return End::Broken(reason),
    };
    let (answers, waiting) = mpsc::channel(ANSWERS);
    let writing = tokio::spawn(write(sink, waiting));
    let end = loop {
        let frame = tokio::select! {
            frame = timeout(SILENCE, frames.next()) => frame,
            () = stop.cancelled() => break End::Stopped,
        };
        match frame {
            Ok(Some(Ok(Message::Text(text)))) => match read(text.as_str()) {
                Frame::Hello => info!("Slack's socket is open"),
                Frame::Disconnect { reason } => {
                    debug!(reason, "Slack wants another socket");
                    break End::Refresh;
                }
                frame => attend(desk.clone(), frame, answers.clone()),
            },
            Ok(Some(Ok(Message::Ping(body)))) => drop(answers.send(Message::Pong(body)).await),
            Ok(Some(Ok(Message::Close(_))) | None) => break End::Broken("closed by Slack".to_owned()),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => break End::Broken(error.to_string()),
            Err(_) => break End::Broken("nothing came for long".to_owned()),
        }
    };
    // What is being answered still holds a sender: the writer ends when the last one is gone.
    drop(answers);
    drop(timeout(PATIENCE, writing).await);
    end
}

async fn open(wire: &Wire, token: &Secret) -> Result<Socket, String> {
    let url = wire.socket(token).await.map_err(|error| error.to_string())?;
    match timeout(PATIENCE, connect_async(url)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        // The error may hold the address, and with it the ticket.
        Ok(Err(_)) => Err("the socket could not be opened".to_owned()),
        Err(_) => Err("the socket took too long to open".to_owned()),
    }
}

async fn write(mut sink: SplitSink<Socket, Message>, mut waiting: mpsc::Receiver<Message>) {
    while let Some(message) = waiting.recv().await {
        if sink.send(message).await.is_err() {
            return;
        }
    }
    drop(sink.close().await);
}

fn read(text: &str) -> Frame {
    serde_json::from_str(text).unwrap_or_else(|error| {
        warn!(%error, "Slack sent what cannot be read");
        Frame::Other
    })
}

/// Answers an envelope beside the others. One that was not taken gets no answer, so that Slack sends it again.
fn attend(desk: Desk, frame: Frame, answers: mpsc::Sender<Message>) {
    let work = async move {
        let Some(answer) = answer(&desk, frame).await else { return };
        drop(answers.send(Message::text(answer.to_string())).await);
    };
    tokio::spawn(work.instrument(info_span!("bot.slack.socket")));
}

async fn answer(desk: &Desk, frame: Frame) -> Option<Value> {
    match frame {
        Frame::SlashCommands { envelope_id, payload } => {
            Some(json!({ "envelope_id": envelope_id, "payload": desk.of(&payload.team_id).command(*payload).await }))
        }
        Frame::EventsApi { envelope_id, payload } => {
            match serde_json::from_value(payload) {
                Ok(Envelope::EventCallback(happened)) => {
                    let team = happened.team().to_owned();
                    desk.of(&team).event(&team, *happened.event).await.ok()?;
                }
                Ok(Envelope::UrlVerification { .. } | Envelope::Other) => {}
                Err(error) => warn!(%error, "an event that cannot be read"),
            }
            Some(json!({ "envelope_id": envelope_id }))
        }
        Frame::Interactive { envelope_id, payload } => {
            let answer = match serde_json::from_value::<Interaction>(payload) {
                Ok(interaction) => desk.of(interaction.team()).interaction(interaction).await,
                Err(error) => {
                    warn!(%error, "an interaction that cannot be read");
                    None
                }
            };
            Some(match answer {
                Some(answer) => json!({ "envelope_id": envelope_id, "payload": answer }),
                None => json!({ "envelope_id": envelope_id }),
            })
        }
        Frame::Hello | Frame::Disconnect { .. } | Frame::Other => None,
    }
}
