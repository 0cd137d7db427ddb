//! Lists and tasks.

use domain::change::Put;
use domain::list::{List, ListKind};
use domain::query::Keyset;
use domain::search;
use domain::task::Task;
use jiff::civil::Date;

use crate::rows::{integer, json, texts};
use crate::script::Script;

/// Makes sure that a list exists.
pub(super) fn list(script: &mut Script, list: &List) {
    let owner = match &list.kind {
        ListKind::Personal(person) => Some(person.to_string()),
        ListKind::Channel(_) => None,
    };
    script
        .step("list", "INSERT INTO lists (id, tenant, owner, doc) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(list.id.to_string())
        .bind(list.tenant.to_string())
        .bind(owner)
        .bind(json(list));
}

/// Writes a task; people, words and tags follow by trigger.
pub(super) fn put(script: &mut Script, put: &Put<Task>) {
    match put.was {
        None => insert(script, &put.row, json(&put.row)),
        Some(was) => update(script, &put.row, was),
    }
}

/// A task whose document is kept as it was.
pub(crate) fn insert(script: &mut Script, task: &Task, document: String) {
    script
        .step(
            "number",
            "INSERT INTO counters (tenant, last) VALUES (?, ?)
             ON CONFLICT (tenant) DO UPDATE SET last = excluded.last WHERE excluded.last > counters.last",
        )
        .bind(task.tenant.to_string())
        .bind(integer(task.number))
        .must(
            "task",
            "INSERT INTO tasks (id, tenant, number, author, created_at, list, status, priority, due_at, due_day,
                 series, bare_reminder, version, people, tags, words, doc)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(task.id.to_string())
        .bind(task.tenant.to_string())
        .bind(integer(task.number))
        .bind(task.author.to_string())
        .bind(task.created_at.as_microsecond());
    changing_columns(script, task, document);
}

fn update(script: &mut Script, task: &Task, was: u64) {
    script.must(
        "task",
        "UPDATE tasks SET list = ?, status = ?, priority = ?, due_at = ?, due_day = ?, series = ?, bare_reminder = ?,
             version = ?, people = ?, tags = ?, words = ?, doc = ?
         WHERE id = ? AND version = ?",
    );
    changing_columns(script, task, json(task));
    script.bind(task.id.to_string()).bind(integer(was));
}

/// Binds every column that a change can change, in the order of both statements.
fn changing_columns(script: &mut Script, task: &Task, document: String) {
    script
        .bind(task.list.to_string())
        .bind(task.status.as_str().to_owned())
        .bind(task.priority.map_or(Keyset::NONE, |priority| i64::from(u8::from(priority))))
        .bind(task.due.as_ref().map_or(Keyset::NONE, |due| due.deadline().as_microsecond()))
        .bind(task.due.as_ref().map(|due| day(due.date)))
        .bind(task.recurring.as_ref().map(|seat| seat.series.to_string()))
        .bind(task.bare_reminder)
        .bind(integer(task.version))
        .bind(texts(&task.assignees))
        .bind(json(&task.tags))
        .bind(json(&words(task)))
        .bind(document);
}

/// What the task is found by: each word once, and each tag as `#tag`, which no word can be.
fn words(task: &Task) -> Vec<String> {
    let mut words = search::words(&task.title);
    words.extend(search::words(&task.description));
    for tag in &task.tags {
        words.extend(search::words(tag));
        words.insert(tagged(tag));
    }
    words.into_iter().collect()
}

/// The word under which a tag is found as a tag.
pub(crate) fn tagged(tag: &str) -> String {
    format!("#{tag}")
}

/// A day as an integer in calendar order.
pub(crate) fn day(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}
