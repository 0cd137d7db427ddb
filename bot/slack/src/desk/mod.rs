//! Where both ways in end: a payload becomes a line of a chat, the line is answered, and the answer goes where Slack
//! wants it.

mod answer;
mod channel;
mod command;
mod dialog;
mod direct;
mod editing;
mod event;
mod forms;
mod home;
mod line;
mod once;
mod paced;
mod picking;
mod press;
mod profile;
mod profiles;
mod respond;
mod saving;
mod seats;
mod seen;
mod settings;
mod sheets;
mod title;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use bot::{Reply, Turns};
use domain::message::Message;
use domain::place::{Channel, Place};
use domain::ports::error::PortError;
use domain::service::Operators;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, info_span};

use crate::api::{self, Api, CallError};
use crate::homes::Homes;
use crate::inbound::payload::Interaction;
use crate::pace::Pace;
use crate::people::{Visitors, mentioned};
use crate::rosters::Rosters;
use crate::sightings::Sightings;
use crate::silence::Silence;
use crate::watches::Watches;
use channel::Asker;
use profiles::Profiles;
pub(crate) use respond::Asked;
use seats::Seats;
use seen::Seen;
use sheets::Sheets;

/// Within so long the first answer is the answer itself.
pub(crate) const AT_ONCE: Duration = Duration::from_millis(350);
/// After so long whoever waits is told that it failed, or Slack is let send again.
pub(crate) const TOO_LATE: Duration = Duration::from_millis(2_500);

/// Answers what comes in.
#[derive(Clone)]
pub(crate) struct Desk {
    api: Api,
    turns: Turns,
    visitors: Visitors,
    around: Around,
    seats: Seats,
    seen: Seen,
    sheets: Arc<Sheets>,
    profiles: Arc<Profiles>,
}

/// What the desk shares with the rest of Slack.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) sightings: Arc<Sightings>,
    pub(crate) homes: Arc<Homes>,
    pub(crate) watches: Arc<Watches>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) silence: Silence,
    pub(crate) rosters: Rosters,
    /// What is worked on beside the answers, so that the end of the process can wait for it.
    pub(crate) work: TaskTracker,
}

/// Something that somebody said in Slack.
#[derive(Clone, Debug)]
struct Line {
    tenant: TenantId,
    user: String,
    /// The channel, or `None` for a direct message with the bot.
    channel: Option<String>,
    thread: Option<String>,
    /// The same for each time that Slack tells of it; nothing of what only asks.
    key: Option<String>,
    text: String,
    /// When, if Slack may have told of it late.
    said_at: Option<Timestamp>,
    /// When they were in the channel, if not when they said it.
    there_at: Option<Timestamp>,
}

impl Line {
    /// In the direct message of whoever said it, just now.
    fn of(tenant: TenantId, user: String, text: String) -> Self {
        Self { tenant, user, channel: None, thread: None, key: None, text, said_at: None, there_at: None }
    }
}

/// A key that no other workspace uses.
fn scoped(tenant: &TenantId, key: &str) -> String {
    format!("slack/{tenant}/{key}")
}

