//! Messages to the bot: in its direct messages, and where it is mentioned.

use bot::Reply;
use bot::reply::Verdict;
use domain::tenant::TenantId;
use tokio::time::timeout;
use tracing::{Instrument, debug, warn};

use super::line::{typed, without_mention};
use super::{Desk, Line, TOO_LATE, scoped};
use crate::api::{CallError, Message, Person};
use crate::inbound::payload::{Event, Said};
use crate::render;

/// The event was not taken; Slack is to send it again.
#[derive(Debug)]
pub(crate) struct Withheld;

impl Desk {
    /// Takes an event. When this is over, whatever it changed is durable.
    ///
    /// # Errors
    /// When it takes too long or a backend fails: what Slack sends again then has one effect all the same.
    pub(crate) async fn event(&self, team: &str, event: Event) -> Result<(), Withheld> {
        let (said, direct) = match event {
            Event::AppMention(said) => (said, false),
            Event::Message(said) if said.is_direct() => (said, true),
            Event::AppHomeOpened { user, tab } => return self.home_opened(team, user, &tab).await,
            Event::UserChange { user } => return self.user_changed(team, *user).await,
            Event::AppUninstalled | Event::TokensRevoked => return self.farewell().await,
            Event::Message(_) | Event::Other => return Ok(()),
        };
        if said.subtype.is_some() || said.bot_id.is_some() || said.user.is_none() {
            return Ok(());
        }
        let tenant = match self.tenant(team).await {
            Ok(tenant) => tenant,
            Err(CallError::Refused(_)) => return Ok(()),
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                return Err(Withheld);
            }
        };
        let desk = self.clone();
        let working = tokio::spawn(async move { desk.said(tenant, said, direct).await }.in_current_span());
        match timeout(TOO_LATE, working).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Withheld),
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
        match timeout(TOO_LATE, self.api.verify()).await {
            Ok(Ok(()) | Err(CallError::Refused(_))) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Withheld),
        }
    }

    async fn said(&self, tenant: TenantId, said: Said, direct: bool) -> Result<(), Withheld> {
        let Some(claim) = self.seen.claim(self.turns.state().as_ref(), &tenant, &said).await else {
            debug!("told again");
            return Ok(());
        };
        let Some(_seat) = self.seats.take().await else { return Err(Withheld) };
        let bot = self.api.home().await.map(|home| home.bot.clone()).unwrap_or_default();
        if said.user.as_ref() == Some(&bot) {
            return Ok(());
        }
        // The message, not the event: Slack may tell of one message under several events.
        let key = format!("message/{}/{}", said.channel, said.ts);
        let answered = scoped(&tenant, &key);
        let line = Line {
            tenant,
            user: said.user.clone().unwrap_or_default(),
            channel: Some(said.channel.clone()).filter(|_| !direct),
            thread: said.thread_ts.clone(),
            key: Some(key),
            text: typed(&without_mention(&said.text, &bot)),
        };
        match self.take(line).await {
            // Nobody needs to type it again: Slack sends it again, and it has one effect.
            Ok(reply) if reply.verdict == Verdict::Failed => Err(Withheld),
            Ok(reply) => {
                if self.is_first("answered", &answered).await {
                    self.reply(&said, direct, &reply).await;
                }
                claim.answered(self.turns.state().as_ref()).await;
                Ok(())
            }
            Err(error) => {
                warn!(%error, "a message could not be taken");
                Err(Withheld)
            }
        }
    }

    /// The answer, where the message stands; in a channel for the asker alone.
    async fn reply(&self, said: &Said, direct: bool, reply: &Reply) {
        let (text, blocks) = render::reply::message(reply);
        let message = Message::to(said.channel.as_str(), text, blocks).in_thread(said.thread_ts.clone());
        let sent = match said.user.as_deref().filter(|_| !direct) {
            Some(user) => self.api.whisper(user, &message).await,
            None => self.api.post(&message).await.map(|_| ()),
        };
        if let Err(error) = sent {
            warn!(%error, "an answer did not arrive");
        }
    }
}
