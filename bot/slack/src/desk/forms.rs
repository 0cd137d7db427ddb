//! The dialogs that a button opens: to pick a time, to edit a task, to set something, to make a task.

use domain::command::TaskRef;
use domain::person::{Identity, Person};
use domain::tenant::TenantId;
use domain::trace::TraceParent;
use domain::zone::Zone;
use language::{Edit, Field, Ids, Person as Named, Reading, Repeat, RepeatFrom, SettingsChange, When};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::dialog::{AWAY, errors, moment, shown, users};
use super::{Desk, Line, scoped};
use crate::api::CallError;
use crate::inbound::payload::{Act, Entered, Named as Thing, Pressed, Submitted};
use crate::render::dialog::task::{REPEAT, TITLE, form as new_form};
use crate::render::dialog::{edit, loading, settings, snooze};
use crate::render::home::{NEW, SETTINGS};
use crate::render::reminder::PICK;

/// What a button asks to be filled in.
enum Wanted<'a> {
    Time(&'a str),
    Edit(u64),
    Settings,
    Task,
}

impl<'a> Wanted<'a> {
    fn of(says: &'a str) -> Option<Self> {
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

/// What a picked time is for, kept in the dialog until it is submitted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Picking {
    numbers: String,
    /// The message whose button it was, if it was one.
    pub(super) channel: Option<String>,
    pub(super) ts: Option<String>,
}

/// What a task said when its dialog was opened: what is as it was is not changed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Before {
    number: u64,
    title: String,
    at: Option<i64>,
    rule: Option<String>,
    who: Vec<String>,
}

impl Desk {
    /// Opens the dialog that a button asks for; `false` if it stands for a line.
    pub(super) async fn opens(&self, tenant: &TenantId, pressed: &Pressed, act: &Act) -> bool {
        let Some(wanted) = act.meant().and_then(Wanted::of) else { return false };
        if let Err(error) = self.open(tenant, pressed, wanted).await {
            warn!(%error, "a dialog could not be opened");
        }
        true
    }

    /// At first an empty one, because the permission to open it lasts three seconds.
    async fn open(&self, tenant: &TenantId, pressed: &Pressed, wanted: Wanted<'_>) -> Result<(), CallError> {
        let view = self.api.open_view(&pressed.trigger_id, &loading()).await?;
        let form = match wanted {
            Wanted::Task => new_form("", "{}"),
            Wanted::Settings => settings::form(&self.person(tenant, &pressed.user.id).await?.settings),
            Wanted::Time(numbers) => self.time_form(tenant, pressed, numbers).await?,
            Wanted::Edit(number) => self.edit_form(tenant, &pressed.user.id, number).await?,
        };
        self.api.update_view(&view, &form).await
    }

    async fn person(&self, tenant: &TenantId, user: &str) -> Result<Person, CallError> {
        let identity = Identity { tenant: tenant.clone(), user: user.to_owned() };
        let found = self.turns.tasks().people.who_is(&identity).await.map_err(away)?;
        found.ok_or_else(|| CallError::Refused("nobody known".to_owned()))
    }

    async fn time_form(&self, tenant: &TenantId, pressed: &Pressed, numbers: &str) -> Result<Value, CallError> {
        let zone = self.person(tenant, &pressed.user.id).await?.settings.zone.unwrap_or_else(Zone::utc);
        let today = zone.wall(self.now()).date();
        let picking = Picking {
            numbers: numbers.to_owned(),
            channel: pressed.channel.as_ref().map(|channel| channel.id.clone()),
            ts: pressed.message.as_ref().map(|message| message.ts.clone()),
        };
        Ok(snooze::form(today.tomorrow().unwrap_or(today), &zone.to_string(), &kept(&picking)))
    }

    async fn edit_form(&self, tenant: &TenantId, user: &str, number: u64) -> Result<Value, CallError> {
        let speaker = self.visitors.speaker(tenant, user).await.map_err(away)?;
        let listed = self.turns.tasks().get(&speaker, tenant, TaskRef::Number(number)).await.map_err(away)?;
        let task = listed.task;
        let mut who = Vec::new();
        for person in &task.assignees {
            let identities = self.turns.tasks().people.identities(*person).await.map_err(away)?;
            who.extend(identities.into_iter().filter(|one| one.tenant == *tenant).map(|one| one.user));
        }
        let due = task.due.as_ref().filter(|due| due.time.is_some());
        let (at, rule) = (due.map(|due| due.at.as_second()), task.recurring.map(|seat| seat.rule.to_string()));
        let before = Before { number, title: task.title, at, rule, who };
        let present =
            edit::Present { title: &before.title, at, rule: before.rule.as_deref(), who: before.who.as_slice() };
        Ok(edit::form(&present, &kept(&before)))
    }

