//! What a task must be like: visible, and as asked for. Every condition looks at one row of `tasks t`.

use domain::query::{Order, PastReminders, TaskQuery};

use super::Search;

/// The same as `Sight::sees`; the tenants are looked at by the policy as well.
fn visible(search: &Search<'_>) -> String {
    let mut sql = "t.tenant = ANY (($1 ->> 'tenants')::text[])".to_owned();
    if !search.sight.principal.is_system() {
        sql.push_str(
            " AND (t.author = ($1 ->> 'who')::uuid OR t.list = ANY (($1 ->> 'lists')::uuid[])
                OR ($1 ->> 'who')::uuid = ANY (t.people))",
        );
    }
    sql
}

/// Everything but the status, which the branches treat by themselves.
pub(super) fn conditions(search: &Search<'_>) -> String {
    let mut all = vec![visible(search)];
    all.extend(fields(search.query).into_iter().map(ToOwned::to_owned));
    if search.query.after.is_some() {
        let direction = if search.query.order == Order::Asc { ">" } else { "<" };
        all.push(format!("({}, t.id) {direction} (($1 ->> 'value')::bigint, ($1 ->> 'id')::uuid)", search.column()));
    }
    all.join(" AND ")
}

/// A bare reminder for one time that came out and will not come again.
macro_rules! come {
    () => {
        "(t.bare AND t.series IS NULL AND t.status = 'open'
            AND EXISTS (SELECT FROM reminders r WHERE r.task = t.id AND r.state = 'delivered')
            AND NOT EXISTS (SELECT FROM reminders r WHERE r.task = t.id AND r.state IN ('scheduled', 'due')))"
    };
}

fn fields(query: &TaskQuery) -> Vec<&'static str> {
    let due = "t.due_day IS NOT NULL";
    let asked = [
        (!query.priorities.is_empty(), "t.priority = ANY (($1 ->> 'priorities')::smallint[])"),
        (query.assignee.is_some(), "($1 ->> 'assignee')::uuid = ANY (t.people)"),
        (
            query.concerning.is_some(),
            "(t.author = ($1 ->> 'concerned')::uuid OR t.list = ANY (($1 ->> 'own')::uuid[])
                OR ($1 ->> 'concerned')::uuid = ANY (t.people))",
        ),
        (query.list.is_some(), "t.list = ($1 ->> 'list')::uuid"),
        (query.due_from.is_some(), "t.due_day >= ($1 ->> 'due_from')::integer"),
        (query.due_to.is_some(), "t.due_day <= ($1 ->> 'due_to')::integer"),
        (query.due_before.is_some() || query.due_after.is_some(), due),
        (query.due_before.is_some(), "t.due_at < ($1 ->> 'due_before')::bigint"),
        (query.due_after.is_some(), "t.due_at > ($1 ->> 'due_after')::bigint"),
        (query.no_due, "t.due_day IS NULL"),
        (query.past_reminders == PastReminders::LeftOut, concat!("NOT ", come!())),
        (query.past_reminders == PastReminders::Only, come!()),
    ];
    asked.into_iter().filter_map(|(wanted, sql)| wanted.then_some(sql)).collect()
}
