//! Dialogs that are saved. What comes of one at once is Slack's answer to it. What takes longer gets a first word in a view
//! on top of the dialog, which keeps what was filled in, and the truth there when it is known; whoever has closed that view
//! is told in their direct message.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, warn};

use super::answer::not_installed;
use super::dialog::{AWAY, errors};
use super::direct::may_be_there;
use super::paced::surely;
use super::{AT_ONCE, Desk, TOO_LATE, scoped};
use crate::api::{CallError, Dialog, Message};
use crate::inbound::payload::Submitted;
use crate::render::dialog::task::TITLE;
use crate::render::dialog::{above, edit, for_good, named, outcome, settings, snooze};
use crate::render::kit::{context, section};
use crate::render::mrkdwn::escaped;
use crate::term::waited_for;

/// While too much is worked on already.
const BUSY: &str = "More is asked of me right now than I can do; save it once more in a moment.";

/// The first word.
const WORKING: &str = "Working on it …";

/// While it is not known what comes of it.
const LATER: &str = "That takes longer than usual. I show here what comes of it.";

/// Below both.
const IF_CLOSED: &str = "If you close this, I write to you what comes of it. If you hear nothing, save it once more: \
                         nothing is done twice.";

/// Below what is wrong.
const BACK: &str = "Nothing that you filled in is lost: close this and it is there.";

/// Above what came of it.
const SAVED: &str = "About the form that you saved a moment ago:";

/// So long after a dialog was saved Slack shows no more what answers it.
const SHOWN_WITHIN: Duration = Duration::from_millis(3_500);
/// After so long a view that is not there yet is looked for again, then after twice as long, and so on.
const LOOK: Duration = Duration::from_millis(100);

/// A dialog that was saved and is worked on.
struct Saved {
    since: Instant,
    user: String,
    /// The dialog.
    view: String,
    /// By what name a view lies on top of it meanwhile.
    above: String,
}

impl Desk {
    /// The first answer to a dialog that was submitted: what came of it or what is wrong in its fields, if that is known
    /// soon, else a first word on top of it.
    pub(super) async fn submitted(&self, submitted: Submitted) -> Option<Value> {
        let first = match submitted.view.callback_id.as_str() {
            snooze::CALLBACK => snooze::DAY,
            settings::CALLBACK => settings::ZONE,
            _ => TITLE,
        };
        let (since, above) = (Instant::now(), self.name_above(&submitted));
        let (user, view) = (submitted.user.id.clone(), submitted.view.id.clone());
        let desk = self.clone();
        let mut working = self.beside(waited_for(async move { desk.seated_and_taken(submitted, first).await }));
        if let Ok(answer) = timeout(AT_ONCE, &mut working).await {
            return Some(answer.unwrap_or_else(|_| errors(first, AWAY)));
        }
        let first_word = named(&above, waiting(WORKING));
        let (desk, saved) = (self.clone(), Saved { since, user, view, above });
        self.beside(async move { desk.later_saved(working, saved).await });
        Some(json!({ "response_action": "push", "view": first_word }))
    }

    /// How the view on top of a dialog is called, however often Slack tells that this one was saved: of its answers it shows
    /// one, and what came of it is to be found whichever that is.
    fn name_above(&self, submitted: &Submitted) -> String {
        match &submitted.trigger_id {
            Some(trigger) => format!("{:x}", Sha256::digest(trigger)),
            None => self.turns.tasks().ids.fresh().to_string(),
        }
    }

    async fn seated_and_taken(&self, submitted: Submitted, first: &str) -> Value {
        match self.seats.take(submitted.installed_in()).await {
            Some(_seat) => self.taken(submitted, first).await,
            None => errors(first, BUSY),
        }
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

    /// The truth, when it is known; before that, in time, that it is not.
    async fn later_saved(&self, mut working: JoinHandle<Value>, saved: Saved) {
        let answer = match timeout_at(saved.since + TOO_LATE, &mut working).await {
            Ok(answer) => answer,
            Err(_) => {
                if let Err(error) = self.show_above(&saved, waiting(LATER)).await {
                    debug!(%error, "nobody sees that a form takes long");
                }
                working.await
            }
        };
        let answer = answer.unwrap_or_else(|_| errors(TITLE, AWAY));
        if let Err(error) = self.show_above(&saved, shown_above(&answer)).await {
            debug!(%error, "what came of a form is told another way");
            self.tell_saved(&answer, &saved).await;
        }
    }

    /// Shows something else on top of a dialog, by the same name. What is not there has been closed, unless Slack is just
    /// about to show it.
    async fn show_above(&self, saved: &Saved, view: Value) -> Result<(), CallError> {
        let (dialog, view) = (Dialog::Named(saved.above.clone()), named(&saved.above, view));
        let (until, mut look) = (saved.since + SHOWN_WITHIN, LOOK);
        loop {
            let shown = surely(|| self.update_view(&dialog, &view)).await;
            match shown {
                Err(error) if error.is_closed_view() && Instant::now() < until => sleep(look).await,
                shown => return shown,
            }
            look *= 2;
        }
    }

    /// Tells whoever saved a dialog what came of it, once however often it was saved with the same.
    async fn tell_saved(&self, answer: &Value, saved: &Saved) {
        let Ok(tenant) = self.api.tenant() else { return };
        let key = format!("saved/{}/{:x}", saved.view, Sha256::digest(answer.to_string()));
        let message = told(&saved.user, answer);
        let tell = async {
            let sent = self.post_direct(tenant, &saved.user, &message).await;
            may_be_there(&sent.inspect_err(|error| warn!(%error, "nobody may hear what came of a form")))
        };
        self.once_given(tenant, &scoped(tenant, &key), tell).await;
    }
}

/// A first word.
fn waiting(words: &str) -> Value {
    above(vec![section(words), context(IF_CLOSED)])
}

/// The answer to a dialog, on top of it: what was done closes the dialog with it, what is wrong leads back to it.
fn shown_above(answer: &Value) -> Value {
    match answer["view"].is_object() {
        true => for_good(answer["view"].clone()),
        false => above(came_of(answer).into_iter().chain([context(BACK)]).collect()),
    }
}

/// The answer to a dialog, as a message to whoever saved it.
fn told(user: &str, answer: &Value) -> Message {
    let blocks: Vec<Value> = std::iter::once(section(SAVED)).chain(came_of(answer)).collect();
    let said: Vec<&str> = blocks.iter().filter_map(|block| block["text"]["text"].as_str()).collect();
    Message::to(user, said.join("\n"), blocks)
}

/// What the answer to a dialog says.
fn came_of(answer: &Value) -> Vec<Value> {
    let came = answer["view"]["blocks"].as_array().cloned().unwrap_or_default();
    let wrong = answer["errors"].as_object().into_iter().flat_map(|fields| fields.values());
    let wrong = wrong.filter_map(Value::as_str).map(|sentence| section(&escaped(sentence)));
    came.into_iter().chain(wrong).collect()
}
