//! What each field and parameter takes, as a next step.

/// What to do instead of sending a field that is not taken here.
pub(crate) fn instead_of(field: &str) -> &'static str {
    match field {
        "status" => "Leave it out: POST to the task's `/complete` or `/reopen`, or DELETE it.",
        _ => "Leave it out; /api/v1/openapi.json says what is taken.",
    }
}

/// What would be taken instead, for the field or parameter at this path, e.g. `priority` or `tags[0]`.
pub(crate) fn instead(path: &str) -> &'static str {
    match path.split(['.', '[']).next().unwrap_or_default() {
        "priority" => "Use 1 (urgent), 2 (high), 3 (medium) or 4 (low).",
        "q" => "Use words with letters or digits.",
        "due" | "due_before" | "due_after" | "from" | "to" => {
            "Use a day such as 2026-03-06, or a time with its offset such as 2026-03-06T17:00:00+01:00, \
             before 30 December 9999."
        }
        "due_zone" => "Use an IANA name such as Europe/Madrid, or UTC.",
        "rrule" => "Use an RFC 5545 RRULE value such as FREQ=WEEKLY;BYDAY=MO; the shortest is FREQ=MINUTELY.",
        "repeat_from" => "Use `schedule` or `completion`.",
        "until" => "Use a time to come with its offset, such as 2026-03-06T17:00:00+01:00.",
        "for" => "Use an ISO 8601 duration such as PT20M.",
        "title" => "Use one line of text, 1 to 500 characters.",
        "description" => "Use a text of at most 8,000 characters.",
        "tags" => "Use a list of words, such as [\"home\", \"garden\"].",
        "assignees" => "Use a list of names or ids, such as [\"me\", \"ana\"].",
        "assignee" => "Use `me`, a name known in the tenant, or a person's id.",
        "status" => "Use `open`, `done`, `missed`, `skipped` or `all`, several with commas.",
        "sort" => "Use `created`, `due`, `priority` or `number`.",
        "order" => "Use `asc` or `desc`.",
        "limit" => "Use a number from 1 to 200.",
        "event_type" => "Use types such as `TASK_CREATED` or `completed`, several with commas.",
        _ => "See /api/v1/openapi.json for what is taken.",
    }
}
