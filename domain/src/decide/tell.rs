//! Telling people what somebody else did to what concerns them.

use super::book::Book;
use crate::change::Put;
use crate::ids::{DeliveryId, PersonId};
use crate::place::Place;
use crate::reminder::{Delivery, DeliveryState, Notice, NoticeKind};
use crate::task::{Status, Task};

/// A message for everybody whom the task concerns, but for whoever is acting. It is a delivery like a reminder's,
/// written in the command's own commit.
pub(super) fn concerned(book: &mut Book<'_>, task: &Task, kind: NoticeKind) {
    let actor = book.actor();
    for recipient in task.participants().into_iter().filter(|person| *person != actor) {
        person(book, task, recipient, kind);
    }
}

/// A message for whoever asked others for the task when somebody else completes it, or opens it again.
pub(super) fn asker(book: &mut Book<'_>, before: &Task, after: &Task) {
    let kind = match (before.status, after.status) {
        (Status::Done, Status::Open) => NoticeKind::Reopened,
        (before, Status::Done) if before != Status::Done => NoticeKind::Completed,
        _ => return,
    };
    let asked = after.assignees.iter().any(|person| *person != after.author);
    if asked && book.actor() != after.author && !book.request.principal.is_system() {
        person(book, after, after.author, kind);
    }
}

/// A message for one person.
pub(super) fn person(book: &mut Book<'_>, task: &Task, person: PersonId, kind: NoticeKind) {
    let delivery = Delivery {
        id: DeliveryId(book.fresh()),
        tenant: task.tenant.clone(),
        place: Place::Direct(person),
        members: Vec::new(),
        notice: Some(Notice { task: task.id, kind, by: book.actor() }),
        state: DeliveryState::Claimed,
        attempts: 0,
        next_attempt_at: book.now(),
        unsure_since: None,
        unsure_until: None,
        message_id: None,
        last_error: None,
        version: 1,
    };
    book.change.deliveries.push(Put::new(delivery));
}
