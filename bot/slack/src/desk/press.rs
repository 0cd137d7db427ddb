//! Buttons and menus: each stands for a line that its reader could type, so that it holds for ever, on any replica.

use std::pin::pin;

use bot::Reply;
use bot::reply::Verdict;
use domain::refusal::Code;
use domain::tenant::TenantId;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::answer::{busy, failed, instead, not_installed, pressed_too_late, private};
use super::forms::Wanted;
use super::respond::Asked;
use super::seats::Seat;
use super::sheets::Spot;
use super::{Desk, Line, TOO_LATE, digest, scoped};
use crate::api::{CallError, Message};
use crate::inbound::payload::{Act, Named, Pressed, Shown};
use crate::render;
use crate::render::reminder::STOP;
use crate::render::sheet::Sheet;
use crate::term::waited_for;

impl Desk {
    /// Carries out what was pressed, says that it is done, and shows it in the message.
    pub(crate) async fn pressed(&self, pressed: Pressed, done: &CancellationToken) {
        for act in &pressed.actions {
            match act.meant().and_then(Wanted::of) {
                Some(wanted) => waited_for(self.open(&pressed, wanted)).await,
                None => self.press(&pressed, act, done).await,
            }
        }
    }

    /// What came of it, when it is known; before that, in time, that it is not.
    async fn press(&self, pressed: &Pressed, act: &Act, committed: &CancellationToken) {
        let (mut working, late) = (pin!(waited_for(self.carry_out(pressed, act))), pressed_too_late());
        let done = match timeout(TOO_LATE, working.as_mut()).await {
            Ok(done) => done,
            Err(_) => tokio::join!(working, self.tell(pressed, &late)).0,
        };
        committed.cancel();
        match done {
            // Another copy of the same press may have been in time: what came of that one is the answer.
            Ok(Some(Done { tenant, key: Some(key), reply })) if is_too_fast(&reply) => {
                self.once(&tenant, &format!("{key}/too-fast"), self.tell(pressed, &private(&reply))).await;
            }
            Ok(Some(Done { tenant, key: Some(key), reply })) => {
                self.once(&tenant, &key, self.show(&tenant, pressed, act, &reply)).await;
            }
            Ok(Some(Done { tenant, key: None, reply })) => self.show(&tenant, pressed, act, &reply).await,
            Ok(None) => {}
            Err(answer) => self.tell(pressed, &answer).await,
        }
    }

    /// What is to be shown of it; nothing of what stands for nothing, and words if nothing was done.
    async fn carry_out(&self, pressed: &Pressed, act: &Act) -> Result<Option<Done>, Value> {
        let Some(says) = act.meant() else { return Ok(None) };
        let (_seat, tenant) = self.seated(pressed).await?;
        let key = key(pressed, act);
        let line = Line {
            channel: pressed.channel.as_ref().and_then(Named::as_channel),
            thread: pressed.message.as_ref().and_then(|message| message.thread_ts.clone()),
            key: key.clone(),
            ..Line::of(tenant.clone(), pressed.user.id.clone(), says.to_owned())
        };
        let reply = self.take(line).await.map_err(|error| {
            warn!(%error, "a button could not be answered");
            failed()
        })?;
        let key = key.map(|key| scoped(&tenant, &key));
        Ok(Some(Done { tenant, key, reply }))
    }

    /// A seat, and whose workspace it is; else words for whoever pressed.
    pub(super) async fn seated(&self, pressed: &Pressed) -> Result<(Seat, TenantId), Value> {
        let seat = self.seats.take(pressed.installed_in()).await.ok_or_else(busy)?;
        match self.tenant(pressed.installed_in()).await {
            Ok(tenant) => Ok((seat, tenant)),
            Err(error) => {
                warn!(%error, "a button of a workspace that is not ours, or cannot be asked for");
                Err(if matches!(error, CallError::Refused(_)) { not_installed() } else { failed() })
            }
        }
    }

