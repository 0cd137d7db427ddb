//! A task that is changed in a dialog: what is as it was is not changed.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use bot::Form;
use bot::reply::recurrence_in_list;
use domain::command::TaskRef;
use domain::service::Failure;
use domain::tenant::TenantId;
use domain::zone::Zone;
use jiff::civil::{Date, Time};
use language::{Edit, Field, Ids, Person, Repeat, RepeatFrom, When};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Desk;
use super::dialog::{moment, shown, users};
use super::forms::{filled_line, kept};
use crate::inbound::payload::{Entered, Submitted};
use crate::render::dialog::task::{REPEAT, TITLE};
use crate::render::dialog::{edit, snooze};

/// What Slack's picker takes to begin with: ten digits. Another time is not shown, and kept until one is picked.
const PICKED: RangeInclusive<i64> = 1_000_000_000..=9_999_999_999;

/// What a task said when its dialog was opened.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Before {
    number: u64,
    title: String,
    at: Option<i64>,
    /// In the place of an instant, where it is due on a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<Day>,
    /// The choice that stood for how it repeats.
    rule: Option<String>,
    who: Vec<String>,
}

/// A day without a time, and the zone in which a time on it would be meant.
#[derive(Debug, Serialize, Deserialize)]
struct Day {
    date: Date,
    zone: Zone,
}

impl Desk {
    /// The form that changes a task, filled with what the task says.
    ///
    /// # Errors
    /// When there is no such task, or that cannot be known.
    pub(super) async fn edit_form(&self, tenant: &TenantId, user: &str, number: u64) -> Result<Value, Failure> {
        let speaker = self.visitors.speaker(tenant, user).await?;
        let task = self.turns.tasks().get(&speaker, tenant, TaskRef::Number(number)).await?.task;
        let mut who = Vec::new();
        for person in &task.assignees {
            let identities = self.turns.tasks().people.identities(*person).await?;
            who.extend(identities.into_iter().filter(|one| one.tenant == *tenant).map(|one| one.user));
        }
        let zone = self.person(tenant, user).await?.settings.zone.unwrap_or_else(Zone::utc);
        let (at, day) = match &task.due {
            Some(due) if due.time.is_some() => (Some(due.at.as_second()).filter(|at| PICKED.contains(at)), None),
            Some(due) => (None, Some(Day { date: due.date, zone })),
            None => (None, None),
        };
        let rule = task.recurring.as_ref().map(edit::choice_of);
        let repeats = recurrence_in_list(&task).unwrap_or_default();
        let before = Before { number, title: task.title, at, day, rule, who };
        let present = edit::Present {
            title: &before.title,
            at,
            day: before.day.as_ref().map(|day| (day.date, &day.zone)),
            repeat: before.rule.as_deref().map(|rule| (rule, repeats.as_str())),
            who: before.who.as_slice(),
        };
        Ok(edit::form(&present, &kept(&before)))
    }

    /// A task was edited: what is not as it was is changed.
    pub(super) async fn edited(&self, tenant: TenantId, submitted: Submitted) -> Value {
        let before: Before = serde_json::from_str(&submitted.view.private_metadata).unwrap_or_default();
        let edit = changed(&before, &submitted.view.state);
        self.visitors.meet(&tenant, edit.people.iter().map(Person::as_str)).await;
        let line = filled_line(tenant, &submitted, format!("{edit:?}"));
        shown(self.given(line, Form::Edit(edit)).await, TITLE)
    }
}

/// What the dialog changes of the task.
fn changed(before: &Before, entered: &Entered) -> Edit {
    let mut edit = Edit::of(Ids::Numbers(vec![before.number]));
    let title = entered.text(TITLE, "/value").unwrap_or_default().trim().to_owned();
    edit.title = Some(title).filter(|title| *title != before.title);
    if let Some(due) = another_due(before, entered) {
        edit.clear.extend(due.is_none().then_some(Field::Due));
        edit.when = due;
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
    if who.iter().collect::<BTreeSet<_>>() != before.who.iter().collect() {
        edit.clear.extend(who.is_empty().then_some(Field::Assignee));
        edit.people = who.into_iter().map(Person::Id).collect();
    }
    edit
}

/// When it is due from now on, if that is not as it was; `Some(None)` if it is due no more. Slack's picker knows minutes.
fn another_due(before: &Before, entered: &Entered) -> Option<Option<When>> {
    let Some(day) = &before.day else {
        let (at, minute) = (moment(entered), |second: i64| second.div_euclid(60));
        let same = at.map(|at| minute(at.as_second())) == before.at.map(minute);
        return (!same).then(|| at.map(When::At));
    };
    let date = entered.text(snooze::DAY, "/selected_date").and_then(|date| date.parse().ok());
    let time = entered.text(snooze::TIME, "/selected_time").and_then(|time| time.parse::<Time>().ok());
    match time {
        Some(time) => Some(Some(When::At(day.zone.instant(date.unwrap_or(day.date).to_datetime(time))))),
        None => (date != Some(day.date)).then(|| date.map(When::Day)),
    }
}