    /// A time was picked: the line that puts the reminder off until then.
    pub(super) async fn picked(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let picking: Picking = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        let entered = &submitted.view.state;
        let day = entered.text(snooze::DAY, "/selected_date").unwrap_or_default();
        let time = entered.text(snooze::TIME, "/selected_time").unwrap_or_default();
        let text = format!("snooze {} until {day} {time}", picking.numbers);
        let line = Line {
            channel: picking.channel.clone().and_then(|id| Thing { id }.as_channel()),
            ..filled_line(tenant, &submitted, text.clone())
        };
        match self.take(line).await {
            Ok(reply) => {
                self.show_picked(&picking, &text, &reply).await;
                shown(&reply, snooze::DAY)
            }
            Err(error) => {
                warn!(%error, "a dialog could not be taken");
                errors(snooze::DAY, AWAY)
            }
        }
    }

    /// A task was edited: what is not as it was is changed.
    pub(super) async fn edited(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let before: Before = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        let edit = changed(&before, &submitted.view.state);
        for person in &edit.people {
            self.visitors.meet_one(&tenant, person.as_str()).await;
        }
        self.read_form(tenant, submitted, Reading::Edit(edit), TITLE).await
    }

    /// Somebody's settings.
    pub(super) async fn settings_given(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let entered = &submitted.view.state;
        let time = entered.text(settings::TIME, "/selected_time");
        let order = entered.text(settings::ORDER, "/selected_option/value");
        let change = SettingsChange {
            timezone: entered.text(settings::ZONE, "/value").map(|zone| zone.trim().to_owned()),
            default_time: time.and_then(|time| time.parse().ok()),
            day_first: order.map(|order| order == settings::DAY_FIRST),
            ..SettingsChange::default()
        };
        self.read_form(tenant, submitted, Reading::Settings(change), settings::ZONE).await
    }

    async fn read_form(&self, tenant: TenantId, submitted: Submitted, reading: Reading, field: &str) -> Value {
        let trace = TraceParent::root(self.turns.tasks().ids.fresh());
        let line = filled_line(tenant, &submitted, format!("{reading:?}"));
        let key = line.key.as_ref().map(|key| scoped(&line.tenant, key));
        match self.message(line, trace).await {
            Ok(message) => {
                let reply = self.turns.take_reading(message, reading).await;
                self.show_in_channel(key, &reply);
                shown(&reply, field)
            }
            Err(error) => {
                warn!(%error, "a dialog could not be taken");
                errors(field, AWAY)
            }
        }
    }
}

/// What was filled in, as a line: the same dialog, saved again with the same in it, is the same line.
fn filled_line(tenant: TenantId, submitted: &Submitted, text: String) -> Line {
    let digest = Sha256::digest(text.as_bytes());
    let key = Some(format!("view/{}/{digest:x}", submitted.view.id));
    Line { tenant, user: submitted.user.id.clone(), channel: None, thread: None, key, text }
}

/// What the dialog changes of the task.
fn changed(before: &Before, entered: &Entered) -> Edit {
    let mut edit = Edit::of(Ids::Numbers(vec![before.number]));
    let title = entered.text(TITLE, "/value").unwrap_or_default().trim().to_owned();
    edit.title = Some(title).filter(|title| *title != before.title);
    let at = moment(entered);
    if at.map(|at| at.as_second()) != before.at {
        edit.when = at.map(When::At);
        edit.clear.extend(at.is_none().then_some(Field::Due));
    }
    let rule = entered.text(REPEAT, "/selected_option/value").filter(|rule| Some(rule) != before.rule.as_ref());
    match rule.as_deref() {
        Some(edit::NEVER) => edit.clear.push(Field::Repeat),
        Some(rule) => {
            edit.repeat = rule.parse().ok().map(|rule| Repeat { rule, start: None, from: RepeatFrom::Schedule })
        }
        None => {}
    }
    let who = users(entered);
    if who != before.who {
        edit.clear.extend(who.is_empty().then_some(Field::Assignee));
        edit.people = who.into_iter().map(Named::Id).collect();
    }
    edit
}

fn kept(what: &impl Serialize) -> String {
    serde_json::to_string(what).unwrap_or_default()
}

fn away(error: impl std::fmt::Display) -> CallError {
    CallError::Unknown(error.to_string())
}
