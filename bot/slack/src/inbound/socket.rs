//! Socket Mode: Slack's payloads over a WebSocket that this process opens, so that no public address is needed. When
//! Slack wants another connection, that one is opened while the old one is still read: commands come over both.
//!
//! The listener of `slack-morphism` is not used: it answers an envelope only when its callback returns, one after another
//! per connection, drops what its strict models do not know, and writes the address with its ticket into the log.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::connection::{End, Socket, converse};
use crate::api::Wire;
use crate::desk::Desk;
use crate::options::Secret;

/// How long a connection may take to come about, and the last answers to go out. One that lasts longer works.
const PATIENCE: Duration = Duration::from_secs(15);
/// The first and the longest pause between two attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(30)];

/// Keeps a connection open until somebody asks to stop.
pub(crate) async fn listen(wire: &Wire, token: &Secret, desk: Desk, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let mut waiting = pauses();
    loop {
        let began = Instant::now();
        let end = match stop.run_until_cancelled(open(wire, token)).await {
            Some(Ok(socket)) => {
                let (tell, end) = oneshot::channel();
                connections.spawn(converse(socket, desk.clone(), tell, stop.clone()));
                end.await.unwrap_or_else(|_| End::Broken("it broke down".to_owned()))
            }
            Some(Err(reason)) => End::Broken(reason),
            None => End::Stopped,
        };
        if began.elapsed() > PATIENCE {
            waiting = pauses();
        }
        let Some(pause) = pause(end, &mut waiting) else { break };
        stop.run_until_cancelled(sleep(pause)).await;
    }
    connections.close();
    drop(timeout(PATIENCE, connections.wait()).await);
}

/// How long to wait before the next connection is opened; `None` if there is to be none.
fn pause(end: End, waiting: &mut ExponentialBackoff) -> Option<Duration> {
    let [_, longest] = PAUSES;
    match end {
        End::Stopped => None,
        End::Refresh => Some(Duration::ZERO),
        End::Disabled => {
            warn!(pause = ?longest, "Socket Mode is switched off for the app, so nothing is heard; switch it on at Slack");
            Some(longest)
        }
        End::Broken(reason) => {
            let pause = waiting.next().unwrap_or(longest);
            warn!(reason, ?pause, "Slack's socket is gone; it is opened anew");
            Some(pause)
        }
    }
}

fn pauses() -> ExponentialBackoff {
    let [shortest, longest] = PAUSES;
    let pauses = ExponentialBuilder::default().with_min_delay(shortest).with_max_delay(longest);
    pauses.with_jitter().without_max_times().build()
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
