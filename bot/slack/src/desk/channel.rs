//! What a channel learns of a change of its list, and what becomes of it where the bot is not in the channel.

use std::time::Duration;

use async_trait::async_trait;
use bot::reply::ChannelLine;
use bot::{Reply, Rooms};
use domain::fault::sabotaged;
use domain::message::Message as Said;
use domain::place::Place;
use domain::tenant::{Platform, TenantId};
use tokio::time::timeout;
use tracing::warn;

use super::direct::may_be_there;
use super::{Desk, Line, scoped};
use crate::api::{CallError, Message};
use crate::faces::users;
use crate::render::kit::{context, section};
use crate::render::mrkdwn::mrkdwn;

/// How long the line waits by which a channel learns of a change: where more changes than Slack takes messages, the list
/// tells, and reminders come first.
const NEWS: Duration = Duration::from_secs(10);

/// What Slack says of a channel that it does not show the bot.
const NO_CHANNEL: &str = "channel_not_found";

/// Whoever changed something.
#[derive(Debug)]
pub(super) struct Asker {
    tenant: TenantId,
    user: String,
}

impl Asker {
    pub(super) fn of(line: &Line) -> Self {
        Self { tenant: line.tenant.clone(), user: line.user.clone() }
    }
}

impl Desk {
    /// Shows the one line by which a channel learns of a change of its list, beside the answer: whoever asked does not
    /// wait for Slack to take it.
    pub(super) fn show_in_channel(&self, asker: Asker, key: Option<String>, reply: &Reply) {
        if let Some(line) = &reply.shown_in_channel {
            self.show_line(asker, key, line.clone());
        }
    }

    fn show_line(&self, asker: Asker, key: Option<String>, line: ChannelLine) {
        let desk = self.clone();
        let show = async move {
            let first = match key {
                Some(key) => {
                    desk.is_first(&asker.tenant, &format!("shown/{key}")).await || sabotaged("slack.answer_again")
                }
                None => true,
            };
            if first {
                desk.tell_channel(&asker, &line).await;
            }
        };
        self.beside(show);
    }

    async fn tell_channel(&self, asker: &Asker, line: &ChannelLine) {
        let markup = mrkdwn(&line.text);
        let blocks = vec![context(&markup)];
        let message = Message::to(line.channel.as_str(), markup, blocks);
        let place = Place::Channel(line.channel.clone());
        match timeout(NEWS, self.post_paced(&place, || self.api.post(&message))).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) if is_outside(&error) => self.ask_for_invitation(asker, &line.channel, &error).await,
            Ok(Err(error)) => warn!(%error, channel = line.channel, "the channel does not learn of the change"),
            Err(_) => warn!(channel = line.channel, "so much happens there that the channel is not told of all of it"),
        }
    }

    /// Whoever works on the list of a channel that the bot is not in hears how to let it in: once in a day or so.
    async fn ask_for_invitation(&self, asker: &Asker, channel: &str, error: &CallError) {
        let Asker { tenant, user } = asker;
        let text = invitation(channel, error);
        let message = Message::to(user.as_str(), text.clone(), vec![section(&text)]);
        let ask = async {
            let sent = self.post_direct(tenant, user, &message).await;
            if let Err(error) = &sent {
                warn!(%error, channel, "nobody may hear that the bot is not in a channel");
            }
            may_be_there(&sent)
        };
        let key = format!("uninvited/{}", scoped(tenant, &format!("{user}/{channel}")));
        self.once_given(tenant, &key, ask).await;
    }
}

/// What comes over HTTP is shown like what is typed in Slack.
#[async_trait]
impl Rooms for Desk {
    async fn show(&self, message: &Said, line: &ChannelLine) {
        let Said { tenant, author, key, .. } = message;
        if tenant.platform() != Platform::Slack {
            return;
        }
        match users(&self.turns, tenant, [author.person]).await.map(|mut users| users.remove(&author.person)) {
            Ok(Some(user)) => {
                let asker = Asker { tenant: tenant.clone(), user };
                self.within(Some(tenant.clone())).show_line(asker, key.clone(), line.clone());
            }
            Ok(None) => warn!(%tenant, "somebody who is not of the workspace changed a channel's list"),
            Err(error) => warn!(%error, channel = line.channel, "the channel does not learn of the change"),
        }
    }
}

/// How to let the bot into a channel. Where Slack says that there is none, it may be a group's direct message.
fn invitation(channel: &str, error: &CallError) -> String {
    let group = match error {
        CallError::Refused(word) if word == NO_CHANNEL => {
            " If it is a group message, nobody can be invited: make it a private channel first, or add such tasks with \
             `/todo` to your own list."
        }
        _ => "",
    };
    format!(
        "I am not in <#{channel}>, so nobody there hears of what you change on its list. \
         Type `/invite @taskbot` there, and I tell them from then on.{group}"
    )
}

/// Whether the bot is not in the channel: of a private one Slack says that there is none.
fn is_outside(error: &CallError) -> bool {
    matches!(error, CallError::Refused(word) if word == "not_in_channel" || word == NO_CHANNEL)
}
