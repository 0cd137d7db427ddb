//! Chat platforms: who is in which channel, and posting reminders.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::agenda::Reach;
use super::error::PortError;
use crate::access::Principal;
use crate::ids::{DeliveryId, PersonId, ReminderId};
use crate::place::{Channel, Place};
use crate::refusal::Refusal;
use crate::reminder::NoticeKind;
use crate::task::Task;
use crate::tenant::TenantId;
use crate::trace::TraceParent;
use crate::zone::Zone;

/// The channels of somebody, as far as platforms tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channels {
    /// Those that are known.
    pub shown: Vec<Channel>,
    /// Whether these are all: a platform that could not be asked may know more.
    pub whole: bool,
}

impl Channels {
    /// All that there are.
    #[must_use]
    pub const fn all(shown: Vec<Channel>) -> Self {
        Self { shown, whole: true }
    }
}

/// Who is in which channel, as the platform says now (or said at most five minutes ago).
#[async_trait]
pub trait Directory: Send + Sync {
    /// The channels that the platforms show this person at present.
    ///
    /// # Errors
    /// When the platform cannot be asked; the caller then shows only own, authored and assigned tasks.
    async fn channels(&self, principal: &Principal) -> Result<Channels, PortError>;

    /// The users of a group, by the platform's ids; `group` is what stands in a line, e.g. `<!subteam^S1>`. `None` where
    /// there is no such group.
    ///
    /// # Errors
    /// When the platform cannot be asked.
    async fn group(&self, _tenant: &TenantId, _group: &str) -> Result<Option<Vec<String>>, PortError> {
        Ok(None)
    }

    /// Whom a name means that the platform has not resolved.
    ///
    /// # Errors
    /// When the platform cannot be asked.
    async fn called(&self, _tenant: &TenantId, _name: &str) -> Result<Called, PortError> {
        Ok(Called::Nobody { near: Vec::new() })
    }

    /// What the platform says of users, by its ids of them, in their order, or why it does not say it of one. `None` of
    /// bots, and of whoever is not there.
    ///
    /// # Errors
    /// When the platform cannot be asked at all.
    async fn profiles(&self, _tenant: &TenantId, users: &[String]) -> Result<Vec<Told>, PortError> {
        Ok(vec![Ok(None); users.len()])
    }

    /// What people call a channel. `None` where there is no such channel, or the platform has no other name for it.
    ///
    /// # Errors
    /// When the platform cannot be asked in time.
    async fn channel_name(&self, _channel: &Channel) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    /// The address of a thread, by which a task that was made in it leads back. `None` where there is none.
    ///
    /// # Errors
    /// When the platform cannot be asked in time.
    async fn link(&self, _tenant: &TenantId, _place: &Place) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    /// The first of these places that the bot cannot post to, and why, in words that name the remedy; `None` if it can
    /// post to all. Whoever makes a reminder waits for the answer, so a platform that does not give it soon fails.
    ///
    /// # Errors
    /// When the platform cannot be asked in time.
    async fn closed(&self, _tenant: &TenantId, _places: &[Place]) -> Result<Option<(Place, Refusal)>, PortError> {
        Ok(None)
    }
}

/// Whom a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// Somebody, or everybody in a group, by the platform's ids.
    These(Vec<String>),
    /// It could be any of these, as people write them.
    Several(Vec<String>),
    /// Nobody; these have names that look like it.
    Nobody {
        /// As people write them.
        near: Vec<String>,
    },
}

/// What a platform says of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What to call them.
    pub name: String,
    /// Where they are.
    pub zone: Option<Zone>,
}

/// What a platform says of somebody, `None` of whoever is not there, or why it does not say it.
pub type Told = Result<Option<Profile>, PortError>;

/// A message for one place: one or more due reminders, or news.
#[derive(Clone, Debug, PartialEq)]
pub struct Posting {
    /// The same for each attempt: what the platform may know a repetition by.
    pub delivery: DeliveryId,
    /// The tenant.
    pub tenant: TenantId,
    /// Where to.
    pub place: Place,
    /// What is due, oldest first.
    pub items: Vec<PostingItem>,
    /// What the message tells instead of reminding.
    pub news: Option<News>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When the first attempt began of which nobody knows whether it arrived; `None` if none has arrived for certain.
    pub unsure_since: Option<Timestamp>,
    /// When the last such attempt began.
    pub unsure_until: Option<Timestamp>,
    /// The trace that it continues.
    pub trace: Option<TraceParent>,
}

/// What somebody did to a task that concerns the reader.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What.
    pub kind: NoticeKind,
    /// To which task.
    pub task: Task,
    /// Who did it: id and name.
    pub by: (PersonId, String),
}

/// One due reminder of a posting.
#[derive(Clone, Debug, PartialEq)]
pub struct PostingItem {
    /// The reminder.
    pub reminder: ReminderId,
    /// What it reminds of.
    pub task: Task,
    /// When it was to go out.
    pub at: Timestamp,
    /// How late it is at this attempt.
    pub late: Duration,
    /// Whom to mention, with names for display.
    pub recipients: Vec<(PersonId, String)>,
    /// Who asked, if it is somebody else than the recipient: id and name.
    pub asked_by: Option<(PersonId, String)>,
    /// Since when the series was not done, if an earlier occurrence was overtaken undone.
    pub undone_since: Option<Timestamp>,
    /// Something to say besides, e.g. why it comes here and not where it was meant to go.
    pub note: Option<String>,
}

/// The platform took a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The platform's id of the message.
    pub message_id: String,
}

/// Why a message was not posted, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// Not now; the platform says when, or it could not be reached before anything was sent.
    #[error("not now: {reason}")]
    Later {
        /// How long to wait at least.
        after: Option<Duration>,
        /// Why.
        reason: String,
    },
    /// Never: no such place, not allowed.
    #[error("refused: {reason}")]
    Refused {
        /// Why, for the author.
        reason: String,
    },
    /// Never so many at once: it says more than one message takes, and nothing was posted.
    #[error("too long: {reason}")]
    TooLong {
        /// Why, for the author, if it carries one reminder alone.
        reason: String,
    },
    /// It was sent, but no answer came.
    #[error("no answer: {reason}")]
    Unknown {
        /// What happened.
        reason: String,
    },
    /// An earlier attempt may have arrived, and whether it did cannot be asked now. Nothing was sent this time.
    #[error("no answer yet: {reason}")]
    Unsettled {
        /// How long to wait at least before it is asked again.
        after: Option<Duration>,
        /// Why it cannot be asked.
        reason: String,
    },
}

/// Nothing can be posted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// For so long.
    pub time: Duration,
    /// In the whole tenant, not only in the place that was asked for.
    pub whole_tenant: bool,
}

/// Posts messages to one platform.
#[async_trait]
pub trait Chat: Send + Sync {
    /// Where this process can post at present.
    fn reach(&self) -> Reach;

    /// Takes one message's share of what the platform takes from this bot there, or says how long it is until there
    /// is one. Asked before an attempt begins, so that no attempt waits while its lease runs.
    ///
    /// # Errors
    /// How long to wait.
    fn admit(&self, _tenant: &TenantId, _place: &Place) -> Result<(), Wait> {
        Ok(())
    }

    /// Another process has posted to this tenant until now: what the platform still takes is not known.
    fn inherit(&self, _tenant: &TenantId) {}

    /// Posts the message once. Hidden retries are not allowed here: the delivery's states are the retries.
    ///
    /// # Errors
    /// See [`PostError`].
    async fn post(&self, posting: &Posting) -> Result<Posted, PostError>;
}
