//! What goes out over a connection, and what becomes of it when that breaks.

use futures::SinkExt;
use futures::stream::SplitSink;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::connection::Socket;
use crate::desk::{Asked, Desk};

/// What is to be sent.
pub(super) struct Answer {
    pub(super) message: Message,
    pub(super) instead: Option<Instead>,
}

/// Whom it answers, who can be told at an address of their own: Slack tells of a command once.
pub(super) struct Instead {
    pub(super) desk: Desk,
    pub(super) asked: Asked,
    pub(super) answer: Value,
}

impl Answer {
    /// What Slack asks for again if it does not come.
    pub(super) const fn plain(message: Message) -> Self {
        Self { message, instead: None }
    }
}

/// The connection broke before it was sent.
pub(super) fn lost(instead: Option<Instead>) {
    if let Some(Instead { desk, asked, answer }) = instead {
        desk.answer_lost(asked, answer);
    }
}

/// Sends what waits until nobody is left to send anything, or the connection is broken: what Slack did not hear then goes
/// another way.
pub(super) async fn write(
    mut sink: SplitSink<Socket, Message>,
    mut waiting: mpsc::Receiver<Answer>,
    broken: CancellationToken,
) {
    while let Some(Some(Answer { message, instead })) = broken.run_until_cancelled(waiting.recv()).await {
        if !matches!(broken.run_until_cancelled(sink.send(message)).await, Some(Ok(()))) {
            broken.cancel();
            lost(instead);
        }
    }
    if !broken.is_cancelled() {
        drop(sink.close().await);
    }
    waiting.close();
    while let Some(Answer { instead, .. }) = waiting.recv().await {
        lost(instead);
    }
}
