//! Dead letters: what the consumers gave up on, and giving it to them again.

use std::sync::Arc;

use domain::event::Topic;
use domain::ids::PersonId;
use domain::ports::bus::{RELAY, Record};
use domain::ports::clock::Clock;
use domain::ports::error::PortError;
use domain::ports::inbox::{DeadLetter, Inbox};

use crate::handler::Handler;
use crate::incoming::{Decoded, Incoming, decode};
use crate::unpublished::Unpublished;

/// How many letters are in memory at once.
const PAGE: u32 = 500;

/// Which letters to replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that were not replayed yet.
    All,
    /// The one in this row.
    One(i64),
}

/// What came of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It could be handed over; nothing was done.
    WouldTry,
    /// The consumer handled it.
    Handled,
    /// The consumer has nothing to do with it (any more).
    NotWanted,
    /// It failed again and stays.
    Failed(String),
}

/// The dead letters of the consumers.
pub struct DeadLetters {
    inbox: Arc<dyn Inbox>,
    clock: Arc<dyn Clock>,
    handlers: Vec<Arc<dyn Handler>>,
    unpublished: Option<Unpublished>,
}

impl DeadLetters {
    /// Of these consumers; the runner of a consumer may work at the same time.
    #[must_use]
    pub fn new(inbox: Arc<dyn Inbox>, clock: Arc<dyn Clock>, handlers: Vec<Arc<dyn Handler>>) -> Self {
        Self { inbox, clock, handlers, unpublished: None }
    }

    /// That can replay what the relay gave up on, too.
    #[must_use]
    pub fn with_unpublished(mut self, unpublished: Option<Unpublished>) -> Self {
        self.unpublished = unpublished;
        self
    }

