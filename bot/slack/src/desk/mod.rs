//! Where both ways in end: a payload becomes a line of a chat, the line is answered, and the answer goes where Slack
//! wants it.

mod answer;
mod command;
mod dialog;
mod event;
mod forms;
mod home;
mod line;
mod paced;
mod press;
mod profile;
mod seats;
mod seen;
mod title;

use std::sync::Arc;
use std::time::Duration;

use bot::reply::ChannelLine;
use bot::{Reply, Turns};
use domain::fault::sabotaged;
use domain::message::Message;
use domain::place::{Channel, Place};
use domain::ports::error::PortError;
use domain::service::Operators;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use serde_json::Value;
use tokio::time::timeout;
use tracing::{Instrument, debug, info_span, warn};

use crate::api::{self, Api, CallError};
use crate::homes::Homes;
use crate::inbound::payload::Interaction;
use crate::pace::Pace;
use crate::people::Visitors;
use crate::sightings::Sightings;
use seats::Seats;
use seen::Seen;

/// Within so long the first answer is the answer itself.
pub(crate) const AT_ONCE: Duration = Duration::from_millis(400);
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
}

/// What the desk shares with the rest of Slack.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) sightings: Arc<Sightings>,
    pub(crate) homes: Arc<Homes>,
    pub(crate) pace: Arc<Pace>,
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
}

/// A key that no other workspace uses.
fn scoped(tenant: &TenantId, key: &str) -> String {
    format!("slack/{tenant}/{key}")
}

/// How long the line waits by which a channel learns of a change: where more changes than Slack takes messages, the list
/// tells, and reminders come first.
const NEWS: Duration = Duration::from_secs(10);

impl Desk {
    pub(crate) fn new(api: Api, turns: Turns, operators: Arc<Operators>, around: Around) -> Self {
        let visitors = Visitors::new(api.clone(), turns.tasks().clone(), operators);
        Self { api, turns, visitors, around, seats: Seats::default(), seen: Seen::default() }
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

    /// The time, for signatures.
    pub(crate) fn now(&self) -> jiff::Timestamp {
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
        let message = self.message(line, trace).await?;
        let key = message.key.clone();
        let reply = self.turns.take(message).await;
        self.show_in_channel(key, &reply);
        Ok(reply)
    }

    async fn message(&self, line: Line, trace: TraceParent) -> Result<Message, PortError> {
        let received_at = self.now();
        let author = self.visitors.speaker(&line.tenant, &line.user).await?;
        self.visitors.meet(&line.tenant, &line.text).await;
        if let Some(id) = &line.channel {
            self.around.sightings.note(author.person, Channel { tenant: line.tenant.clone(), id: id.clone() });
        }
        let place = match (line.channel, line.thread) {
            (None, _) => Place::Direct(author.person),
            (Some(channel), None) => Place::Channel(channel),
            (Some(channel), Some(thread)) => Place::Thread { channel, thread },
        };
        let Line { tenant, key, text, .. } = line;
        let key = key.map(|key| scoped(&tenant, &key));
        Ok(Message { key, author, tenant, place, text, received_at, trace })
    }

    /// Takes what somebody did with a message, a dialog or a shortcut. What it gives answers a dialog; all else is
    /// answered where it was done, later.
    pub(crate) async fn interaction(&self, interaction: Interaction) -> Option<Value> {
        let desk = self.clone();
        match interaction {
            Interaction::BlockActions(pressed) => {
                tokio::spawn(async move { desk.pressed(*pressed).await }.in_current_span());
            }
            Interaction::MessageAction(used) | Interaction::Shortcut(used) => {
                tokio::spawn(async move { desk.open_dialog(*used).await }.in_current_span());
            }
            Interaction::ViewSubmission(submitted) => return desk.submitted(*submitted).await,
            Interaction::Other => debug!("an interaction of another kind"),
        }
        None
    }

    /// Whether nobody has given this answer to what carries the key, in any process. If that cannot be known it is
    /// given: better twice than never.
    async fn is_first(&self, answer: &str, key: &str) -> bool {
        let first = self.turns.tasks().is_first(format!("{answer}/{key}")).await;
        first.unwrap_or(true) || sabotaged("slack.answer_again")
    }

    /// Shows the one line by which a channel learns of a change of its list, beside the answer: whoever asked does not
    /// wait for Slack to take it.
    fn show_in_channel(&self, key: Option<String>, reply: &Reply) {
        let Some(line) = reply.shown_in_channel.clone() else { return };
        let desk = self.clone();
        let show = async move {
            let first = match key {
                Some(key) => desk.is_first("shown", &key).await,
                None => true,
            };
            if first {
                desk.tell_channel(&line).await;
            }
        };
        tokio::spawn(show.in_current_span());
    }

    async fn tell_channel(&self, line: &ChannelLine) {
        let markup = crate::render::mrkdwn::mrkdwn(&line.text);
        let blocks = vec![crate::render::kit::context(&markup)];
        let message = api::Message::to(line.channel.as_str(), markup, blocks);
        let place = Place::Channel(line.channel.clone());
        match timeout(NEWS, self.post_paced(&place, || self.api.post(&message))).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(%error, channel = line.channel, "the channel does not learn of the change"),
            Err(_) => warn!(channel = line.channel, "so much happens there that the channel is not told of all of it"),
        }
    }

    /// The tenant of a team, if the bot is installed there.
    ///
    /// # Errors
    /// When it is not, or that cannot be found out.
    async fn tenant(&self, team: &str) -> Result<TenantId, CallError> {
        let tenant = api::tenant(team).ok_or_else(CallError::not_installed)?;
        self.api.at_home(&tenant).await?;
        Ok(tenant)
    }
}
