//! Messages to the bot: in its direct messages, and where it is mentioned.

use bot::Reply;
use bot::reply::Verdict;
use domain::place::Place;
use domain::tenant::TenantId;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::line::{typed, without_mention};
use super::paced::surely;
use super::{AT_ONCE, Desk, Line, TOO_LATE, scoped};
use crate::api::{CallError, Message, Person};
use crate::inbound::payload::{Event, Said, instant};
use crate::render;
use crate::term::waited_for;

/// The event was not taken; Slack is to send it again.
#[derive(Debug)]
pub(crate) struct Withheld;

impl Desk {
    /// Takes an event. When this is over, whatever it changed is durable.
    ///
    /// # Errors
    /// When it takes too long or a backend fails: what Slack sends again then has one effect all the same.
    pub(crate) async fn event(&self, team: &str, event: Event) -> Result<(), Withheld> {
        let (desk, team) = (self.clone(), team.to_owned());
        let working = self.beside(waited_for(async move { desk.happened(&team, event).await }));
        match timeout(TOO_LATE, working).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Withheld),
        }
    }

    async fn happened(&self, team: &str, event: Event) -> Result<(), Withheld> {
        match event {
            Event::AppMention(said) => self.spoken_to(team, said, false).await,
            Event::Message(said) if said.is_direct() => self.spoken_to(team, said, true).await,
            Event::AppHomeOpened { user, tab } => self.home_opened(team, user, &tab).await,
            Event::UserChange { user } => self.user_changed(team, *user).await,
            Event::AppUninstalled | Event::TokensRevoked => self.farewell().await,
            Event::Message(_) | Event::Other => Ok(()),
        }
    }

    async fn spoken_to(&self, team: &str, said: Said, direct: bool) -> Result<(), Withheld> {
        if !said.was_written() || said.bot_id.is_some() || said.user.is_none() {
            return Ok(());
        }
        match self.tenant(team).await {
            Ok(tenant) => self.said(team, tenant, said, direct).await,
            Err(CallError::Refused(_)) => Ok(()),
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                Err(Withheld)
            }
        }
    }

    async fn user_changed(&self, team: &str, person: Person) -> Result<(), Withheld> {
        if let Ok(tenant) = self.tenant(team).await {
            self.profile_changed(&tenant, &person).await;
        }
        Ok(())
    }

    /// The bot seems to have been removed. Whether it was, the token tells: the event may be told late, after the bot
    /// was installed again.
    async fn farewell(&self) -> Result<(), Withheld> {
        match self.api.verify().await {
            Ok(()) | Err(CallError::Refused(_)) => Ok(()),
            Err(_) => Err(Withheld),
        }
    }

    async fn said(&self, team: &str, tenant: TenantId, said: Said, direct: bool) -> Result<(), Withheld> {
        let Some(claim) = self.seen.claim(self.turns.state().as_ref(), &tenant, &said).await else {
            debug!("told again");
            return Ok(());
        };
        let Some(_seat) = self.seats.take(team).await else { return Err(Withheld) };
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
            said_at: instant(&said.ts),
        };
        match self.take(line).await {
            // Nobody needs to type it again: Slack sends it again, and it has one effect.
            Ok(reply) if reply.verdict == Verdict::Failed => Err(Withheld),
            Ok(reply) => {
                let (desk, tenant) = (self.clone(), tenant.clone());
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
                Err(Withheld)
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

    /// Posts into somebody's direct message, in one line with their reminders.
    pub(super) async fn post_direct(&self, tenant: &TenantId, user: &str, message: &Message) -> Result<(), CallError> {
        let place = Place::Direct(self.visitors.speaker(tenant, user).await?.person);
        self.post_paced(&place, || self.api.post(message)).await.map(|_| ())
    }
}
