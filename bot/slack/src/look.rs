//! After a lost answer: whether the message is there. Slack lets apps read history rarely, some of them once a minute and
//! fifteen messages, so one look serves all messages of the channel that it shows. Where more was said at that time than one
//! page shows, the next ones are read, if need be in the attempts that follow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::decide::delivery::{ATTEMPTS_MAX, TAKEN_WITHIN};
use domain::fault::sabotaged;
use domain::ids::DeliveryId;
use domain::place::Place;
use domain::ports::chat::Posting;
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use crate::api::{Api, CallError, FORGOTTEN, Message, Messages, Window};
use crate::chat::message_id;
use crate::pace::Pace;
use crate::render::reminder;
use crate::waiting::Waiting;

/// Slack's clock and ours may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_secs(3);
/// What Slack's "too many" is kept under: of channels and threads alike.
pub(crate) const HISTORY: &str = "conversations.history";
/// What its "too many" is kept under when it is asked where a direct message is.
const OPEN: &str = "conversations.open";
/// So often it is tried to find out; then the message is sent again, if need be twice. A look that Slack wants later is none.
const TRIES: u32 = 4;
/// In one attempt so many pages are read at most,
const PAGES: usize = 5;
/// for so long at most: of the time that a posting has, some is left for the post itself.
const READING: Duration = Duration::from_secs(5);
/// So many findings are kept before they are forgotten; they can be looked up again.
const KEPT: usize = 4_096;

/// What has been seen in channels.
#[derive(Debug)]
pub(crate) struct Looks {
    /// When they may be looked into again.
    pace: Arc<Pace>,
    /// Whose turn it is.
    waiting: Waiting,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By which messages are known in the store.
    seen: HashMap<DeliveryId, String>,
    /// How often it was tried in vain to find out.
    tried: HashMap<DeliveryId, u32>,
    /// Where the look for a message goes on that has not seen all of its time.
    stopped_at: HashMap<DeliveryId, (Window, String)>,
}

impl State {
    fn make_room(&mut self) {
        if self.seen.len().max(self.tried.len()).max(self.stopped_at.len()) >= KEPT {
            self.seen.clear();
            self.tried.clear();
            self.stopped_at.clear();
        }
    }
}

/// What a look has shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The message, by which it is known in the store.
    There(String),
    /// It is not there, or nobody will ever know.
    Nothing,
    /// It cannot be asked now.
    NotNow(Option<Duration>),
}

impl Looks {
    pub(crate) fn new(pace: Arc<Pace>) -> Self {
        Self { pace, waiting: Waiting::default(), state: Mutex::default() }
    }

    /// Looks for the message of a posting of which earlier attempts were lost, the first and the last begun at these
    /// times. Nothing is asked of Slack before its turn has come.
    pub(crate) async fn find(
        &self,
        api: &Api,
        posting: &Posting,
        message: &Message,
        lost: (Timestamp, Timestamp),
    ) -> Found {
        if let Some(id) = self.state().seen.get(&posting.delivery) {
            return Found::There(id.clone());
        }
        let (tenant, place) = (&posting.tenant, posting.place.key());
        let asks: &[&str] = if matches!(posting.place, Place::Direct(_)) { &[HISTORY, OPEN] } else { &[HISTORY] };
        let rest = asks.iter().filter_map(|method| self.pace.rests(tenant, method)).max();
        if let Err(left) = self.waiting.turn(tenant, &place, rest) {
            return put_off(posting, left);
        }
        let reading = self.look_into(api, posting, message, window(lost));
        let late = |_| Err((HISTORY, CallError::Unknown("it took too long".into())));
        match timeout(READING, reading).await.unwrap_or_else(late) {
            Ok(true) => self.state().seen.get(&posting.delivery).cloned().map_or(Found::Nothing, Found::There),
            // So much was said at that time that not all of it was shown.
            Ok(false) => self.in_vain(posting),
            Err((method, CallError::Later { after: Some(time), .. })) => {
                self.pace.rest(tenant, method, time);
                if method == HISTORY {
                    self.waiting.too_many(tenant, time);
                }
                self.waiting.again(tenant, &place, time);
                put_off(posting, time)
            }
            Err((_, CallError::Later { after: None, .. } | CallError::Unknown(_))) => self.in_vain(posting),
            Err((_, CallError::Refused(_))) => Found::Nothing,
        }
    }