    /// The message says what became of it; a refusal is for whoever pressed, and where it is because a task is closed or
    /// gone the message says that too.
    async fn show(&self, tenant: &TenantId, pressed: &Pressed, act: &Act, reply: &Reply) {
        let turns = act.action_id.starts_with("page:");
        let user = &pressed.user.id;
        let shown = match (&pressed.channel, &pressed.message) {
            _ if pressed.view.is_some() && turns => {
                return self.turn_home(tenant, user, act.meant().unwrap_or_default(), reply).await;
            }
            _ if pressed.view.is_some() => return self.show_done_at_home(tenant, pressed, reply).await,
            (Some(channel), Some(message)) if turns => self.turn_page(&channel.id, message, reply).await,
            (_, None) if turns => return self.tell_instead(pressed, reply).await,
            (Some(channel), Some(message)) if changes(reply) => {
                let spot = Spot { tenant, user, channel: &channel.id, ts: &message.ts };
                self.show_in_message(&spot, message, pressed, act, reply).await
            }
            _ => return self.tell(pressed, &private(reply)).await,
        };
        if let Err(error) = shown {
            warn!(%error, "the message could not be changed");
            self.tell(pressed, &private(reply)).await;
        }
    }

    /// The message says how its tasks stand. That whoever pressed takes no more of them is for them alone, and what others
    /// read does not change because of it.
    async fn show_in_message(
        &self,
        spot: &Spot<'_>,
        message: &Shown,
        pressed: &Pressed,
        act: &Act,
        reply: &Reply,
    ) -> Result<(), CallError> {
        let others_read = || (Named { id: spot.channel.to_owned() }).as_channel().is_some();
        let refused = reply.verdict != Verdict::Answered;
        let sheet = Sheet::of(&message.blocks).filter(|_| refused || !(stops(act) && others_read()));
        if let Some(sheet) = &sheet {
            self.show_sheet(spot, sheet).await?;
        }
        if refused || stops(act) || sheet.is_none() {
            self.tell(pressed, &private(reply)).await;
        }
        Ok(())
    }

    pub(super) async fn update(&self, ts: &str, message: &Message) -> Result<(), CallError> {
        self.call_paced("chat.update", || self.api.update(ts, message)).await
    }

    async fn turn_page(&self, channel: &str, message: &Shown, reply: &Reply) -> Result<(), CallError> {
        let (text, blocks) = render::reply::message(reply);
        self.update(&message.ts, &Message::to(channel, text, blocks)).await
    }

    async fn tell_instead(&self, pressed: &Pressed, reply: &Reply) {
        if let Some(url) = &pressed.response_url {
            self.respond(&Asked::in_message(url, pressed), instead(private(reply))).await;
        }
    }

    async fn show_done_at_home(&self, tenant: &TenantId, pressed: &Pressed, reply: &Reply) {
        let Some(page) = &pressed.view else { return };
        if self.show_done(tenant, &pressed.user.id, page, reply).await.is_err() {
            self.tell(pressed, &private(reply)).await;
        }
    }

    /// Words for whoever pressed alone: beside the message, or on top of their page.
    pub(super) async fn tell(&self, pressed: &Pressed, answer: &Value) {
        match (&pressed.response_url, &pressed.view) {
            (Some(url), _) => {
                let mut answer = answer.clone();
                answer["replace_original"] = json!(false);
                self.respond(&Asked::in_message(url, pressed), answer).await;
            }
            (None, Some(page)) => {
                if let Ok(tenant) = self.api.tenant() {
                    self.tell_at_home(tenant, &pressed.user.id, page, answer).await;
                }
            }
            (None, None) => {}
        }
    }
}

/// What a press came to, and by which key it is known wherever Slack tells of it.
struct Done {
    tenant: TenantId,
    /// By which the press is known again, if it is.
    key: Option<String>,
    reply: Reply,
}

/// By which a press is known again; one of which is not said when is not.
fn key(pressed: &Pressed, act: &Act) -> Option<String> {
    let when = [&act.action_ts, &pressed.trigger_id].into_iter().find(|when| !when.is_empty())?;
    let ts = pressed.message.as_ref().map_or("", |message| &message.ts);
    let said = digest(&[act.meant().unwrap_or_default(), ts]);
    Some(format!("press/{}/{}/{when}/{said}", pressed.user.id, act.action_id))
}

/// Whether a message says something else from now on: something was done, or a task of it is closed already or gone.
pub(super) const fn changes(reply: &Reply) -> bool {
    matches!(reply.verdict, Verdict::Answered | Verdict::Refused { code: Code::NotFound | Code::Nothing, .. })
}

/// Whether it was not looked at.
const fn is_too_fast(reply: &Reply) -> bool {
    matches!(reply.verdict, Verdict::Refused { code: Code::TooFast, .. })
}

/// Whether whoever pressed takes no more of something.
fn stops(act: &Act) -> bool {
    act.meant().is_some_and(|says| says.starts_with(STOP))
}
