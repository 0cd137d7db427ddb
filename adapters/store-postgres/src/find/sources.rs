//! Where to look: the branches that lead to rows, each along an index and no further than the page needs.

use domain::task::Status;

use super::Search;
use super::filter::conditions;

/// A statement that gives the id of every task on the page, and perhaps of some after it.
pub(super) fn hits(search: &Search<'_>) -> String {
    let rest = Rest { conditions: conditions(search), ordered: search.ordered(), statuses: &search.statuses };
    let query = search.query;
    let branches = if !search.words.is_empty() {
        vec![rest.matching("words")]
    } else if query.list.is_some() {
        rest.of_lists("ARRAY[($1 ->> 'list')::uuid]")
    } else if query.concerning.is_some() {
        rest.around("own", "concerned", "concerns")
    } else if query.assignee.is_some() {
        vec![rest.matching("assigned")]
    } else if search.sight.principal.is_system() {
        vec![rest.first("true")]
    } else {
        rest.around("lists", "who", "mine")
    };
    branches.join(" UNION ")
}

/// What every branch ends with.
struct Rest<'a> {
    conditions: String,
    ordered: String,
    statuses: &'a [Status],
}

impl Rest<'_> {
    /// Tasks in some lists, made by a person, or assigned to the person. What somebody made on their own list is found
    /// by the list.
    fn around(&self, lists: &str, person: &str, assigned: &str) -> Vec<String> {
        let mut branches = self.of_lists(&format!("($1 ->> '{lists}')::uuid[]"));
        branches.extend(self.statuses.iter().map(|status| {
            let Self { conditions, ordered, .. } = self;
            format!(
                "(SELECT t.id FROM tasks t WHERE t.author = ($1 ->> '{person}')::uuid AND NOT t.own
                    AND t.status = '{}' AND {conditions} {ordered})",
                status.as_str()
            )
        }));
        branches.push(self.matching(assigned));
        branches
    }

    /// For each list and status the first rows in order: a walk along an index that ends with the page. The status
    /// stands as a constant, because the indexes by due hold open tasks only.
    fn of_lists(&self, lists: &str) -> Vec<String> {
        let Self { conditions, ordered, statuses } = self;
        let of = |status: &Status| {
            format!(
                "SELECT c.id FROM unnest({lists}) o (list) CROSS JOIN LATERAL (
                    SELECT t.id FROM tasks t
                    WHERE t.list = o.list AND t.status = '{}' AND {conditions} {ordered}) c",
                status.as_str()
            )
        };
        statuses.iter().map(of).collect()
    }

    /// Tasks that the search function finds by the named query.
    fn matching(&self, query: &str) -> String {
        self.first(&format!("t.id IN (SELECT matching($1 ->> '{query}'))"))
    }

    fn first(&self, way: &str) -> String {
        let Self { conditions, ordered, .. } = self;
        format!(
            "(SELECT t.id FROM tasks t
                WHERE {way} AND t.status = ANY (($1 ->> 'statuses')::text[]) AND {conditions} {ordered})"
        )
    }
}
