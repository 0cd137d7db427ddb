//! Where to look: the branches that lead to rows, each along an index and no further than the page needs.

use super::Search;
use super::filter::conditions;

/// The term to look up, if any: the longest is most likely the rarest.
pub(super) fn lookup<'a>(search: &'a Search<'_>) -> Option<&'a String> {
    search.terms.iter().max_by_key(|term| term.len())
}

/// A statement that gives the `rowid` of every task on the page, and perhaps of some after it.
pub(super) fn hits(search: &Search<'_>) -> String {
    let conditions = conditions(search);
    let rest = Rest { conditions, ordered: search.ordered() };
    if lookup(search).is_some() {
        return rest.among("w.word = ?20");
    }
    if search.prefix.is_some() {
        return rest.among("w.word >= ?7 AND w.word < ?8");
    }
    let query = search.query;
    let branches = if query.list.is_some() {
        vec![rest.of_each("json_each(json_array(?12))", "t.list = o.value")]
    } else if query.concerning.is_some() {
        rest.around("?11", "?10")
    } else if query.assignee.is_some() {
        vec![rest.assigned_to("?9")]
    } else if search.sight.principal.is_system() {
        vec![rest.of_each("json_each(?1)", "t.tenant = o.value")]
    } else {
        rest.around("?2", "?3")
    };
    branches.join(" UNION ")
}

/// What every branch ends with.
struct Rest {
    conditions: String,
    ordered: String,
}

impl Rest {
    /// Tasks in some lists, made by a person, or assigned to the person.
    fn around(&self, lists: &str, person: &str) -> Vec<String> {
        vec![
            self.of_each(&format!("json_each({lists})"), "t.list = o.value"),
            self.of_each(&format!("json_each(json_array({person}))"), "t.author = o.value"),
            self.assigned_to(person),
        ]
    }

    /// For each owner and status the first rows in order: a walk along an index that ends with the page. SQLite
    /// has no LATERAL; a correlated IN with a LIMIT is the same.
    fn of_each(&self, owners: &str, owned: &str) -> String {
        let Self { conditions, ordered } = self;
        format!(
            "SELECT c.rowid FROM {owners} o CROSS JOIN json_each(?4) s CROSS JOIN tasks c ON c.rowid IN (
                SELECT t.rowid FROM tasks t WHERE {owned} AND t.status = s.value AND {conditions} {ordered})"
        )
    }

    /// Tasks that are assigned to a person: all of them, because nobody is assigned that many.
    fn assigned_to(&self, person: &str) -> String {
        self.first(&format!("t.id IN (SELECT task FROM task_people WHERE person = {person})"))
    }

    /// Tasks with a word or tag, or with a word that begins so.
    fn among(&self, word: &str) -> String {
        self.first(&format!(
            "t.id IN (SELECT w.task FROM json_each(?1) o CROSS JOIN task_words w ON w.tenant = o.value AND {word})"
        ))
    }

    fn first(&self, way: &str) -> String {
        let Self { conditions, ordered } = self;
        format!(
            "SELECT * FROM (SELECT t.rowid FROM tasks t
                WHERE {way} AND t.status IN (SELECT value FROM json_each(?4)) AND {conditions} {ordered})"
        )
    }
}
