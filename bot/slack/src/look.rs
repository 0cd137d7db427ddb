//! After a lost answer: whether the message is there. Slack lets apps read history rarely, some of them once a minute and
//! fifteen messages, so one look serves all messages of the channel that it shows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::fault::sabotaged;
use domain::ids::DeliveryId;
use domain::ports::chat::Posting;
use domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::api::{Api, CallError, Messages, Window};
use crate::render::reminder;

/// Slack's clock and ours may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_secs(3);
/// A message whose answer was lost was taken this soon, or not at all.
const TAKEN_WITHIN: SignedDuration = SignedDuration::from_secs(11);
/// In so many attempts it is tried to find out; then the message is sent again, if need be twice.
const TRIES: u32 = 5;
/// So many findings are kept before they are forgotten; they can be looked up again.
const KEPT: usize = 4_096;

/// What has been seen in channels, and when they may be looked into again.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    seen: HashMap<DeliveryId, String>,
    closed_until: HashMap<TenantId, Instant>,
}

/// What a look has shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The message, by its timestamp.
    There(String),
    /// It is not there, or nobody will ever know.
    Nothing,
    /// It cannot be asked now.
    NotNow(Option<Duration>),
}

impl Looks {
    /// Looks for the message of a posting of which earlier attempts were lost, the first and the last begun at these
    /// times.
    pub(crate) async fn find(
        &self,
        api: &Api,
        posting: &Posting,
        (channel, thread): (&str, Option<&str>),
        lost: (Timestamp, Timestamp),
    ) -> Found {
        if let Some(ts) = self.state().seen.get(&posting.delivery) {
            return Found::There(ts.clone());
        }
        if let Some(left) = self.closed(&posting.tenant) {
            return not_now(posting, Some(left));
        }
        match api.latest(channel, thread, window(lost)).await {
            Ok(page) => self.learn(posting, &page),
            Err(CallError::Later { after, .. }) => {
                let until = Instant::now() + after.unwrap_or_default();
                self.state().closed_until.insert(posting.tenant.clone(), until);
                not_now(posting, after)
            }
            Err(CallError::Unknown(_)) => not_now(posting, None),
            Err(CallError::Refused(_)) => Found::Nothing,
        }
    }

    fn learn(&self, posting: &Posting, page: &Messages) -> Found {
        let mut state = self.state();
        if state.seen.len() >= KEPT {
            state.seen.clear();
        }
        for message in &page.messages {
            if let (Some(delivery), Some(ts)) = (reminder::carried(message), message["ts"].as_str()) {
                state.seen.insert(delivery, ts.to_owned());
            }
        }
        match state.seen.get(&posting.delivery) {
            Some(ts) => Found::There(ts.clone()),
            // So much was said at that time that not all of it was shown.
            None if page.has_more => not_now(posting, None),
            None => Found::Nothing,
        }
    }

    /// How long it is until this workspace's channels may be looked into.
    fn closed(&self, tenant: &TenantId) -> Option<Duration> {
        let until = *self.state().closed_until.get(tenant)?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the lost message was posted, if it was.
fn window((first, last): (Timestamp, Timestamp)) -> Window {
    if sabotaged("slack.without_window") {
        return Window { oldest: Timestamp::UNIX_EPOCH, latest: Timestamp::MAX };
    }
    let oldest = first.saturating_sub(SKEW).unwrap_or(Timestamp::MIN);
    Window { oldest, latest: last.saturating_add(TAKEN_WITHIN).unwrap_or(Timestamp::MAX) }
}

/// Better late than twice, but not for ever.
fn not_now(posting: &Posting, after: Option<Duration>) -> Found {
    if posting.attempt < TRIES { Found::NotNow(after) } else { Found::Nothing }
}
