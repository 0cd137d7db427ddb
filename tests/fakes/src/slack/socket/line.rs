use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Slack;

/// How often Slack asks whether the other side lives.
const PING: Duration = Duration::from_secs(5);

/// What goes out on a socket.
#[derive(Debug)]
pub(super) enum Frame {
    Text(String),
    Close,
    Cut,
}

/// One open socket, seen by whoever sends on it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) id: usize,
    pub(super) app: String,
    out: UnboundedSender<Frame>,
}

impl Line {
    pub(super) fn send(&self, frame: Frame) {
        // A socket that has just ended hears nothing more.
        drop(self.out.send(frame));
    }
}

/// Serves one socket until either side ends it.
pub(super) async fn serve(slack: Slack, app: String, mut socket: WebSocket) {
    let (out, frames) = unbounded_channel();
    let id = slack.sockets().number();
    let count = slack.sockets().add(Line { id, app: app.clone(), out });
    let hello = json!({
        "type": "hello", "num_connections": count, "connection_info": { "app_id": app },
        "debug_info": { "host": "fake", "started": "2026-01-01 00:00:00.000", "build_number": 1,
                        "approximate_connection_time": 3600 },
    });
    if socket.send(Message::Text(hello.to_string().into())).await.is_ok() {
        tokio::select! {
            () = slack.ends().cancelled() => {}
            () = converse(&slack, &mut socket, frames) => {}
        }
    }
    slack.sockets().remove(id);
}

async fn converse(slack: &Slack, socket: &mut WebSocket, mut frames: UnboundedReceiver<Frame>) {
    let mut pings = tokio::time::interval(PING);
    loop {
        let sent = tokio::select! {
            frame = frames.recv() => match frame {
                Some(Frame::Text(text)) => socket.send(Message::Text(text.into())).await,
                Some(Frame::Close) => return drop(socket.send(Message::Close(None)).await),
                Some(Frame::Cut) | None => return,
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => { hear(slack, &text); Ok(()) }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => Ok(()),
            },
            _ = pings.tick() => socket.send(Message::Ping("fake".into())).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

/// An app's word: the answer to an envelope, with or without content.
fn hear(slack: &Slack, text: &str) {
    let said: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(envelope) = said["envelope_id"].as_str() {
        slack.sockets().answered(envelope, said["payload"].clone());
    }
}
