//! What a task must be like: visible, and as asked for. Every condition looks at one row of `tasks t`.

use domain::query::{Order, PastReminders, TaskQuery};

use super::Search;

/// The same as `Sight::sees`.
fn visible(search: &Search<'_>) -> String {
    let mut sql = "t.tenant IN (SELECT value FROM json_each(?1))".to_owned();
    if !search.sight.principal.is_system() {
        sql.push_str(
            " AND (t.author = ?3 OR t.list IN (SELECT value FROM json_each(?2))
                OR EXISTS (SELECT 1 FROM json_each(t.people) p WHERE p.value = ?3))",
        );
    }
    sql
}

/// Everything but the status, which the branches treat by themselves.
pub(super) fn conditions(search: &Search<'_>) -> String {
    let mut all = vec![visible(search)];
    all.extend(fields(search.query).into_iter().map(ToOwned::to_owned));
    if !search.terms.is_empty() {
        all.push(
            "NOT EXISTS (SELECT 1 FROM json_each(?6) x WHERE x.value NOT IN (SELECT value FROM json_each(t.words)))"
                .to_owned(),
        );
    }
    if search.prefix.is_some() {
        all.push("EXISTS (SELECT 1 FROM json_each(t.words) w WHERE w.value >= ?7 AND w.value < ?8)".to_owned());
    }
    if search.query.after.is_some() {
        let direction = if search.query.order == Order::Asc { ">" } else { "<" };
        all.push(format!("({}, t.id) {direction} (?17, ?18)", search.column()));
    }
    all.join(" AND ")
}

/// A bare reminder for one time that came out and will not come again.
macro_rules! come {
    () => {
        "(t.bare_reminder AND t.series IS NULL AND t.status = 'open'
            AND EXISTS (SELECT 1 FROM reminders r WHERE r.task = t.id AND r.state = 'delivered')
            AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.task = t.id AND r.state IN ('scheduled', 'due')))"
    };
}

fn fields(query: &TaskQuery) -> Vec<&'static str> {
    let due = "t.due_day IS NOT NULL";
    let asked = [
        (!query.priorities.is_empty(), "t.priority IN (SELECT value FROM json_each(?5))"),
        (query.assignee.is_some(), "EXISTS (SELECT 1 FROM json_each(t.people) p WHERE p.value = ?9)"),
        (
            query.concerning.is_some(),
            "(t.author = ?10 OR t.list IN (SELECT value FROM json_each(?11))
                OR EXISTS (SELECT 1 FROM json_each(t.people) p WHERE p.value = ?10))",
        ),
        (query.list.is_some(), "t.list = ?12"),
        (query.due_from.is_some(), "t.due_day >= ?13"),
        (query.due_to.is_some(), "t.due_day <= ?14"),
        (query.due_before.is_some() || query.due_after.is_some(), due),
        (query.due_before.is_some(), "t.due_at < ?15"),
        (query.due_after.is_some(), "t.due_at > ?16"),
        (query.no_due, "t.due_day IS NULL"),
        (query.past_reminders == PastReminders::LeftOut, concat!("NOT ", come!())),
        (query.past_reminders == PastReminders::Only, come!()),
    ];
    asked.into_iter().filter_map(|(wanted, sql)| wanted.then_some(sql)).collect()
}
