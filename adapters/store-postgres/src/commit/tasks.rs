//! Lists and tasks.

use std::fmt::Write;

use domain::change::Put;
use domain::ids::PersonId;
use domain::list::{List, ListKind};
use domain::query::Keyset;
use domain::search;
use domain::task::Task;
use domain::tenant::TenantId;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::literal::{Record, lexeme, short, some_array};
use crate::rows::json;

/// The stored priority of a task that has none.
pub(crate) const NO_PRIORITY: i16 = i16::MAX;

/// A list that must exist.
pub(super) fn list(list: &List) -> String {
    let owner = match &list.kind {
        ListKind::Personal(person) => Some(person),
        ListKind::Channel(_) => None,
    };
    Record::default().field(list.id).field(&list.tenant).maybe(owner).document(&json(list)).end()
}

/// A task.
pub(super) fn put(put: &Put<Task>) -> String {
    record(&put.row, put.was, &short(&json(&put.row)))
}

/// A task with this document.
pub(crate) fn record(task: &Task, was: Option<u64>, document: &str) -> String {
    Record::default()
        .field(task.id)
        .maybe(was)
        .field(&task.tenant)
        .field(task.list)
        .field(task.number)
        .field(task.author)
        .maybe(task.recurring.as_ref().map(|seat| seat.series))
        .field(task.due.as_ref().map_or(Keyset::NONE, |due| due.deadline().as_microsecond()))
        .field(task.created_at.as_microsecond())
        .field(task.version)
        .maybe(task.due.as_ref().map(|due| day(due.date)))
        .field(task.priority.map_or(NO_PRIORITY, |priority| i16::from(u8::from(priority))))
        .field(List::personal(task.tenant.clone(), task.author).id == task.list)
        .field(task.bare_reminder)
        .field(task.status.as_str())
        .maybe(some_array(&task.assignees))
        .maybe(some_array(&task.tags))
        .field(words(task))
        .field(document)
        .end()
}

/// What the task is found by, as a search vector: each word once, each tag, each assignee.
fn words(task: &Task) -> String {
    let mut words = search::words(&task.title);
    words.extend(search::words(&task.description));
    for tag in &task.tags {
        words.extend(search::words(tag));
        words.insert(tagged(tag));
    }
    words.extend(task.assignees.iter().map(|person| assigned(*person)));
    let mark = tenant_mark(&task.tenant);
    let mut text = String::new();
    for word in words {
        // Writing to a string cannot fail.
        let _written = write!(text, "{} ", lexeme(&format!("{mark}{word}")));
    }
    text
}

/// What stands before each word of a tenant in the index, so that a search reads few words of others. A short hash:
/// two tenants may share one, and what is found is looked at again.
pub(crate) fn tenant_mark(tenant: &TenantId) -> String {
    let hash = Sha256::digest(tenant.as_str());
    format!("{:02x}{:02x}", hash[0], hash[1])
}

/// The word under which a tag is found as a tag, which no word of a text can be.
pub(crate) fn tagged(tag: &str) -> String {
    format!("#{tag}")
}

/// The word under which an assignee's tasks are found.
pub(crate) fn assigned(person: PersonId) -> String {
    format!("@{}", person.0.as_simple())
}

/// A day as an integer in calendar order.
pub(crate) fn day(date: Date) -> i32 {
    i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())
}
