//! Posting reminders.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bot::reply::{Watch, news};
use bot::{Turns, memory};
use domain::fault::sabotaged;
use domain::ids::{PersonId, TaskId};
use domain::message::ConversationId;
use domain::place::Place;
use domain::ports::agenda::Reach;
use domain::ports::chat::{Chat, PostError, Posted, Posting, Wait};
use domain::ports::error::PortError;
use domain::tenant::{Platform, TenantId};
use domain::zone::Zone;
use tracing::warn;

use crate::api::{Api, CallError, Message, Sent};
use crate::faces::{named, users};
use crate::look::{Found, Looks};
use crate::pace::Pace;
use crate::render;
use crate::render::reminder::Faces;

/// Slack as a chat platform.
#[derive(Clone)]
pub struct SlackChat {
    api: Api,
    turns: Turns,
    pace: Arc<Pace>,
    looks: Arc<Looks>,
}

impl SlackChat {
    pub(crate) fn new(api: Api, turns: Turns, pace: Arc<Pace>) -> Self {
        let looks = Arc::new(Looks::new(pace.clone()));
        Self { api, turns, pace, looks }
    }

    /// How Slack knows the people of a posting.
    async fn users(&self, posting: &Posting) -> Result<BTreeMap<PersonId, String>, PortError> {
        let direct = match posting.place {
            Place::Direct(person) => Some(person),
            Place::Channel(_) | Place::Thread { .. } => None,
        };
        users(&self.turns, &posting.tenant, named(&posting.items).chain(direct)).await
    }

    /// The channel and thread of a place. A person stands for their direct message with the bot.
    fn address(place: &Place, users: &BTreeMap<PersonId, String>) -> Result<(String, Option<String>), CallError> {
        match place {
            Place::Channel(channel) => Ok((channel.clone(), None)),
            Place::Thread { channel, thread } => Ok((channel.clone(), Some(thread.clone()))),
            Place::Direct(person) => {
                let user = users.get(person).ok_or_else(|| CallError::Refused("user_not_found".to_owned()))?;
                Ok((user.clone(), None))
            }
        }
    }

    async fn message(&self, posting: &Posting) -> Result<Message, PostError> {
        let users = self.users(posting).await.map_err(|error| later(&error))?;
        let (channel, thread) =
            Self::address(&posting.place, &users).map_err(|error| refused(&posting.place, error))?;
        let watch = Watch { now: self.turns.tasks().clock.now(), zone: self.zone(posting).await };
        let (text, blocks) = match &posting.news {
            Some(told) => {
                let blocks = news(told);
                let reply = bot::Reply { blocks, ..bot::Reply::default() };
                render::reply::message(&reply)
            }
            None => {
                let direct = matches!(posting.place, Place::Direct(_));
                render::reminder::message(&watch, &posting.items, &Faces { users: &users, direct })
            }
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

    /// The message of an attempt whose answer was lost, if it is there. If it cannot be known it is sent again.
    async fn look_for(&self, message: &Message, posting: &Posting) -> Result<Option<Posted>, PostError> {
        let lost = posting.unsure_since.zip(posting.unsure_until).filter(|_| !sabotaged("slack.without_look"));
        let Some(lost) = lost else { return Ok(None) };
        match self.looks.find(&self.api, posting, message, lost).await {
            Found::There(message_id) => Ok(Some(Posted { message_id })),
            Found::Nothing => Ok(None),
            Found::NotNow(after) => {
                Err(PostError::Unsettled { after, reason: "the channel cannot be read now".to_owned() })
            }
        }
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

    fn admit(&self, tenant: &TenantId, place: &Place) -> Result<(), Wait> {
        self.pace.admit(tenant, place)
    }

    fn inherit(&self, tenant: &TenantId) {
        self.pace.inherit(tenant);
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
        let found = self.look_for(&message, posting).await;
        if let Some(without_post) = found.transpose() {
            self.pace.give_back(&posting.tenant, &posting.place);
            return without_post;
        }
        let sent = self.api.post(&message).await;
        let sent = if sabotaged("slack.without_patience") { sent.map_err(CallError::without_patience) } else { sent };
        if let Err(CallError::Later { after: Some(time), .. }) = &sent {
            warn!(?time, place = posting.place.key(), "Slack wants no more messages for a while");
            self.pace.hold(&posting.tenant, &posting.place, *time);
        }
        let Sent { channel, ts } = sent.map_err(|error| refused(&posting.place, error))?;
        self.remember(posting).await;
        Ok(Posted { message_id: message_id(&channel, &ts) })
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

/// By which a message is known in the store.
pub(crate) fn message_id(channel: &str, ts: &str) -> String {
    format!("{channel}/{ts}")
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

/// What Slack answered, for whoever asked for the reminder.
fn refused(place: &Place, error: CallError) -> PostError {
    match (place, error) {
        (Place::Direct(_), CallError::Refused(word)) if word.starts_with("channel_") || word.starts_with("is_") => {
            CallError::Refused("user_disabled".to_owned()).into()
        }
        (_, error) => error.into(),
    }
}
