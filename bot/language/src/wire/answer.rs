//! An answer.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Draft, Edit, ErrorCode, Filter, Ids, Misread, Person, Reading, Repeat, RepeatFrom, SettingsChange, Target, When,
    Whom,
};

/// An answer. What says nothing is left out.
#[derive(Default, Serialize)]
pub(super) struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    command: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rrule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assignees: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shift: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remove_tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clear: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<SettingsJson>,
}

#[derive(Default, PartialEq, Serialize)]
struct FilterJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    priority: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_to: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_due: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

#[derive(Default, PartialEq, Serialize)]
struct SettingsJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day_first: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    week_start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<&'static str>,
}

impl Answer {
    /// The answer to what is no request.
    pub(super) fn bad_request(id: Option<Value>) -> Self {
        Self { id, error: Some(ErrorCode::BadRequest.as_str()), ..Self::default() }
    }

    /// The answer to a line that was read in this zone.
    pub(super) fn new(id: Option<Value>, read: Result<Reading, Misread>, zone: &TimeZone) -> Self {
        let answer = Self { id, ..Self::default() };
        match read {
            Ok(reading) => Self { command: Some(reading.command().as_str()), ..answer.with(reading, zone) },
            Err(misread) => {
                Self { command: Some(misread.command.as_str()), error: Some(misread.code.as_str()), ..answer }
            }
        }
    }

    /// The line of JSON.
    pub(super) fn to_json(&self) -> String {
        // Strings, numbers and lists of them always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn with(self, reading: Reading, zone: &TimeZone) -> Self {
        match reading {
            Reading::Add(draft) => self.with_draft(draft, zone),
            Reading::List(filter) => {
                Self { filter: Some(filter_json(filter)).filter(|json| *json != FilterJson::default()), ..self }
            }
            Reading::Done(ids) | Reading::Reopen(ids) | Reading::Delete(ids) | Reading::History(ids) => {
                self.with_ids(&ids)
            }
            Reading::Edit(edit) => self.with_edit(edit, zone),
            Reading::Move(change) => match change.target {
                Target::To(when) => self.with_ids(&change.ids).with_due(when, zone),
                Target::Day(date) => self.with_ids(&change.ids).with_due(When::Day(date), zone),
                Target::Time(at) => self.with_ids(&change.ids).with_due(When::At(at), zone),
                Target::By(span) => Self { shift: Some(span.to_string()), ..self.with_ids(&change.ids) },
            },
            Reading::Snooze(snooze) => {
                let due = When::At(snooze.until);
                self.with_ids(&snooze.ids).with_due(due, zone)
            }
            Reading::Help(topic) => Self { topic: topic.map(|name| name.as_str()), ..self },
            Reading::Settings(change) => {
                Self { settings: Some(settings_json(change)).filter(|json| *json != SettingsJson::default()), ..self }
            }
            Reading::Undo => self,
        }
    }

    fn with_draft(self, draft: Draft, zone: &TimeZone) -> Self {
        let answer = Self {
            title: Some(draft.title),
            priority: draft.priority,
            tags: draft.tags,
            channel: draft.channel,
            ..self
        };
        let answer = answer.with_people(&draft.people).with_repeat(draft.repeat);
        match draft.when {
            Some(when) => answer.with_due(when, zone),
            None => answer,
        }
    }

    fn with_edit(self, edit: Edit, zone: &TimeZone) -> Self {
        let answer = Self {
            title: edit.title,
            priority: edit.priority,
            tags: edit.tags,
            remove_tags: edit.remove_tags,
            clear: edit.clear.iter().map(|field| field.as_str()).collect(),
            ..self.with_ids(&edit.ids)
        };
        let answer = answer.with_people(&edit.people).with_repeat(edit.repeat);
        match edit.when {
            Some(when) => answer.with_due(when, zone),
            None => answer,
        }
    }

    fn with_ids(self, ids: &Ids) -> Self {
        Self { ids: ids.numbers().to_vec(), ..self }
    }

    fn with_due(self, when: When, zone: &TimeZone) -> Self {
        let due = match when {
            When::Day(date) => date.to_string(),
            When::At(at) => rfc_3339(at, zone),
        };
        Self { due: Some(due), ..self }
    }

    fn with_repeat(self, repeat: Option<Repeat>) -> Self {
        let Some(repeat) = repeat else { return self };
        let from = match repeat.from {
            RepeatFrom::Schedule => "schedule",
            RepeatFrom::Completion => "completion",
        };
        Self { rrule: Some(repeat.rule.to_string()), repeat_from: Some(from), ..self }
    }

    fn with_people(self, people: &[Person]) -> Self {
        let mut names = people.iter().map(|person| person.as_str().to_owned());
        let assignees = if people.len() > 1 { names.clone().collect() } else { Vec::new() };
        Self { assignee: names.next(), assignees, ..self }
    }
}

fn filter_json(filter: Filter) -> FilterJson {
    FilterJson {
        status: filter.status.map(|status| status.as_str()),
        overdue: filter.overdue,
        priority: filter.priority,
        tags: filter.tags,
        assignee: filter.assignee.map(|whom| match whom {
            Whom::Me => "me".to_owned(),
            Whom::Person(person) => person.as_str().to_owned(),
        }),
        due_from: filter.due_from.map(|date| date.to_string()),
        due_to: filter.due_to.map(|date| date.to_string()),
        no_due: filter.no_due,
        text: filter.text,
        sort: filter.sort.map(|sort| sort.as_str()),
        limit: filter.limit,
    }
}

fn settings_json(change: SettingsChange) -> SettingsJson {
    let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    SettingsJson {
        timezone: change.timezone,
        default_time: change.default_time.map(clock),
        day_first: change.day_first,
        week_start: change.week_start.map(|day| format!("{day:?}").to_lowercase()),
        clock: change.hours_24.map(|hours_24| if hours_24 { "24h" } else { "12h" }),
    }
}

/// The instant with its offset in this zone.
fn rfc_3339(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}
