//! Posting reminders to the sessions that this process holds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::TaskId;
use domain::message::Message;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError, Posted, Posting};
use domain::ports::clock::Clock;
use domain::ports::people::People;
use domain::ports::state::State;
use domain::tenant::TenantId;
use domain::zone::Zone;
use tokio::time::timeout;
use tracing::warn;

use super::session::Session;
use super::sink::Sink;
use crate::http::Rooms;
use crate::memory;
use crate::reply::news::news;
use crate::reply::plain::on_one_line;
use crate::reply::reminder::reminder;
use crate::reply::watch::Watch;
use crate::reply::{ChannelLine, plain};

/// A terminal that takes no output for so long is as good as closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The console as a chat platform: its places are the open sessions of this process.
#[derive(Clone)]
pub struct ConsoleChat {
    people: Arc<dyn People>,
    state: Arc<dyn State>,
    clock: Arc<dyn Clock>,
    sessions: Arc<Mutex<Sessions>>,
}

#[derive(Default)]
struct Sessions {
    opened: u64,
    open: BTreeMap<u64, (Session, Arc<Sink>)>,
}

impl ConsoleChat {
    /// Without any session yet. `people` says in which zone somebody reads, `state` remembers what was spoken of.
    #[must_use]
    pub fn new(people: Arc<dyn People>, state: Arc<dyn State>, clock: Arc<dyn Clock>) -> Self {
        Self { people, state, clock, sessions: Arc::default() }
    }

    /// Holds a session until what is returned is dropped.
    pub(super) fn open(&self, session: Session, sink: Arc<Sink>) -> Held {
        let mut sessions = self.sessions();
        sessions.opened += 1;
        let number = sessions.opened;
        sessions.open.insert(number, (session, sink));
        Held { chat: self.clone(), number }
    }

    /// Shows a line in its channel: to everybody who has it open here, but whoever caused it.
    pub(super) async fn show_but(&self, line: &ChannelLine, but: Option<&Held>) {
        let place = Place::Channel(line.channel.clone());
        let text = on_one_line(&line.text);
        let others: Vec<Arc<Sink>> = {
            let sessions = self.sessions();
            let others = sessions.open.iter().filter(|(number, (session, _))| {
                session.place == place && but.is_none_or(|held| held.number != **number)
            });
            others.map(|(_, (_, sink))| Arc::clone(sink)).collect()
        };
        for sink in others {
            if let Ok(Err(error)) = timeout(PATIENCE, sink.say(&text)).await {
                warn!(%error, "a terminal has gone");
            }
        }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sessions that a place reaches.
    fn at(&self, place: &Place) -> Vec<(Session, Arc<Sink>)> {
        let sessions = self.sessions();
        sessions.open.values().filter(|(session, _)| session.places().contains(place)).cloned().collect()
    }

    /// The zone in which a person reads at present.
    async fn zone(&self, session: &Session) -> Zone {
        let person = self.people.person(session.person.id).await.ok().flatten();
        person.unwrap_or_else(|| session.person.clone()).settings.zone.unwrap_or_else(Zone::utc)
    }

    /// Writes the message to one session, and remembers there that this is what was spoken of.
    async fn deliver(&self, session: &Session, sink: &Sink, posting: &Posting) -> Result<(), PostError> {
        let watch = Watch { now: self.clock.now(), zone: self.zone(session).await };
        let text = match &posting.news {
            Some(told) => plain(&news(told)),
            None => plain(&reminder(&watch, &posting.items)),
        };
        match timeout(PATIENCE, sink.say(&text)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(later(&format!("the terminal has gone: {error}"))),
            Err(_) => return Err(PostError::Unknown { reason: "the terminal takes no output".to_owned() }),
        }
        if posting.items.is_empty() {
            return Ok(());
        }
        let tasks: Vec<TaskId> = posting.items.iter().map(|item| item.task.id).collect();
        memory::remind(self.state.as_ref(), &session.conversation(), &tasks).await;
        Ok(())
    }
}

#[async_trait]
impl Chat for ConsoleChat {
    fn reach(&self) -> Reach {
        let mut places: Vec<Place> = self.sessions().open.values().flat_map(|(session, _)| session.places()).collect();
        places.sort();
        places.dedup();
        Reach::Places(TenantId::console(), places)
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, PostError> {
        let mut result = Err(later("nobody has a terminal open there"));
        for (session, sink) in self.at(&posting.place) {
            let delivered = self.deliver(&session, &sink, posting).await;
            result = result.or(delivered);
        }
        result.map(|()| Posted { message_id: posting.delivery.to_string() })
    }
}

#[async_trait]
impl Rooms for ConsoleChat {
    async fn show(&self, message: &Message, line: &ChannelLine) {
        if message.tenant == TenantId::console() {
            self.show_but(line, None).await;
        }
    }
}

fn later(reason: &str) -> PostError {
    PostError::Later { after: None, reason: reason.to_owned() }
}

/// A session that is being held; dropping it closes the session.
#[must_use = "dropping it closes the session"]
pub struct Held {
    chat: ConsoleChat,
    number: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.chat.sessions().open.remove(&self.number);
    }
}
