//! The question that the query string of `GET /api/v1/tasks` asks.

use domain::query::{Order, Sort, TaskQuery};
use domain::search;
use domain::task::{Priority, Status};
use domain::tenant::TenantId;
use jiff::ToSpan;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::query::{self, from_text, refused};
use crate::http::wire::new_task;
use crate::http::wire::when::When;
use crate::http::wire::words::{OrderWord, SortWord};

/// Filter, search, sort, page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Words that must all stand in title, description or tags; the last one may be the beginning of one.
    q: Option<String>,
    /// `open`, `done`, `missed`, `skipped`, several with commas; `all`, the default, is every one but deleted.
    status: Option<String>,
    /// 1 to 4, several with commas.
    priority: Option<String>,
    /// Tags that must all be there; repeat it or use commas.
    tag: Option<String>,
    /// `me`, a name known in the tenant, or a person's id.
    assignee: Option<String>,
    /// Due before this day, or before this instant.
    #[serde(default, deserialize_with = "from_text")]
    #[param(value_type = Option<String>, example = "2026-03-06")]
    due_before: Option<When>,
    /// Due after this day, or after this instant.
    #[serde(default, deserialize_with = "from_text")]
    #[param(value_type = Option<String>, example = "2026-03-06T17:00:00+01:00")]
    due_after: Option<When>,
    /// Only this list: `personal`, or `#` and a channel's id.
    list: Option<String>,
    /// Only this tenant, for those who are in several.
    pub(super) tenant: Option<String>,
    /// What to sort by. Tasks without a due or priority come after all others.
    #[param(inline, value_type = Option<SortWord>)]
    sort: Option<Sort>,
    /// Which way round.
    #[param(inline, value_type = Option<OrderWord>)]
    order: Option<Order>,
    /// 1 to 200.
    #[serde(default, deserialize_with = "from_text")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; keep the other parameters as they were.
    pub(super) cursor: Option<String>,
}

impl ListParams {
    /// The question, without a place to go on from.
    pub(super) async fn resolve(&self, api: &Api, caller: &Caller, tenant: &TenantId) -> Result<TaskQuery, Problem> {
        let mut asked = TaskQuery {
            words: self.words()?,
            status: statuses(self.status.as_deref())?,
            priorities: priorities(self.priority.as_deref())?,
            tags: tags(self.tag.as_deref()),
            sort: self.sort.unwrap_or_default(),
            order: self.order.unwrap_or_default(),
            limit: query::limit(self.limit)?,
            ..TaskQuery::default()
        };
        if let Some(word) = &self.list {
            asked.list = Some(new_task::list(caller, tenant, Some(word))?.id);
        }
        if let Some(word) = &self.assignee {
            asked.assignee = Some(api.person(caller, tenant, word).await?);
        }
        self.dues(&mut asked)?;
        Ok(asked)
    }

    fn words(&self) -> Result<Vec<String>, Problem> {
        let asked = self.q.as_deref().unwrap_or_default().trim();
        let words = search::in_order(asked);
        let found = asked.is_empty() || !words.is_empty();
        found.then_some(words).ok_or_else(|| refused("q", format!("`q`: there is no word in “{asked}”.")))
    }

    fn dues(&self, asked: &mut TaskQuery) -> Result<(), Problem> {
        let edge = || refused("due_before", "`due_before` and `due_after` are days of the calendar.");
        match self.due_before {
            Some(When::Day(day)) => asked.due_to = Some(day.checked_sub(1.day()).map_err(|_| edge())?),
            Some(When::At(at)) => asked.due_before = Some(at),
            None => {}
        }
        match self.due_after {
            Some(When::Day(day)) => asked.due_from = Some(day.checked_add(1.day()).map_err(|_| edge())?),
            Some(When::At(at)) => asked.due_after = Some(at),
            None => {}
        }
        Ok(())
    }
}

fn statuses(list: Option<&str>) -> Result<Vec<Status>, Problem> {
    const SHOWN: [Status; 4] = [Status::Open, Status::Done, Status::Missed, Status::Skipped];
    let mut statuses = Vec::new();
    for word in query::words(list) {
        match SHOWN.into_iter().find(|status| status.as_str() == word) {
            Some(status) => statuses.push(status),
            None if word == "all" => statuses.extend(SHOWN),
            None => return Err(refused("status", "`status` is `open`, `done`, `missed`, `skipped` or `all`.")),
        }
    }
    Ok(statuses)
}

fn priorities(list: Option<&str>) -> Result<Vec<Priority>, Problem> {
    let priority = |word: &str| word.parse::<u8>().ok().and_then(|number| Priority::try_from(number).ok());
    let read = |word| priority(word).ok_or_else(|| refused("priority", "`priority` is 1, 2, 3 or 4."));
    query::words(list).map(read).collect()
}

fn tags(list: Option<&str>) -> Vec<String> {
    query::words(list).map(|tag| tag.trim_start_matches('#').to_lowercase()).collect()
}
