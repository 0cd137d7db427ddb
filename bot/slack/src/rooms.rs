//! Whether the bot can post to a channel or a person, as Slack says: asked when a reminder is made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::refusal::{Code, Refusal};
use domain::tenant::TenantId;
use tokio::time::Instant;

use crate::api::{Api, CallError, Room};
use crate::silence::{Question, Silence};

/// How long whoever makes a reminder waits for Slack's word; without it the reminder is made all the same.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long what was open is believed to be open. What was closed is asked about again: it may be mended at once.
const FRESH: Duration = Duration::from_secs(60);
/// So many open rooms are remembered before all are asked about anew.
const REMEMBERED: usize = 10_000;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Door {
    /// A channel, by Slack's id.
    Channel(String),
    /// The direct message with somebody, by Slack's id of them, and what to call them.
    Person(String, String),
}

/// What Slack said lately.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    open: Arc<Mutex<HashMap<(TenantId, Door), Instant>>>,
    silence: Silence,
}

impl Rooms {
    pub(crate) fn new(silence: Silence) -> Self {
        Self { open: Arc::default(), silence }
    }

    /// The first of these doors that is closed, by its number, and why.
    ///
    /// # Errors
    /// When Slack does not say so in time, or did not a moment ago.
    pub(crate) async fn closed(
        &self,
        api: &Api,
        tenant: &TenantId,
        doors: &[Door],
    ) -> Result<Option<(usize, Refusal)>, CallError> {
        for (nth, door) in doors.iter().enumerate() {
            let key = (tenant.clone(), door.clone());
            if self.is_open(&key) {
                continue;
            }
            api.ready(PATIENCE).await?;
            if let Some(refusal) = self.silence.broken(tenant, door.question(), PATIENCE, door.closed(api)).await? {
                return Ok(Some((nth, refusal)));
            }
            self.note(key);
        }
        Ok(None)
    }

    fn is_open(&self, key: &(TenantId, Door)) -> bool {
        self.open().get(key).is_some_and(|since| since.elapsed() < FRESH)
    }

    fn note(&self, key: (TenantId, Door)) {
        let mut open = self.open();
        if open.len() >= REMEMBERED {
            open.clear();
        }
        open.insert(key, Instant::now());
    }

    fn open(&self) -> MutexGuard<'_, HashMap<(TenantId, Door), Instant>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    const fn question(&self) -> Question {
        match self {
            Self::Channel(_) => "conversations.info",
            Self::Person(..) => "conversations.open",
        }
    }

    /// Why the bot cannot post there, or nothing.
    async fn closed(&self, api: &Api) -> Result<Option<Refusal>, CallError> {
        match self {
            Self::Channel(id) => match api.room(id).await {
                Ok(room) => Ok(shut(&room)),
                Err(CallError::Refused(word)) if word == "channel_not_found" => Ok(Some(unseen())),
                Err(error) => Err(error),
            },
            Self::Person(user, name) => match api.direct(user).await {
                Ok(_) => Ok(None),
                Err(error) if error.is_closed_direct() => Ok(Some(no_direct(name))),
                Err(error) => Err(error),
            },
        }
    }
}

fn shut(room: &Room) -> Option<Refusal> {
    let name = &room.name;
    if room.is_archived {
        let sentence = format!("#{name} is archived, so nobody could be reminded there.");
        let next = "Unarchive it in Slack, or use another channel or your own list, then say it again.";
        return Some(Refusal::new(Code::Unknown, sentence, next));
    }
    (room.is_member == Some(false)).then(|| {
        let sentence = format!("I am not in #{name}, so I could not remind anybody there.");
        Refusal::new(Code::Unknown, sentence, format!("Type `/invite @taskbot` in #{name}, then say it again."))
    })
}

fn unseen() -> Refusal {
    let sentence = "Slack does not show me that channel, so I could not remind anybody there.";
    let next = "Type `/invite @taskbot` in it, then say it again. A group message takes nobody in: make it a private channel \
                first, or add it with `/todo` to your own list.";
    Refusal::new(Code::Unknown, sentence, next)
}

fn no_direct(name: &str) -> Refusal {
    let sentence = format!("Slack lets me write no direct message to {name}, so I could not remind them.");
    Refusal::new(Code::Unknown, sentence, "Say it in a channel that they are in, and I remind them there.")
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use async_trait::async_trait;
    use domain::change::Act;
    use domain::ports::clock::Clock;
    use domain::ports::error::PortError;
    use domain::ports::installations::{Installation, Installations};
    use jiff::Timestamp;

    use super::*;
    use crate::api::Wire;
    use crate::installs::{Ground, Workspaces};
    use crate::options::Options;

    /// A store that stands still: it never says with which token a workspace is spoken to.
    struct Still;

    #[async_trait]
    impl Installations for Still {
        async fn installation(&self, _: &TenantId) -> Result<Option<Installation>, PortError> {
            pending().await
        }

        async fn installations(&self) -> Result<Vec<Installation>, PortError> {
            pending().await
        }

        async fn put_installation(&self, _: &Installation) -> Result<bool, PortError> {
            pending().await
        }

        async fn purge(&self, _: &Installation, _: &Act) -> Result<bool, PortError> {
            pending().await
        }

        async fn use_up(&self, _: &str, _: Timestamp, _: Timestamp) -> Result<bool, PortError> {
            pending().await
        }
    }

    #[async_trait]
    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }

        async fn until(&self, _: Timestamp) {
            pending().await
        }
    }

    fn without_store(tenant: &TenantId) -> Api {
        let api_url = "http://127.0.0.1:1/api".to_owned();
        let options = Options { signing_secrets: vec![], bot_token: None, app_token: None, api_url, oauth: None };
        let ground = Ground { installations: Arc::new(Still), clock: Arc::new(Still), bell: Default::default() };
        let wire = Wire::new(&options).expect("a way");
        let workspaces = Workspaces::new(wire.clone(), &options, ground).expect("workspaces");
        Api::new(wire, Arc::new(workspaces)).of(Some(tenant.clone()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_stands_still_is_not_taken_for_a_slack_that_says_nothing() {
        let tenant: TenantId = "slack:T1".parse().expect("a tenant");
        let (api, silence) = (without_store(&tenant), Silence::default());
        let rooms = Rooms::new(silence.clone());
        for door in [Door::Channel("C1".to_owned()), Door::Person("U1".to_owned(), "ana".to_owned())] {
            assert!(rooms.closed(&api, &tenant, std::slice::from_ref(&door)).await.is_err());
            silence.may_ask(&tenant, door.question()).expect("nothing was asked too often");
            assert!(!silence.holds(&tenant, door.question()), "nothing was asked at all");
        }
    }

    fn room(is_archived: bool, is_member: Option<bool>) -> Room {
        Room { name: "ops".to_owned(), is_archived, is_member }
    }

    #[test]
    fn a_room_is_shut_when_it_is_archived_or_without_the_bot() {
        assert_eq!(shut(&room(false, Some(true))), None);
        assert_eq!(shut(&room(false, None)), None, "what Slack does not say of a room does not close it");
        assert!(shut(&room(true, Some(true))).is_some_and(|no| no.sentence.contains("is archived")));
        assert!(shut(&room(false, Some(false))).is_some_and(|no| no.next_step.contains("/invite @taskbot` in #ops")));
    }
}