/// What was said, in short: behind an id of Slack's it keeps apart what stand-ins for Slack give the same id. What is told
/// again says the same.
fn digest(said: &[&str]) -> String {
    Sha256::digest(said.join("\0")).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Desk {
    pub(crate) fn new(api: Api, turns: Turns, operators: Arc<Operators>, around: Around) -> Self {
        let visitors = Visitors::new(api.clone(), turns.tasks().clone(), operators, &around);
        let (seats, seen, sheets, profiles) = Default::default();
        Self { api, turns, visitors, around, seats, seen, sheets, profiles }
    }

    /// The same in the workspace of a team.
    pub(crate) fn of(&self, team: &str) -> Self {
        self.within(api::tenant(team))
    }

    /// The same in the workspace of a tenant.
    fn within(&self, tenant: Option<TenantId>) -> Self {
        let api = self.api.of(tenant);
        Self { visitors: self.visitors.of(api.clone()), api, ..self.clone() }
    }

    /// Works on something beside what Slack waits for. The process does not end before it is over, within a grace.
    fn beside<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.around.work.spawn(work.in_current_span())
    }

    /// Works on something beside, until it says that it is done, whatever is shown of it afterwards, but no longer than a
    /// first answer may take. Slack tells of a press once: whoever pressed sees that it failed if the process dies before
    /// this is over.
    async fn until_done<W: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(CancellationToken) -> W) {
        let done = CancellationToken::new();
        let (over, work) = (done.clone().drop_guard(), work(done.clone()));
        self.beside(async move {
            let _over = over;
            work.await;
        });
        drop(timeout(AT_ONCE, done.cancelled()).await);
    }

    /// The time, for signatures.
    pub(crate) fn now(&self) -> Timestamp {
        self.turns.tasks().clock.now()
    }

    /// Takes a line, as if it had been typed on a terminal.
    ///
    /// # Errors
    /// When the speaker cannot be made known.
    async fn take(&self, line: Line) -> Result<Reply, PortError> {
        let trace = TraceParent::root(self.turns.tasks().ids.fresh());
        let span = info_span!("bot.slack.line", trace_id = trace.trace_id(), tenant = %line.tenant);
        self.turn(line, trace).instrument(span).await
    }

    async fn turn(&self, line: Line, trace: TraceParent) -> Result<Reply, PortError> {
        let asker = Asker::of(&line);
        let message = self.message(line, trace).await?;
        let key = message.key.clone();
        let reply = self.turns.take(message).await;
        self.show_in_channel(asker, key, &reply);
        Ok(reply)
    }

    async fn message(&self, line: Line, trace: TraceParent) -> Result<Message, PortError> {
        let now = self.now();
        let author = self.visitors.speaker(&line.tenant, &line.user).await?;
        self.visitors.meet(&line.tenant, mentioned(&line.text)).await;
        if let Some(id) = &line.channel {
            let ago = line.there_at.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
            let channel = Channel { tenant: line.tenant.clone(), id: id.clone() };
            self.around.sightings.note(author.person, channel, ago.try_into().unwrap_or_default());
        }
        let place = match (line.channel, line.thread) {
            (None, _) => Place::Direct(author.person),
            (Some(channel), None) => Place::Channel(channel),
            (Some(channel), Some(thread)) => Place::Thread { channel, thread },
        };
        let Line { tenant, key, text, said_at, .. } = line;
        let key = key.map(|key| scoped(&tenant, &key));
        // Slack's clock may be ahead of this one.
        let said_at = said_at.map_or(now, |said_at| said_at.min(now));
        Ok(Message { key, author, tenant, place, text, said_at, trace })
    }

    /// Takes what somebody did with a message, a dialog or a shortcut. What it gives answers a dialog; all else is
    /// answered where it was done, later. When this is over, what was wanted is durable or on the screen, unless it takes
    /// longer than a first answer may.
    pub(crate) async fn interaction(&self, interaction: Interaction) -> Option<Value> {
        let desk = self.clone();
        match interaction {
            Interaction::BlockActions(pressed) => {
                self.until_done(|done| Box::pin(async move { desk.pressed(*pressed, &done).await })).await;
            }
            Interaction::MessageAction(used) | Interaction::Shortcut(used) => {
                self.until_done(|_| Box::pin(async move { desk.open_dialog(*used).await })).await;
            }
            Interaction::ViewSubmission(submitted) => return desk.submitted(*submitted).await,
            Interaction::Other => debug!("an interaction of another kind"),
        }
        None
    }

    /// The tenant of a team, if the bot is installed there.
    ///
    /// # Errors
    /// When it is not, or that cannot be found out.
    async fn tenant(&self, team: &str) -> Result<TenantId, CallError> {
        let tenant = api::tenant(team).ok_or_else(CallError::not_installed)?;
        self.api.of(Some(tenant.clone())).ready(TOO_LATE).await?;
        Ok(tenant)
    }
}
