//! Dialogs that are saved. Slack waits three seconds for the answer that can say what is wrong in one; what takes longer is
//! told to whoever saved it when it is known.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::warn;

use super::answer::not_installed;
use super::dialog::{AWAY, errors};
use super::direct::may_be_there;
use super::{Desk, TOO_LATE, scoped};
use crate::api::{CallError, Message};
use crate::inbound::payload::Submitted;
use crate::render::dialog::task::TITLE;
use crate::render::dialog::{edit, outcome, settings, snooze};
use crate::render::kit::section;
use crate::render::mrkdwn::escaped;
use crate::term::waited_for;

/// While too much is worked on already.
const BUSY: &str = "More is asked of me right now than I can do; save it once more in a moment.";

/// While it is not known what comes of it.
const LATER: &str =
    "That takes longer than usual. I write to you what comes of it; if you save it again, nothing is done twice.";

/// Above what came of it.
const SAVED: &str = "About the form that you saved a moment ago:";

impl Desk {
    /// Answers a dialog that was submitted: with what came of it, or with what is wrong in its fields.
    pub(super) async fn submitted(&self, submitted: Submitted) -> Option<Value> {
        let first = match submitted.view.callback_id.as_str() {
            snooze::CALLBACK => snooze::DAY,
            settings::CALLBACK => settings::ZONE,
            _ => TITLE,
        };
        let Some(seat) = self.seats.take(submitted.installed_in()).await else { return Some(errors(first, BUSY)) };
        let (user, view) = (submitted.user.id.clone(), submitted.view.id.clone());
        let desk = self.clone();
        let work = async move {
            let _seat = seat;
            desk.taken(submitted, first).await
        };
        let mut working = self.beside(waited_for(work));
        if let Ok(answer) = timeout(TOO_LATE, &mut working).await {
            return Some(answer.unwrap_or_else(|_| errors(first, AWAY)));
        }
        let desk = self.clone();
        self.beside(async move { desk.tell_saved(working, &user, &view).await });
        Some(errors(first, LATER))
    }

    /// What went wrong for a while is said beside the first field, so that what was filled in is not lost.
    async fn taken(&self, submitted: Submitted, first: &str) -> Value {
        let tenant = match self.tenant(submitted.installed_in()).await {
            Ok(tenant) => tenant,
            Err(CallError::Refused(_)) => {
                let told = section(&escaped(not_installed()["text"].as_str().unwrap_or_default()));
                return json!({ "response_action": "update", "view": outcome(vec![told]) });
            }
            Err(error) => {
                warn!(%error, "whose workspace it is cannot be asked");
                return errors(first, AWAY);
            }
        };
        match submitted.view.callback_id.as_str() {
            snooze::CALLBACK => self.picked(tenant, submitted).await,
            edit::CALLBACK => self.edited(tenant, submitted).await,
            settings::CALLBACK => self.settings_given(tenant, submitted).await,
            _ => self.filled_in(tenant, submitted).await,
        }
    }

    /// Tells whoever saved a dialog what came of it, once however often it was saved with the same.
    async fn tell_saved(&self, working: JoinHandle<Value>, user: &str, view: &str) {
        let answer = working.await.unwrap_or_else(|_| errors(TITLE, AWAY));
        let Ok(tenant) = self.api.tenant() else { return };
        let key = format!("saved/{view}/{:x}", Sha256::digest(answer.to_string()));
        let message = told(user, &answer);
        let tell = async {
            let sent = self.post_direct(tenant, user, &message).await;
            may_be_there(&sent.inspect_err(|error| warn!(%error, "nobody may hear what came of a form")))
        };
        self.once_given(tenant, &scoped(tenant, &key), tell).await;
    }
}

/// The answer to a dialog, as a message to whoever saved it.
fn told(user: &str, answer: &Value) -> Message {
    let came = answer["view"]["blocks"].as_array().cloned().unwrap_or_default();
    let wrong = answer["errors"].as_object().into_iter().flat_map(|fields| fields.values());
    let wrong = wrong.filter_map(Value::as_str).map(|sentence| section(&escaped(sentence)));
    let blocks: Vec<Value> = std::iter::once(section(SAVED)).chain(came).chain(wrong).collect();
    let said: Vec<&str> = blocks.iter().filter_map(|block| block["text"]["text"].as_str()).collect();
    Message::to(user, said.join("\n"), blocks)
}
