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
use crate::api::{CallError, Wire};
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
            Some(Err(end)) => end,
            None => End::Stopped,
        };
        let worked = began.elapsed() > PATIENCE;
        if worked {
            waiting = pauses();
        }
        let Some(pause) = pause(end, worked, &mut waiting) else { break };
        stop.run_until_cancelled(sleep(pause)).await;
    }
    connections.close();
    drop(timeout(PATIENCE, connections.wait()).await);
}

/// How long to wait before the next connection is opened; `None` if there is to be none. Slack wants another one from time
/// to time, but also when there are too many: the next would be sent away as soon as it is open.
fn pause(end: End, worked: bool, waiting: &mut ExponentialBackoff) -> Option<Duration> {
    let [_, longest] = PAUSES;
    let mut next = || waiting.next().unwrap_or(longest);
    match end {
        End::Stopped => None,
        End::Refresh if worked => Some(Duration::ZERO),
        End::Refresh => Some(next()),
        End::Disabled => {
            warn!(pause = ?longest, "Socket Mode is switched off for the app, so nothing is heard; switch it on at Slack");
            Some(longest)
        }
        End::Broken(reason) => {
            let pause = next();
            warn!(reason, ?pause, "Slack's socket is gone; it is opened anew");
            Some(pause)
        }
        End::Later(after, reason) => {
            let pause = next().max(after);
            warn!(reason, ?pause, "Slack opens no socket for now");
            Some(pause)
        }
    }
}

fn pauses() -> ExponentialBackoff {
    let [shortest, longest] = PAUSES;
    let pauses = ExponentialBuilder::default().with_min_delay(shortest).with_max_delay(longest);
    pauses.with_jitter().without_max_times().build()
}

async fn open(wire: &Wire, token: &Secret) -> Result<Socket, End> {
    let url = wire.socket(token).await.map_err(|error| match error {
        CallError::Later { after: Some(after), reason } => End::Later(after, reason),
        error => End::Broken(error.to_string()),
    })?;
    match timeout(PATIENCE, connect_async(url)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        // The error may hold the address, and with it the ticket.
        Ok(Err(_)) => Err(End::Broken("the socket could not be opened".to_owned())),
        Err(_) => Err(End::Broken("the socket took too long to open".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_slack_ends_at_once_is_followed_after_a_pause_that_grows() {
        let mut waiting = pauses();
        assert_eq!(pause(End::Refresh, true, &mut waiting), Some(Duration::ZERO), "its daily business");
        let [first, later] = [0, 6].map(|more| {
            let skipped = (0..more).filter_map(|_| pause(End::Refresh, false, &mut waiting)).count();
            pause(End::Refresh, false, &mut waiting).filter(|_| skipped == more)
        });
        assert!(first > Some(Duration::ZERO) && later > first.map(|pause| pause * 4), "{first:?}, {later:?}");
    }

    #[test]
    fn no_socket_is_asked_for_before_slack_gives_one() {
        let minute = Duration::from_secs(60);
        let asked = End::Later(minute, "too many calls".to_owned());
        assert_eq!(pause(asked, false, &mut pauses()), Some(minute));
    }
}
