//! Buttons and menus: each stands for a line that its reader could type, so that it holds for ever, on any replica.

use bot::Reply;
use bot::reply::Block;
use domain::tenant::TenantId;
use tracing::warn;

use super::{Desk, Line, scoped};
use crate::api::{CallError, Message};
use crate::inbound::payload::{Act, Named, Pressed, Shown};
use crate::render::{self, reminder};

impl Desk {
    /// Carries out what was pressed and shows it in the message.
    pub(crate) async fn pressed(&self, pressed: Pressed) {
        let tenant = match self.tenant(&pressed.team.id).await {
            Ok(tenant) => tenant,
            Err(error) => return warn!(%error, "a button of a workspace that is not ours"),
        };
        for act in &pressed.actions {
            self.press(&tenant, &pressed, act).await;
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
                self.show(pressed, says, &reply).await
            }
            Ok(_) => {}
            Err(error) => {
                warn!(%error, "a button could not be answered");
                self.tell(pressed, &super::answer::failed()).await;
            }
        }
    }

    /// The message says what became of it; a refusal is for whoever pressed.
    async fn show(&self, pressed: &Pressed, says: &str, reply: &Reply) {
        let settled = reply.verdict == bot::reply::Verdict::Answered;
        match (&pressed.channel, &pressed.message) {
            _ if pressed.view.is_some() => self.show_home(&pressed.team.id, &pressed.user.id, Some(reply)).await,
            (Some(channel), Some(message)) if settled => {
                if let Err(error) = self.edit(&channel.id, message, says, reply).await {
                    warn!(%error, "the message could not be changed");
                    self.tell(pressed, &super::answer::private(reply)).await;
                }
            }
            _ => self.tell(pressed, &super::answer::private(reply)).await,
        }
    }

    async fn edit(&self, channel: &str, message: &Shown, says: &str, reply: &Reply) -> Result<(), CallError> {
        let Some(Block::Line(told)) = reply.blocks.first() else { return Ok(()) };
        let undo = says.strip_prefix("done ").map(|numbers| format!("reopen {numbers}"));
        let shown = render::mrkdwn::mrkdwn(told);
        let blocks = reminder::settled(&message.blocks, &shown, undo.as_deref());
        let text = reminder::told(told);
        self.api.update(&message.ts, &Message::to(channel, text, blocks)).await
    }

    async fn tell(&self, pressed: &Pressed, answer: &serde_json::Value) {
        if let Some(url) = &pressed.response_url {
            let mut answer = answer.clone();
            answer["replace_original"] = serde_json::json!(false);
            self.respond(url, answer).await;
        }
    }
}
