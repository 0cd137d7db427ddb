//! Posting reminders.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use bot::reply::{Watch, news};
use bot::{Turns, memory};
use domain::ids::{PersonId, TaskId};
use domain::message::ConversationId;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError, Posted, Posting};
use domain::ports::error::PortError;
use domain::tenant::Platform;
use domain::zone::Zone;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::api::{Api, CallError, LOOK_BACK, Message, Sent};
use crate::render;

/// Slack as a chat platform.
#[derive(Clone)]
pub struct SlackChat {
    api: Api,
    turns: Turns,
    /// Slack takes about a message a second and channel.
    pace: Arc<DefaultKeyedRateLimiter<String>>,
}

impl SlackChat {
    pub(crate) fn new(api: Api, turns: Turns) -> Self {
        let pace = RateLimiter::keyed(Quota::per_second(NonZeroU32::MIN));
        Self { api, turns, pace: Arc::new(pace) }
    }

    /// How Slack knows the people of a posting.
    async fn users(&self, posting: &Posting) -> Result<BTreeMap<PersonId, String>, PortError> {
        let mentioned = posting.items.iter().flat_map(|item| &item.recipients).map(|(person, _)| *person);
        let direct = match posting.place {
            Place::Direct(person) => Some(person),
            Place::Channel(_) | Place::Thread { .. } => None,
        };
        let mut users = BTreeMap::new();
        for person in mentioned.chain(direct) {
            let identities = self.turns.tasks().people.identities(person).await?;
            let here = identities.into_iter().find(|identity| identity.tenant == posting.tenant);
            users.extend(here.map(|identity| (person, identity.user)));
        }
        Ok(users)
    }

    /// The channel and thread of a place.
    async fn address(
        &self,
        place: &Place,
        users: &BTreeMap<PersonId, String>,
    ) -> Result<(String, Option<String>), CallError> {
        match place {
            Place::Channel(channel) => Ok((channel.clone(), None)),
            Place::Thread { channel, thread } => Ok((channel.clone(), Some(thread.clone()))),
            Place::Direct(person) => {
                let user = users.get(person).ok_or_else(|| CallError::Refused("user_not_found".to_owned()))?;
                Ok((self.api.direct(user).await?, None))
            }
        }
    }

    async fn message(&self, posting: &Posting) -> Result<Message, PostError> {
        let users = self.users(posting).await.map_err(|error| later(&error))?;
        let (channel, thread) = self.address(&posting.place, &users).await.map_err(not_sent)?;
        let watch = Watch { now: self.turns.tasks().clock.now(), zone: self.zone(posting).await };
        let (text, blocks) = match &posting.news {
            Some(told) => {
                let blocks = news(told);
                let reply = bot::Reply { blocks, ..bot::Reply::default() };
                render::reply::message(&reply)
            }
            // In a direct message nobody needs to be called by name.
            None if matches!(posting.place, Place::Direct(_)) => {
                render::reminder::message(&watch, &posting.items, &|_| None)
            }
            None => render::reminder::message(&watch, &posting.items, &|person| users.get(&person).cloned()),
        };
        let metadata = Some(render::reminder::metadata(posting.delivery));
        Ok(Message { metadata, ..Message::to(channel, text, blocks).in_thread(thread) })
    }

    /// The zone of whoever reads it: the one whose direct message it is, else the task's.
    async fn zone(&self, posting: &Posting) -> Zone {
        let person = match posting.place {
            Place::Direct(person) => self.turns.tasks().people.person(person).await.ok().flatten(),
            Place::Channel(_) | Place::Thread { .. } => None,
        };
        let theirs = person.and_then(|person| person.settings.zone);
        let of_task = || posting.items.iter().find_map(|item| item.task.due.as_ref().map(|due| due.zone.clone()));
        theirs.or_else(of_task).unwrap_or_else(Zone::utc)
    }

    /// The message of an attempt whose answer was lost, if it is there.
    async fn look_for(&self, message: &Message, posting: &Posting) -> Result<Option<Posted>, CallError> {
        let since = self.turns.tasks().clock.now().as_second().saturating_sub(LOOK_BACK.as_secs().cast_signed());
        let latest = self.api.latest(&message.channel, &since.to_string()).await?;
        let found = latest.iter().find(|one| render::reminder::carries(one, posting.delivery));
        Ok(found.and_then(|one| one["ts"].as_str()).map(|ts| posted(&message.channel, ts)))
    }

    async fn remember(&self, posting: &Posting) {
        let Place::Direct(person) = posting.place else { return };
        let tasks: Vec<TaskId> = posting.items.iter().map(|item| item.task.id).collect();
        let conversation = ConversationId::of(&posting.tenant, &posting.place, person);
        if !tasks.is_empty() {
            memory::remind(self.turns.state().as_ref(), &conversation, &tasks).await;
        }
    }
}

#[async_trait]
impl Chat for SlackChat {
    fn reach(&self) -> Reach {
        Reach::Platform(Platform::Slack)
    }

    async fn post(&self, posting: &Posting) -> Result<Posted, PostError> {
        let there = Self { api: self.api.of(Some(posting.tenant.clone())), ..self.clone() };
        there.post_there(posting).await
    }
}

impl SlackChat {
    /// Posts in the workspace that this speaks to.
    async fn post_there(&self, posting: &Posting) -> Result<Posted, PostError> {
        self.at_home().await?;
        let message = self.message(posting).await?;
        if posting.attempt > 1
            && let Ok(Some(there)) = self.look_for(&message, posting).await
        {
            return Ok(there);
        }
        self.pace.until_key_ready(&format!("{}/{}", posting.tenant, message.channel)).await;
        let Sent { channel, ts } = self.api.post(&message).await?;
        self.remember(posting).await;
        Ok(posted(&channel, &ts))
    }

    /// Whether the bot is still installed there. If not, what is due waits until it is again.
    async fn at_home(&self) -> Result<(), PostError> {
        let home = self.api.home().await;
        if home.as_ref().is_err_and(CallError::is_farewell) {
            self.api.hold().await;
        }
        home.map(drop).map_err(not_sent)
    }
}

fn posted(channel: &str, ts: &str) -> Posted {
    Posted { message_id: format!("{channel}/{ts}") }
}

fn later(error: &PortError) -> PostError {
    PostError::Later { after: None, reason: error.to_string() }
}

/// What failed before the message was sent has sent nothing.
fn not_sent(error: CallError) -> PostError {
    match error {
        CallError::Unknown(reason) => PostError::Later { after: None, reason },
        other => other.into(),
    }
}
