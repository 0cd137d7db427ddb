//! Finding tasks: who sees what, filters, search, order, pages.
//!
//! The full filter stands in every branch of the statement, so a wrong guess about where to look costs time and
//! never shows a foreign task. The branches ([`sources`]) are only ways to the rows. Below that stands the policy of
//! the table.

mod filter;
mod sources;
mod tags;

use domain::access::Sight;
use domain::ids::PersonId;
use domain::list::List;
use domain::ports::error::PortError;
use domain::query::{Keyset, Order, Page, Sort, TaskQuery};
use domain::task::{Status, Task};
use serde_json::json;

use crate::PostgresStore;
use crate::ask::{Ask, within};
use crate::commit::{NO_PRIORITY, assigned, day, tagged, tenant_mark};
use crate::literal::{array, lexeme};
use crate::rows::docs;

/// The most rows on a page.
const LIMIT_MAX: u32 = 200;

impl PostgresStore {
    /// One page of the tasks that `sight` sees and `query` asks for.
    pub(crate) async fn page_of_tasks(&self, sight: &Sight, query: &TaskQuery) -> Result<Page<Task>, PortError> {
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let search = Search::new(sight, query);
        let mut items: Vec<Task> = docs(&self.app.rows(search.ask(limit)).await?)?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let last = items.last().filter(|_| more);
        let next = last.map(|task| Keyset { value: query.sort_value(task), id: task.id });
        Ok(Page { items, next })
    }
}

/// A question on its way into SQL. Values come as one JSON object, so that each is there once wherever it is used.
pub(super) struct Search<'a> {
    pub(super) sight: &'a Sight,
    pub(super) query: &'a TaskQuery,
    /// Words and tags of which every one must match, as terms of a search.
    pub(super) words: Vec<Term>,
    /// The statuses asked for.
    pub(super) statuses: Vec<Status>,
}

/// A term of a search.
pub(super) struct Term {
    word: String,
    /// Whether it may go on.
    prefix: bool,
}

impl<'a> Search<'a> {
    fn new(sight: &'a Sight, query: &'a TaskQuery) -> Self {
        let last = query.words.len().wrapping_sub(1);
        let term = |(at, word): (usize, &String)| Term { word: word.clone(), prefix: at == last };
        let mut words: Vec<Term> = query.words.iter().enumerate().map(term).collect();
        words.extend(query.tags.iter().map(|tag| Term { word: tagged(tag), prefix: false }));
        Self { sight, query, words, statuses: statuses(query) }
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
        format!("ORDER BY {} {direction}, t.id {direction} LIMIT ($1 ->> 'limit')::bigint", self.column())
    }

    fn ask(&self, limit: u32) -> Ask {
        let hits = sources::hits(self);
        let ordered = self.ordered();
        let question = format!("SELECT t.doc FROM tasks t WHERE t.id IN ({hits}) {ordered}");
        within(array(&self.sight.principal.tenants), question, &self.values(limit))
    }

    fn values(&self, limit: u32) -> serde_json::Value {
        let query = self.query;
        let looks = &self.sight.principal;
        let own = query
            .concerning
            .into_iter()
            .flat_map(|whom| looks.tenants.iter().map(move |tenant| List::personal(tenant.clone(), whom).id));
        json!({
            "tenants": array(&looks.tenants),
            "lists": array(&self.sight.lists),
            "who": looks.person,
            "mine": self.assigned_to(Some(looks.person)),
            "statuses": array(self.statuses.iter().map(|status| status.as_str())),
            "priorities": array(query.priorities.iter().map(|priority| u8::from(*priority))),
            "words": self.matching(&self.words),
            "assignee": query.assignee,
            "assigned": self.assigned_to(query.assignee),
            "concerned": query.concerning,
            "concerns": self.assigned_to(query.concerning),
            "own": array(own),
            "list": query.list,
            "due_from": query.due_from.map(day),
            "due_to": query.due_to.map(day),
            "due_before": query.due_before.map(|at| at.as_microsecond()),
            "due_after": query.due_after.map(|at| at.as_microsecond()),
            "value": query.after.map(|after| self.stored(after.value)),
            "id": query.after.map(|after| after.id),
            "limit": limit + 1,
        })
    }

    /// The value of the column that is sorted by: no priority is the largest of a smaller type here.
    fn stored(&self, value: i64) -> i64 {
        if self.query.sort == Sort::Priority { value.min(i64::from(NO_PRIORITY)) } else { value }
    }

    fn assigned_to(&self, person: Option<PersonId>) -> String {
        let terms = person.map(|person| Term { word: assigned(person), prefix: false });
        self.matching(terms.as_slice())
    }

    /// All of the terms, within any of the tenants.
    fn matching(&self, terms: &[Term]) -> String {
        let of = |tenant| {
            let mark = tenant_mark(tenant);
            let term = |term: &Term| {
                format!("{}{}", lexeme(&format!("{mark}{}", term.word)), if term.prefix { ":*" } else { "" })
            };
            format!("({})", terms.iter().map(term).collect::<Vec<_>>().join(" & "))
        };
        self.sight.principal.tenants.iter().map(of).collect::<Vec<_>>().join(" | ")
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
