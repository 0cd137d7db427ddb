//! Whether the bot can post to a channel or a person, as Slack says: asked when a reminder is made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::refusal::{Code, Refusal};
use domain::tenant::TenantId;
use tokio::time::{Instant, timeout};

use crate::api::{Api, CallError, Room};

/// How long whoever makes a reminder waits for Slack's word; without it the reminder is made all the same.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a workspace whose word did not come is not asked again.
const REST: Duration = Duration::from_secs(10);
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Rooms(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: HashMap<(TenantId, Door), Instant>,
    resting: HashMap<TenantId, Instant>,
}

impl Rooms {
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
        let answer = match timeout(PATIENCE, self.first_closed(api, tenant, doors)).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Unknown(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        if let Err(CallError::Later { .. } | CallError::Unknown(_)) = &answer {
            self.state().resting.entry(tenant.clone()).or_insert_with(|| Instant::now() + pause(&answer));
        }
        answer
    }

    async fn first_closed(
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
            self.may_be_asked(tenant)?;
            if let Some(refusal) = door.closed(api).await? {
                return Ok(Some((nth, refusal)));
            }
            self.note(key);
        }
        Ok(None)
    }

    fn is_open(&self, key: &(TenantId, Door)) -> bool {
        self.state().open.get(key).is_some_and(|since| since.elapsed() < FRESH)
    }

    fn may_be_asked(&self, tenant: &TenantId) -> Result<(), CallError> {
        let mut state = self.state();
        match state.resting.get(tenant) {
            Some(until) if *until > Instant::now() => {
                Err(CallError::Later { after: None, reason: "Slack gave no answer a moment ago".to_owned() })
            }
            Some(_) => {
                state.resting.remove(tenant);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn note(&self, key: (TenantId, Door)) {
        let mut state = self.state();
        if state.open.len() >= REMEMBERED {
            state.open.clear();
        }
        state.open.insert(key, Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long Slack wants to be left alone.
fn pause<A>(answer: &Result<A, CallError>) -> Duration {
    match answer {
        Err(CallError::Later { after: Some(after), .. }) => *after,
        _ => REST,
    }
}

impl Door {
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
    Refusal::new(Code::Unknown, sentence, "Type `/invite @taskbot` in it, then say it again.")
}

fn no_direct(name: &str) -> Refusal {
    let sentence = format!("Slack lets me write no direct message to {name}, so I could not remind them.");
    Refusal::new(Code::Unknown, sentence, "Say it in a channel that they are in, and I remind them there.")
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[tokio::test(start_paused = true)]
    async fn a_workspace_that_gave_no_answer_rests() {
        let (rooms, tenant) = (Rooms::default(), TenantId::console());
        assert!(rooms.may_be_asked(&tenant).is_ok());
        rooms.state().resting.insert(tenant.clone(), Instant::now() + REST);
        assert!(rooms.may_be_asked(&tenant).is_err());
        tokio::time::advance(REST).await;
        assert!(rooms.may_be_asked(&tenant).is_ok());
    }
}
