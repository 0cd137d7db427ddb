//! The dialogs that a button opens: to pick a time, to edit a task, to set something, to make a task.

use bot::reply::Text;
use bot::{Form, Reply};
use domain::person::{Identity, Person};
use domain::ports::error::PortError;
use domain::service::Failure;
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use domain::zone::Zone;
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;
use tracing::warn;

use super::answer::not_opened;
use super::channel::Asker;
use super::dialog::shown;
use super::picking::Picking;
use super::{Desk, Line, TOO_LATE, digest};
use crate::api::{CallError, Dialog};
use crate::inbound::payload::{Filled, Named, Pressed, Submitted};
use crate::render::dialog::{loading, outcome, snooze};
use crate::render::home::{NEW, SETTINGS};
use crate::render::kit::section;
use crate::render::mrkdwn::mrkdwn;
use crate::render::reminder::PICK;
use crate::render::sheet::Sheet;

/// While the storage is away.
const NOT_READ: &str = "I cannot reach my storage right now. Close this and press the button again in a minute.";

/// While Slack does not take the form.
const NOT_SHOWN: &str = "Slack did not let me show the form. Close this and try it again in a moment.";

/// What a button asks to be filled in.
pub(super) enum Wanted<'a> {
    Time(&'a str),
    Edit(u64),
    Settings,
    Task,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(says: &'a str) -> Option<Self> {
        match says {
            NEW => Some(Self::Task),
            SETTINGS => Some(Self::Settings),
            _ => says.strip_prefix(PICK).map(Self::Time).or_else(|| Self::edit(says)),
        }
    }

    fn edit(says: &str) -> Option<Self> {
        says.strip_prefix("edit ")?.parse().ok().map(Self::Edit)
    }
}

impl Desk {
    /// Opens the dialog that a button asks for; whoever pressed is told if it does not open.
    pub(super) async fn open(&self, pressed: &Pressed, wanted: Wanted<'_>) {
        let seated = timeout(TOO_LATE, self.seated(pressed)).await.unwrap_or_else(|_| Err(not_opened()));
        match seated {
            Ok((seat, tenant)) => {
                // From here on it is mostly Slack that is waited for.
                drop(seat);
                self.open_within(&tenant, pressed, wanted).await;
            }
            Err(answer) => self.tell(pressed, &answer).await,
        }
    }

    /// At first an empty one, because the permission to open it lasts three seconds.
    async fn open_within(&self, tenant: &TenantId, pressed: &Pressed, wanted: Wanted<'_>) {
        let view = match self.api.open_view(&pressed.trigger_id, &loading()).await {
            Ok(view) => view,
            // Slack tells of the press again.
            Err(error) if error.is_on_screen() => return,
            Err(error) => {
                warn!(%error, "a dialog could not be opened");
                return self.tell(pressed, &not_opened()).await;
            }
        };
        let form = match wanted {
            Wanted::Task => Ok(self.task_form()),
            Wanted::Settings => self.settings_form(tenant, &pressed.user.id).await,
            Wanted::Time(numbers) => self.time_form(tenant, pressed, numbers).await,
            Wanted::Edit(number) => self.edit_form(tenant, &pressed.user.id, number).await,
        };
        if let Err(error) = self.fill(&view, form).await {
            warn!(%error, "an open dialog could not be changed");
        }
    }

    /// Shows in an open dialog what it was opened for, or in words why there is nothing to fill in.
    ///
    /// # Errors
    /// When Slack shows neither.
    pub(super) async fn fill(&self, view: &str, form: Result<Value, Failure>) -> Result<(), CallError> {
        let form = form.unwrap_or_else(|failure| instead_of_form(&failure));
        let dialog = Dialog::Id(view.to_owned());
        match self.update_view(&dialog, &form).await {
            Err(error) => {
                warn!(%error, "a dialog could not be filled");
                self.update_view(&dialog, &nothing_to_fill_in(NOT_SHOWN)).await
            }
            filled => filled,
        }
    }

    /// Shows something else in a dialog.
    pub(super) async fn update_view(&self, dialog: &Dialog, form: &Value) -> Result<(), CallError> {
        self.call_paced("views.update", || self.api.update_view(dialog, form)).await
    }

    pub(super) async fn person(&self, tenant: &TenantId, user: &str) -> Result<Person, PortError> {
        self.visitors.person(&Identity { tenant: tenant.clone(), user: user.to_owned() }).await
    }

    async fn time_form(&self, tenant: &TenantId, pressed: &Pressed, numbers: &str) -> Result<Value, Failure> {
        let zone = self.person(tenant, &pressed.user.id).await?.settings.zone.unwrap_or_else(Zone::utc);
        let today = zone.wall(self.now()).date();
        let sheet = pressed.message.as_ref().and_then(|message| Sheet::of(&message.blocks));
        let picking = Picking {
            numbers: numbers.to_owned(),
            channel: pressed.channel.as_ref().map(|channel| channel.id.clone()),
            ts: pressed.message.as_ref().map(|message| message.ts.clone()),
            opened: Some(self.now()),
            rows: sheet.map(|sheet| sheet.numbers()).unwrap_or_default(),
        };
        Ok(snooze::form(today.tomorrow().unwrap_or(today), &zone.to_string(), &kept(&picking)))
    }

    /// A time was picked: the line that puts the reminder off until then.
    pub(super) async fn picked(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let picking: Picking = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        let entered = &submitted.view.state;
        let day = entered.text(snooze::DAY, "/selected_date").unwrap_or_default();
        let time = entered.text(snooze::TIME, "/selected_time").unwrap_or_default();
        let text = format!("snooze {} until {day} {time}", picking.numbers);
        let line = Line {
            channel: picking.channel.clone().and_then(|id| Named { id }.as_channel()),
            there_at: Some(picking.opened.unwrap_or_default()),
            ..filled_line(tenant.clone(), &submitted, text)
        };
        let given = self.given(line, Form::Line).await;
        if let Ok(reply) = &given {
            self.show_picked(tenant, submitted.user.id, picking, reply);
        }
        shown(given, snooze::DAY)
    }

    /// Takes a form that was filled in.
    ///
    /// # Errors
    /// When whoever saved it cannot be made known.
    pub(super) async fn given(&self, line: Line, form: Form) -> Result<Reply, PortError> {
        let asker = Asker::of(&line);
        let message = self.message(line, TraceParent::root(self.turns.tasks().ids.fresh())).await?;
        let key = message.key.clone();
        let reply = self.turns.take_form(message, form).await;
        self.show_in_channel(asker, key, &reply);
        Ok(reply)
    }
}

/// What was filled in, as a line, under the key of its dialog: however often and with what the same one is saved, it is
/// carried out once.
pub(super) fn filled_line(tenant: TenantId, submitted: &Submitted, text: String) -> Line {
    let Filled { id, callback_id, private_metadata, .. } = &submitted.view;
    let key = Some(format!("view/{id}/{}", digest(&[callback_id.as_str(), private_metadata.as_str()])));
    Line { key, ..Line::of(tenant, submitted.user.id.clone(), text) }
}

/// What a dialog carries until it is submitted.
pub(super) fn kept(what: &impl Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}

/// What a dialog says that cannot show its form.
fn instead_of_form(failure: &Failure) -> Value {
    match failure {
        Failure::Refused(refusal) => nothing_to_fill_in(&mrkdwn(&Text::say(refusal.to_string()))),
        failure => {
            warn!(error = %failure, "a dialog has nothing to show");
            nothing_to_fill_in(NOT_READ)
        }
    }
}

fn nothing_to_fill_in(sentence: &str) -> Value {
    outcome(vec![section(sentence)])
}
