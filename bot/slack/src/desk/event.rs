//! Messages to the bot: in its direct messages, and where it is mentioned.

use bot::Reply;
use bot::reply::Verdict;
use domain::place::Place;
use domain::tenant::TenantId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::answer::{busy, failed};
use super::line::{typed, without_mention};
use super::paced::surely;
use super::{AT_ONCE, Desk, Line, TOO_LATE, scoped};
use crate::api::{CallError, Message, Person};
use crate::inbound::payload::{Event, Said, instant};
use crate::render;
use crate::render::kit::section;
use crate::term::waited_for;

/// So often Slack sends an event again that is not taken.
const REPETITIONS: u32 = 3;

/// The event was not taken; Slack is to send it again.
#[derive(Debug)]
pub(crate) struct Withheld;

/// Slack tells of a message for about an hour: what claims to be older than this was said just now.
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// When something was said, if Slack may have told of it late.
fn lately(ts: &str, now: Timestamp) -> Option<Timestamp> {
    instant(ts).filter(|at| now.duration_since(*at) < TOLD_WITHIN)
}

impl Desk {
    /// Takes an event that Slack has sent so often before. When this is over, whatever it changed is durable.
    ///
    /// # Errors
    /// When it takes too long or a backend fails: what Slack sends again then has one effect all the same.
    pub(crate) async fn event(&self, team: &str, event: Event, before: u32) -> Result<(), Withheld> {
        let (desk, team) = (self.clone(), team.to_owned());
        let working = self.beside(waited_for(async move { desk.happened(&team, event, before).await }));
        match timeout(TOO_LATE, working).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Withheld),
        }
    }

    async fn happened(&self, team: &str, event: Event, before: u32) -> Result<(), Withheld> {
        match event {
            Event::AppMention(said) => self.spoken_to(team, said, before).await,
            Event::Message(said) if said.is_direct() => self.spoken_to(team, said, before).await,
            Event::AppHomeOpened { user, tab } => self.home_opened(team, user, &tab).await,
            Event::UserChange { user } => self.user_changed(team, *user, before).await,
            Event::AppUninstalled | Event::TokensRevoked => self.farewell().await,
            Event::Message(_) | Event::Other => Ok(()),
        }
    }

    /// Nobody needs to type again what Slack sends again, and it has one effect. The last time says what came of it.
    async fn spoken_to(&self, team: &str, said: Said, before: u32) -> Result<(), Withheld> {
        if !said.was_written() || said.bot_id.is_some() || said.user.is_none() {
            return Ok(());
        }
        let (last, direct) = (before >= REPETITIONS, said.is_direct());
        let taken = match self.tenant(team).await {
            Ok(tenant) => self.said(team, tenant, &said, direct, last).await,
            Err(CallError::Refused(_)) => Ok(()),
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                Err(failed())
            }
        };
        let Err(words) = taken else { return Ok(()) };
        if last {
            self.give_up(&said, direct, &words).await;
        }
        Err(Withheld)
    }

    /// Says that nothing was done, in words that need no storage.
    async fn give_up(&self, said: &Said, direct: bool, words: &Value) {
        let text = words["text"].as_str().unwrap_or_default().to_owned();
        let blocks = vec![section(&text)];
        let message = Message::to(said.channel.as_str(), text, blocks).in_thread(said.thread_ts.clone());
        let told = match &said.user {
            Some(user) if !direct => self.api.whisper(user, &message).await.map(drop),
            _ => self.api.post(&message).await.map(drop),
        };
        if let Err(error) = told {
            warn!(%error, "nobody heard that nothing was done");
        }
    }

    async fn user_changed(&self, team: &str, person: Person, before: u32) -> Result<(), Withheld> {
        let followed = async { self.profile_changed(&self.tenant(team).await?, person, before > 0).await };
        match followed.await {
            Ok(()) | Err(CallError::Refused(_)) => Ok(()),
            Err(error) => {
                warn!(%error, "a profile is not followed yet");
                Err(Withheld)
            }
        }
    }

    /// The bot seems to have been removed. Whether it was, the token tells: the event may be told late, after the bot
    /// was installed again.
    async fn farewell(&self) -> Result<(), Withheld> {
        match self.api.verify().await {
            Ok(()) | Err(CallError::Refused(_)) => Ok(()),
            Err(_) => Err(Withheld),
        }
    }

    async fn said(&self, team: &str, tenant: TenantId, said: &Said, direct: bool, last: bool) -> Result<(), Value> {
        let Some(claim) = self.seen.claim(self.turns.state().as_ref(), &tenant, said).await else {
            debug!("told again");
            return Ok(());
        };
        let Some(_seat) = self.seats.take(team).await else { return Err(busy()) };
        let bot = self.api.home().await.map(|home| home.bot.clone()).unwrap_or_default();
        if said.user.as_ref() == Some(&bot) {
            return Ok(());
        }
        // The message, not the event: Slack may tell of one message under several events.
        let key = format!("message/{}/{}", said.channel, said.ts);
        let answered = scoped(&tenant, &key);
        let line = Line {
            tenant: tenant.clone(),
            user: said.user.clone().unwrap_or_default(),
            channel: Some(said.channel.clone()).filter(|_| !direct),
            thread: said.thread_ts.clone(),
            key: Some(key),
            text: typed(&without_mention(&said.text, &bot)),
            said_at: lately(&said.ts, self.now()),
            there_at: lately(&said.ts, self.now()),
        };
        match self.take(line).await {
            Ok(reply) if reply.verdict == Verdict::Failed && !last => Err(failed()),
            Ok(reply) => {
                let (desk, tenant, said) = (self.clone(), tenant.clone(), said.clone());
                let answer = async move {
                    desk.once(&tenant, &answered, desk.reply(&tenant, &said, direct, &reply)).await;
                    claim.answered(desk.turns.state().as_ref()).await;
                };
                // Slack hears that it was taken once it is answered, so that a crash loses no answer; it does not wait
                // for one that Slack itself holds up.
                drop(timeout(AT_ONCE, self.beside(answer)).await);
                Ok(())
            }
            Err(error) => {
                warn!(%error, "a message could not be taken");
                Err(failed())
            }
        }
    }

    /// The answer, where the message stands; in a channel for the asker alone, or in their direct message if the channel
    /// does not take it.
    async fn reply(&self, tenant: &TenantId, said: &Said, direct: bool, reply: &Reply) {
        let (text, blocks) = render::reply::message(reply);
        let message = Message::to(said.channel.as_str(), text, blocks).in_thread(said.thread_ts.clone());
        let user = said.user.as_deref().unwrap_or_default();
        let sent = match direct {
            false => {
                let place = Place::Channel(said.channel.clone());
                match self.post_paced(&place, || surely(|| self.api.whisper(user, &message))).await {
                    Err(CallError::Refused(_)) => {
                        let direct = Message { channel: user.to_owned(), thread_ts: None, ..message };
                        self.post_direct(tenant, user, &direct).await
                    }
                    answered => answered,
                }
            }
            true => self.post_direct(tenant, user, &message).await,
        };
        if let Err(error) = sent {
            warn!(%error, "an answer did not arrive");
        }
    }
}
