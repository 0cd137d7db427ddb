//! After a lost answer: whether the message is there. Slack lets apps read history rarely, some of them once a minute and
//! fifteen messages, so one look serves all messages of the channel that it shows. Where more was said at that time than one
//! page shows, the next ones are read, if need be in the attempts that follow.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::fault::sabotaged;
use domain::ids::DeliveryId;
use domain::ports::chat::Posting;
use domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout};

use crate::api::{Api, CallError, FORGOTTEN, Messages, Window};
use crate::render::reminder;

/// Slack's clock and ours may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_secs(3);
/// A message whose answer was lost was taken this soon, or not at all.
const TAKEN_WITHIN: SignedDuration = SignedDuration::from_secs(11);
/// In so many attempts it is tried to find out; then the message is sent again, if need be twice.
const TRIES: u32 = 5;
/// In one attempt so many pages are read at most,
const PAGES: usize = 5;
/// for so long at most: of the time that a posting has, some is left for the post itself.
const READING: Duration = Duration::from_secs(5);
/// So many findings are kept before they are forgotten; they can be looked up again.
const KEPT: usize = 4_096;

/// What has been seen in channels, and when they may be looked into again.
#[derive(Debug, Default)]
pub(crate) struct Looks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    seen: HashMap<DeliveryId, String>,
    closed_until: HashMap<TenantId, Instant>,
    /// Where the look for a message goes on that has not seen all of its time.
    stopped_at: HashMap<DeliveryId, (Window, String)>,
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
        let reading = self.read_on(api, posting, (channel, thread), window(lost));
        let read =
            timeout(READING, reading).await.unwrap_or_else(|_| Err(CallError::Unknown("it took too long".into())));
        match read {
            Ok(true) => self.state().seen.get(&posting.delivery).cloned().map_or(Found::Nothing, Found::There),
            // So much was said at that time that not all of it was shown.
            Ok(false) => not_now(posting, None),
            Err(CallError::Later { after, .. }) => {
                let until = Instant::now() + after.unwrap_or_default();
                self.state().closed_until.insert(posting.tenant.clone(), until);
                not_now(posting, after)
            }
            Err(CallError::Unknown(_)) => not_now(posting, None),
            Err(CallError::Refused(_)) => Found::Nothing,
        }
    }

    /// Reads on where the last attempt stopped, until the message was seen or there is no more. Says whether it came to that.
    async fn read_on(
        &self,
        api: &Api,
        posting: &Posting,
        (channel, thread): (&str, Option<&str>),
        window: Window,
    ) -> Result<bool, CallError> {
        for _ in 0..PAGES {
            let cursor = self.stopped_at(posting.delivery, window);
            match api.messages(channel, thread, window, cursor.as_deref()).await {
                Ok(page) => {
                    if let Some(is_over) = self.learn(posting, window, page) {
                        return Ok(is_over);
                    }
                }
                Err(CallError::Refused(word)) if word == FORGOTTEN && cursor.is_some() => {
                    self.state().stopped_at.remove(&posting.delivery);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// Keeps what a page shows, and where the next one begins. Says whether the look is over; nothing where it goes on.
    fn learn(&self, posting: &Posting, window: Window, page: Messages) -> Option<bool> {
        let mut state = self.state();
        if state.seen.len().max(state.stopped_at.len()) >= KEPT {
            state.seen.clear();
            state.stopped_at.clear();
        }
        for message in &page.messages {
            if let (Some(delivery), Some(ts)) = (reminder::carried(message), message["ts"].as_str()) {
                state.seen.insert(delivery, ts.to_owned());
            }
        }
        state.stopped_at.remove(&posting.delivery);
        if !page.has_more || state.seen.contains_key(&posting.delivery) {
            return Some(true);
        }
        match page.next() {
            Some(cursor) => state.stopped_at.insert(posting.delivery, (window, cursor)),
            None => return Some(false),
        };
        None
    }

    fn stopped_at(&self, delivery: DeliveryId, of: Window) -> Option<String> {
        let state = self.state();
        let (window, cursor) = state.stopped_at.get(&delivery)?;
        (*window == of).then(|| cursor.clone())
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