    /// What was not replayed yet, oldest first: a page of it after a letter, an empty one behind the last.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn list(&self, consumer: Option<&str>, after: i64) -> Result<Vec<DeadLetter>, PortError> {
        self.inbox.dead_letters(consumer, after, PAGE).await
    }

    /// Hands letters over again, page by page, each page's streams in version order, and marks those that succeed.
    /// `progress` hears of each one. All are those that are there now: what comes meanwhile is left for the next time.
    ///
    /// # Errors
    /// When the database cannot answer or mark; what was replayed until then stays replayed.
    pub async fn replay(
        &self,
        which: Which,
        by: PersonId,
        dry_run: bool,
        mut progress: impl FnMut(&DeadLetter, &Replayed) + Send,
    ) -> Result<(), PortError> {
        if let Which::One(row) = which {
            let mut letters = self.inbox.dead_letters(None, row.saturating_sub(1), 1).await?;
            letters.retain(|letter| letter.id == row);
            return self.replay_page(letters, by, dry_run, &mut progress).await;
        }
        let (mut after, end) = (0, self.last().await?);
        while after < end {
            let mut letters = self.list(None, after).await?;
            letters.retain(|letter| letter.id <= end);
            after = letters.last().map_or(end, |last| last.id);
            self.replay_page(letters, by, dry_run, &mut progress).await?;
        }
        Ok(())
    }

    /// The newest letter's row; 0 if there is none.
    async fn last(&self) -> Result<i64, PortError> {
        let mut last = 0;
        while let Some(letter) = self.list(None, last).await?.last() {
            last = letter.id;
        }
        Ok(last)
    }

    async fn replay_page(
        &self,
        mut letters: Vec<DeadLetter>,
        by: PersonId,
        dry_run: bool,
        progress: &mut (impl FnMut(&DeadLetter, &Replayed) + Send),
    ) -> Result<(), PortError> {
        letters.sort_by_key(|letter| (version(letter), letter.id));
        for letter in letters {
            let replayed = if dry_run { self.read(&letter).into() } else { self.hand_over(&letter).await };
            if matches!(replayed, Replayed::Handled | Replayed::NotWanted) && !dry_run {
                self.inbox.replayed(letter.id, by, self.clock.now()).await?;
            }
            progress(&letter, &replayed);
        }
        Ok(())
    }

    async fn hand_over(&self, letter: &DeadLetter) -> Replayed {
        match self.read(letter) {
            Read::Wanted(handler, incoming) => match handler.handle(&[*incoming]).await {
                Ok(()) => Replayed::Handled,
                Err(trouble) => Replayed::Failed(trouble.reason()),
            },
            Read::Unpublished(unpublished, incoming) => match unpublished.publish(&incoming).await {
                Ok(()) => Replayed::Handled,
                Err(reason) => Replayed::Failed(reason),
            },
            other => other.into(),
        }
    }

    fn read(&self, letter: &DeadLetter) -> Read {
        if letter.consumer == RELAY {
            return self.read_unpublished(letter);
        }
        let Some(handler) = self.handlers.iter().find(|handler| handler.name() == letter.consumer) else {
            return Read::Bad(format!("there is no consumer {:?}", letter.consumer));
        };
        let incoming = match decode_letter(letter) {
            Ok(Decoded::Known(incoming)) => incoming,
            Ok(Decoded::Unknown { .. }) if !handler.keeps_unknown() => return Read::Unwanted,
            Ok(Decoded::Unknown { event: Ok(incoming), .. }) => incoming,
            Ok(Decoded::Unknown { event: Err(reason), .. }) | Err(reason) => return Read::Bad(reason),
        };
        match handler.wants(&incoming) {
            Ok(true) => Read::Wanted(Arc::clone(handler), incoming),
            Ok(false) => Read::Unwanted,
            Err(trouble) => Read::Bad(trouble.reason()),
        }
    }

    fn read_unpublished(&self, letter: &DeadLetter) -> Read {
        let Some(unpublished) = &self.unpublished else {
            return Read::Bad("nothing is published here: TASKBOT_EVENTS_URL names no broker".to_owned());
        };
        match decode_letter(letter) {
            Ok(Decoded::Known(incoming) | Decoded::Unknown { event: Ok(incoming), .. }) => {
                Read::Unpublished(unpublished.clone(), incoming)
            }
            Ok(Decoded::Unknown { event: Err(reason), .. }) | Err(reason) => Read::Bad(reason),
        }
    }
}

/// What a letter turned out to be.
enum Read {
    Wanted(Arc<dyn Handler>, Box<Incoming>),
    Unpublished(Unpublished, Box<Incoming>),
    Unwanted,
    Bad(String),
}

impl From<Read> for Replayed {
    fn from(read: Read) -> Self {
        match read {
            Read::Wanted(..) | Read::Unpublished(..) => Self::WouldTry,
            Read::Unwanted => Self::NotWanted,
            Read::Bad(reason) => Self::Failed(reason),
        }
    }
}

/// The version of the event in its stream; what cannot be read comes first, and fails at once.
fn version(letter: &DeadLetter) -> u64 {
    let event = decode_letter(letter).ok().and_then(Decoded::event);
    event.map_or(0, |incoming| incoming.event.data.version)
}

fn decode_letter(letter: &DeadLetter) -> Result<Decoded, String> {
    let topics = [Topic::TaskEvents, Topic::Reminders, Topic::TaskUpdates];
    let topic = topics.into_iter().find(|topic| topic.as_str() == letter.topic);
    let topic = topic.ok_or_else(|| format!("there is no topic {:?}", letter.topic))?;
    let (origin, payload) = (letter.origin.clone(), letter.payload.clone().into_bytes());
    let mut decoded = decode(&Record { topic, origin, key: String::new(), payload })?;
    if let Decoded::Known(incoming) | Decoded::Unknown { event: Ok(incoming), .. } = &mut decoded {
        // A letter does not keep the key; on the bus it is the subject.
        incoming.key = incoming.event.subject.to_string();
        incoming.replayed = true;
    }
    Ok(decoded)
}
