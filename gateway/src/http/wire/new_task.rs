//! The body of `POST /api/v1/tasks`.

use domain::command::AddTask;
use domain::list::List;
use domain::place::Channel;
use domain::task::{Priority, RepeatFrom};
use domain::tenant::TenantId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields;
use super::text::Text;
use super::words::RepeatWord;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problem::Problem;

/// A task to be made, in the words of `taskbot parse`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(crate) struct NewTask {
    /// One line, at most 500 characters.
    #[schema(value_type = String, max_length = 500, example = "Ship release")]
    title: Text,
    /// At most 8,000 characters.
    #[schema(value_type = Option<String>, max_length = 8000)]
    description: Option<Text>,
    /// A day (`2026-03-06`), or a time with its offset (`2026-03-06T17:00:00+01:00`).
    #[schema(value_type = Option<String>, example = "2026-03-06T17:00:00+01:00")]
    due: Option<Text>,
    /// The IANA zone that the due is meant in; else your own, else UTC.
    #[schema(value_type = Option<String>, example = "Europe/Madrid")]
    due_zone: Option<Text>,
    /// RFC 5545 RRULE value; its first time is `due`.
    #[schema(value_type = Option<String>, example = "FREQ=WEEKLY;BYDAY=FR")]
    rrule: Option<Text>,
    /// What the next time is counted from; `schedule` if left out.
    #[schema(inline, value_type = Option<RepeatWord>)]
    repeat_from: Option<RepeatFrom>,
    /// 1 urgent, 2 high, 3 medium, 4 low.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 4)]
    priority: Option<Priority>,
    /// Words; `#` and upper case are dropped. At most 20.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    tags: Vec<Text>,
    /// The one whom it is for: a name known in the tenant, a person's id, or `me`.
    #[schema(value_type = Option<String>)]
    assignee: Option<Text>,
    /// All whom it is for, instead of `assignee`. At most 50.
    #[schema(value_type = Option<Vec<String>>)]
    assignees: Option<Vec<Text>>,
    /// `personal`, or `#` and the id of a channel that you see.
    #[schema(value_type = Option<String>, default = "personal")]
    list: Option<Text>,
    /// The tenant, for those who are in several.
    #[schema(value_type = Option<String>, example = "console")]
    tenant: Option<Text>,
}

impl NewTask {
    /// The tenant that it names, or the caller's own.
    pub(crate) fn tenant(&self, caller: &Caller) -> Result<TenantId, Problem> {
        caller.tenant(self.tenant.as_deref())
    }

    /// The command that it stands for.
    pub(crate) async fn resolve(self, api: &Api, caller: &Caller, tenant: &TenantId) -> Result<AddTask, Problem> {
        let people = fields::assignees(self.assignee.as_ref(), self.assignees.as_deref())?;
        let due = match (&self.due, &self.due_zone, &self.rrule) {
            (Some(due), zone, _) => Some(fields::due(api, caller, due, zone.as_deref()).await?),
            (None, Some(_), _) => return Err(fields::needs("due_zone", "due")),
            (None, _, Some(_)) => return Err(without_start()),
            (None, None, None) => None,
        };
        let repeat = match (&self.rrule, self.repeat_from) {
            (Some(rrule), from) => Some(fields::repeat(rrule, from, self.due.as_ref())?),
            (None, Some(_)) => return Err(fields::needs("repeat_from", "rrule")),
            (None, None) => None,
        };
        Ok(AddTask {
            list: list(caller, tenant, self.list.as_deref())?,
            assignees: api.people(caller, tenant, &people).await?,
            tags: fields::tags(&self.tags)?,
            title: self.title.0,
            description: self.description.map(|text| text.0).unwrap_or_default(),
            priority: self.priority,
            due,
            repeat,
            place: None,
            bare_reminder: false,
        })
    }
}

fn without_start() -> Problem {
    Problem::invalid("`rrule` needs a `due`.", "Send `due`: the first time, from which the rule counts.")
}

/// The list that a word names; whether the caller sees it is the service's to say.
pub(crate) fn list(caller: &Caller, tenant: &TenantId, word: Option<&str>) -> Result<List, Problem> {
    match word {
        None | Some("personal") => Ok(List::personal(tenant.clone(), caller.principal.person)),
        Some(word) => match word.strip_prefix('#').filter(|id| !id.is_empty()) {
            Some(id) => Ok(List::of_channel(&Channel { tenant: tenant.clone(), id: id.to_owned() })),
            None => Err(Problem::invalid(
                format!("`list`: “{word}” is no list."),
                "Use `personal`, or `#` and the id of a channel.",
            )),
        },
    }
}
