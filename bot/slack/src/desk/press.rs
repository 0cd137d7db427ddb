//! Buttons and menus: each stands for a line that its reader could type, so that it holds for ever, on any replica.

use bot::Reply;
use bot::reply::{Block, Verdict};
use domain::tenant::TenantId;
use serde_json::json;
use tracing::warn;

use super::forms::Picking;
use super::{Desk, Line, scoped};
use crate::api::{CallError, Message};
use crate::inbound::payload::{Act, Named, Pressed, Shown};
use crate::render;
use crate::render::mrkdwn::{mrkdwn, words};
use crate::render::settled::{Next, anew, settled};

impl Desk {
    /// Carries out what was pressed and shows it in the message.
    pub(crate) async fn pressed(&self, pressed: Pressed) {
        let Some(_seat) = self.seats.take().await else {
            return self.tell(&pressed, &super::answer::busy()).await;
        };
        let tenant = match self.tenant(&pressed.team.id).await {
            Ok(tenant) => tenant,
            Err(error) => return warn!(%error, "a button of a workspace that is not ours"),
        };
        for act in &pressed.actions {
            if !self.opens(&tenant, &pressed, act).await {
                self.press(&tenant, &pressed, act).await;
            }
        }
    }

    async fn press(&self, tenant: &TenantId, pressed: &Pressed, act: &Act) {
        let Some(says) = act.meant() else { return };
        let key = format!("press/{}/{}/{}", pressed.user.id, act.action_id, act.action_ts);
        let line = Line {
            tenant: tenant.clone(),
            user: pressed.user.id.clone(),
            channel: pressed.channel.as_ref().and_then(Named::as_channel),
            thread: pressed.message.as_ref().and_then(|message| message.thread_ts.clone()),
            key: Some(key.clone()),
            text: says.to_owned(),
        };
        match self.take(line).await {
            Ok(reply) if self.is_first("answered", &scoped(tenant, &key)).await => {
                self.show(tenant, pressed, act, &reply).await;
            }
            Ok(_) => {}
            Err(error) => {
                warn!(%error, "a button could not be answered");
                self.tell(pressed, &super::answer::failed()).await;
            }
        }
    }

    /// The message says what became of it; a refusal is for whoever pressed.
    async fn show(&self, tenant: &TenantId, pressed: &Pressed, act: &Act, reply: &Reply) {
        let turns = act.action_id.starts_with("page:");
        let done = reply.verdict == Verdict::Answered;
        let shown = match (&pressed.channel, &pressed.message) {
            _ if pressed.view.is_some() && turns => return self.turn_home(tenant, &pressed.user.id, reply).await,
            _ if pressed.view.is_some() => return self.show_home(tenant, &pressed.user.id, Some(reply)).await,
            (Some(channel), Some(message)) if turns => self.turn_page(&channel.id, message, reply).await,
            (_, None) if turns => return self.tell_instead(pressed, reply).await,
            (Some(channel), Some(message)) if done => self.edit(&channel.id, message, act, reply).await,
            _ => return self.tell(pressed, &super::answer::private(reply)).await,
        };
        if let Err(error) = shown {
            warn!(%error, "the message could not be changed");
            self.tell(pressed, &super::answer::private(reply)).await;
        }
    }

    async fn edit(&self, channel: &str, message: &Shown, act: &Act, reply: &Reply) -> Result<(), CallError> {
        let Some(told) = became(reply) else { return Ok(()) };
        let next = Next::after(act.meant().unwrap_or_default(), &reply.tasks);
        let blocks = settled(&message.blocks, &act.action_id, &mrkdwn(&told), next, &reply.tasks);
        self.api.update(&message.ts, &Message::to(channel, words(&told), blocks)).await
    }

    /// The message whose menu opened a dialog says what became of it, too.
    pub(super) async fn show_picked(&self, picking: &Picking, says: &str, reply: &Reply) {
        let (Some(channel), Some(ts), Some(told)) = (&picking.channel, &picking.ts, became(reply)) else { return };
        if reply.verdict != Verdict::Answered {
            return;
        }
        let blocks = anew(&mrkdwn(&told), Next::after(says, &reply.tasks), &reply.tasks);
        if let Err(error) = self.api.update(ts, &Message::to(channel.as_str(), words(&told), blocks)).await {
            warn!(%error, "the message could not be changed");
        }
    }

    async fn turn_page(&self, channel: &str, message: &Shown, reply: &Reply) -> Result<(), CallError> {
        let (text, blocks) = render::reply::message(reply);
        self.api.update(&message.ts, &Message::to(channel, text, blocks)).await
    }

    async fn tell_instead(&self, pressed: &Pressed, reply: &Reply) {
        if let Some(url) = &pressed.response_url {
            self.respond(url, super::answer::instead(super::answer::private(reply))).await;
        }
    }

    async fn tell(&self, pressed: &Pressed, answer: &serde_json::Value) {
        if let Some(url) = &pressed.response_url {
            let mut answer = answer.clone();
            answer["replace_original"] = json!(false);
            self.respond(url, answer).await;
        }
    }
}

/// What became of the tasks, in a line.
fn became(reply: &Reply) -> Option<bot::reply::Text> {
    let first = reply.blocks.first().and_then(|block| match block {
        Block::Line(told) => Some(told.clone()),
        _ => None,
    });
    reply.settled.clone().or(first)
}
