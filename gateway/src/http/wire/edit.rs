//! The body of `PATCH /api/v1/tasks/{id}`.

use domain::command::{Repeat, TaskEdit};
use domain::due::Due;
use domain::ids::PersonId;
use domain::task::{Priority, RepeatFrom};
use domain::tenant::TenantId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields;
use super::text::{Text, present, some};
use super::words::RepeatWord;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problem::Problem;

/// Fields to change; what is left out stays, `null` clears. Of a recurring task it changes the series from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(crate) struct Edit {
    /// One line, at most 500 characters.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = String, required = false, max_length = 500)]
    title: Option<Text>,
    /// At most 8,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 8000)]
    description: Option<Option<Text>>,
    /// A day (`2026-03-06`), or a time with its offset (`2026-03-06T17:00:00+01:00`).
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    due: Option<Option<Text>>,
    /// The IANA zone that the due is meant in; else your own, else UTC.
    #[schema(value_type = Option<String>)]
    due_zone: Option<Text>,
    /// RFC 5545 RRULE value.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    rrule: Option<Option<Text>>,
    /// What the next time is counted from; with `rrule` only.
    #[schema(inline, value_type = Option<RepeatWord>)]
    repeat_from: Option<RepeatFrom>,
    /// 1 urgent, 2 high, 3 medium, 4 low.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 4)]
    priority: Option<Option<Priority>>,
    /// All tags anew.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    tags: Option<Option<Vec<Text>>>,
    /// The one whom it is for: a name known in the tenant, a person's id, or `me`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    assignee: Option<Option<Text>>,
    /// All whom it is for, instead of `assignee`. At most 50.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    assignees: Option<Option<Vec<Text>>>,
}

impl Edit {
    /// The change that it stands for.
    pub(crate) async fn resolve(self, api: &Api, caller: &Caller, tenant: &TenantId) -> Result<TaskEdit, Problem> {
        Ok(TaskEdit {
            due: self.due(api, caller).await?,
            repeat: self.repeat()?,
            assignees: self.people(api, caller, tenant).await?,
            tags: self.tags.map(|tags| fields::tags(&tags.unwrap_or_default())).transpose()?,
            title: self.title.map(|text| text.0),
            description: self.description.map(|text| text.map(|text| text.0).unwrap_or_default()),
            priority: self.priority,
            ..TaskEdit::default()
        })
    }

    async fn due(&self, api: &Api, caller: &Caller) -> Result<Option<Option<Due>>, Problem> {
        match (&self.due, &self.due_zone) {
            (Some(Some(due)), zone) => Ok(Some(Some(fields::due(api, caller, due, zone.as_deref()).await?))),
            (_, Some(_)) => Err(fields::needs("due_zone", "due")),
            (Some(None), None) => Ok(Some(None)),
            (None, None) => Ok(None),
        }
    }

    fn repeat(&self) -> Result<Option<Option<Repeat>>, Problem> {
        match (&self.rrule, self.repeat_from) {
            (Some(Some(rrule)), from) => {
                let due = self.due.as_ref().and_then(Option::as_ref);
                Ok(Some(Some(fields::repeat(rrule, from, due)?)))
            }
            (_, Some(_)) => Err(fields::needs("repeat_from", "rrule")),
            (Some(None), None) => Ok(Some(None)),
            (None, None) => Ok(None),
        }
    }

    async fn people(&self, api: &Api, caller: &Caller, tenant: &TenantId) -> Result<Option<Vec<PersonId>>, Problem> {
        if self.assignee.is_none() && self.assignees.is_none() {
            return Ok(None);
        }
        let one = self.assignee.as_ref().and_then(Option::as_ref);
        let all = self.assignees.as_ref().and_then(Option::as_deref);
        let names = fields::assignees(one, all)?;
        Ok(Some(api.people(caller, tenant, &names).await?))
    }
}
