//! Finding tasks: who sees what, filters, search, order, pages.
//!
//! The full filter stands in every branch of the statement, so a wrong guess about where to look costs time and
//! never shows a foreign task. The branches ([`sources`]) are only ways to the rows.

mod filter;
mod sources;
mod tags;

use domain::access::Sight;
use domain::list::List;
use domain::ports::error::PortError;
use domain::query::{Keyset, Order, Page, Sort, TaskQuery};
use domain::task::{Status, Task};

use crate::SqliteStore;
use crate::ask::Ask;
use crate::commit::{day, tagged};
use crate::rows::{docs, json, texts};

/// The most rows on a page.
const LIMIT_MAX: u32 = 200;
/// Sorts after every word that begins with the prefix before it.
const LAST_CHAR: char = char::MAX;

impl SqliteStore {
    /// One page of the tasks that `sight` sees and `query` asks for.
    pub(crate) async fn page_of_tasks(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError> {
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let search = Search::new(sight, query);
        let mut items: Vec<Task> = docs(&self.readers.rows(search.ask(limit)).await?)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more);
        let next = last.map(|task| Keyset { value: query.sort_value(task), id: task.id });
        Ok(Page { items, next })
    }
}

/// A question on its way into SQL. Values are bound by number, so that each is bound once wherever it is used:
///
/// ?1 tenants, ?2 lists in sight, ?3 who looks, ?4 statuses, ?5 priorities, ?6 words and tags that must stand,
/// ?7 and ?8 the prefix and its end, ?9 assignee, ?10 whom it concerns, ?11 their own lists, ?12 list,
/// ?13 and ?14 days, ?15 and ?16 instants, ?17 and ?18 the last row of the page before, ?19 how many, ?20 the term
/// to look up.
pub(super) struct Search<'a> {
    pub(super) sight: &'a Sight,
    pub(super) query: &'a TaskQuery,
    /// Whole words and tags.
    pub(super) terms: Vec<String>,
    /// The beginning of a word.
    pub(super) prefix: Option<&'a String>,
}

impl<'a> Search<'a> {
    fn new(sight: &'a Sight, query: &'a TaskQuery) -> Self {
        let (prefix, whole) = match query.words.split_last() {
            Some((last, before)) => (Some(last), before),
            None => (None, &[][..]),
        };
        let terms = whole.iter().cloned().chain(query.tags.iter().map(|tag| tagged(tag))).collect();
        Self { sight, query, terms, prefix }
    }

    /// The column that is sorted by.
    pub(super) fn column(&self) -> &'static str {
        match self.query.sort {
            Sort::Created => "t.created_at",
            Sort::Due => "t.due_at",
            Sort::Priority => "t.priority",
            Sort::Number => "t.number",
        }
    }

    /// `ORDER BY … LIMIT …`: both directions are each other's exact reverse.
    pub(super) fn ordered(&self) -> String {
        let direction = match self.query.order {
            Order::Asc => "ASC",
            Order::Desc => "DESC",
        };
        format!("ORDER BY {} {direction}, t.id {direction} LIMIT ?19", self.column())
    }

    fn ask(&self, limit: u32) -> Ask {
        let hits = sources::hits(self);
        let ordered = self.ordered();
        let query = self.query;
        let person = &self.sight.principal;
        let concerned = query.concerning;
        let own = concerned
            .into_iter()
            .flat_map(|whom| person.tenants.iter().map(move |tenant| List::personal(tenant.clone(), whom).id));
        Ask::new(format!("SELECT t.doc FROM tasks t WHERE t.rowid IN ({hits}) {ordered}"))
            .bind(json(&person.tenants))
            .bind(texts(&self.sight.lists))
            .bind(person.person.to_string())
            .bind(json(&statuses(query)))
            .bind(json(&query.priorities))
            .bind(json(&self.terms))
            .bind(self.prefix.cloned())
            .bind(self.prefix.map(|prefix| format!("{prefix}{LAST_CHAR}")))
            .bind(query.assignee.map(|id| id.to_string()))
            .bind(concerned.map(|id| id.to_string()))
            .bind(texts(own))
            .bind(query.list.map(|id| id.to_string()))
            .bind(query.due_from.map(day))
            .bind(query.due_to.map(day))
            .bind(query.due_before.map(|at| at.as_microsecond()))
            .bind(query.due_after.map(|at| at.as_microsecond()))
            .bind(query.after.map(|after| after.value))
            .bind(query.after.map(|after| after.id.to_string()))
            .bind(i64::from(limit) + 1)
            .bind(sources::lookup(self).cloned())
    }
}

/// The statuses asked for; every one but deleted unless they are named.
fn statuses(query: &TaskQuery) -> Vec<Status> {
    if query.status.is_empty() {
        vec![Status::Open, Status::Done, Status::Missed, Status::Skipped]
    } else {
        query.status.clone()
    }
}