    /// Looks where the message was to go; of a direct message Slack says where that is. A failure comes with its method.
    async fn look_into(
        &self,
        api: &Api,
        posting: &Posting,
        message: &Message,
        window: Window,
    ) -> Result<bool, (&'static str, CallError)> {
        let channel = match posting.place {
            Place::Direct(_) => api.known_direct(&message.channel).await.map_err(|error| (OPEN, error))?,
            Place::Channel(_) | Place::Thread { .. } => message.channel.clone(),
        };
        let read = self.read_on(api, posting, (&channel, message.thread_ts.as_deref()), window);
        read.await.map_err(|error| (HISTORY, error))
    }

    /// Better late than twice, but not for ever.
    fn in_vain(&self, posting: &Posting) -> Found {
        let mut state = self.state();
        state.make_room();
        let tried = state.tried.entry(posting.delivery).or_default();
        *tried += 1;
        if *tried < TRIES && !is_last(posting) { Found::NotNow(None) } else { Found::Nothing }
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
                    self.waiting.answered(&posting.tenant);
                    if let Some(is_over) = self.learn(posting, channel, window, page) {
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
    fn learn(&self, posting: &Posting, channel: &str, window: Window, page: Messages) -> Option<bool> {
        let mut state = self.state();
        state.make_room();
        for message in &page.messages {
            if let (Some(delivery), Some(ts)) = (reminder::carried(message), message["ts"].as_str()) {
                state.seen.insert(delivery, message_id(channel, ts));
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the lost message was posted, if it was.
pub(crate) fn window((first, last): (Timestamp, Timestamp)) -> Window {
    if sabotaged("slack.without_window") {
        return Window { oldest: Timestamp::UNIX_EPOCH, latest: Timestamp::MAX };
    }
    let oldest = first.saturating_sub(SKEW).unwrap_or(Timestamp::MIN);
    Window { oldest, latest: last.saturating_add(TAKEN_WITHIN).unwrap_or(Timestamp::MAX) }
}

/// Slack wants to be asked later: nothing has been tried.
fn put_off(posting: &Posting, time: Duration) -> Found {
    if is_last(posting) { Found::Nothing } else { Found::NotNow(Some(time)) }
}

/// What is not sent now is given up.
fn is_last(posting: &Posting) -> bool {
    posting.attempt >= ATTEMPTS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(attempt: u32) -> Posting {
        Posting {
            delivery: DeliveryId(uuid::Uuid::nil()),
            tenant: "slack:T1".parse().expect("a tenant"),
            place: Place::Channel("C1".to_owned()),
            items: Vec::new(),
            news: None,
            attempt,
            unsure_since: None,
            unsure_until: None,
            trace: None,
        }
    }

    #[test]
    fn a_look_that_slack_puts_off_is_no_try() {
        let (looks, minute) = (Looks::new(Arc::default()), Duration::from_secs(60));
        for attempt in 2..ATTEMPTS_MAX {
            assert_eq!(put_off(&posting(attempt), minute), Found::NotNow(Some(minute)));
        }
        assert_eq!(put_off(&posting(ATTEMPTS_MAX), minute), Found::Nothing, "better twice than never");
        for attempt in 7..10 {
            assert_eq!(
                looks.in_vain(&posting(attempt)),
                Found::NotNow(None),
                "however many attempts were put off before"
            );
        }
        assert_eq!(looks.in_vain(&posting(10)), Found::Nothing);
        assert_eq!(Looks::new(Arc::default()).in_vain(&posting(ATTEMPTS_MAX)), Found::Nothing);
    }
}
