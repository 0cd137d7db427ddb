//! Closing tasks: done, skip, delete.

use super::book::Book;
use super::edit::expect_version;
use super::{remind, repeat, tell};
use crate::access::Action;
use crate::command::TaskRef;
use crate::event::Changes;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::NoticeKind;
use crate::snapshot::Loaded;
use crate::task::{Closed, Status, Task};

/// `done`: completes; a second time only says by whom and when.
pub(super) fn done(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Work)? {
        match &loaded.task.closed {
            Some(closed) if loaded.task.status == Status::Done => {
                let deed = Deed::AlreadyDone { by: closed.by, at: closed.at };
                book.say(deed, &loaded.task, &loaded.list, Changes::new());
            }
            _ => close(book, &loaded, Status::Done, Deed::Completed),
        }
    }
    Ok(())
}

/// `skip`: leaves one occurrence of a series out.
pub(super) fn skip(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Work)? {
        let number = loaded.task.number;
        if loaded.task.recurring.is_none() {
            return Err(Refusal::new(
                Code::Nothing,
                format!("#{number} does not repeat, so there is nothing to skip."),
                if loaded.task.is_open() {
                    format!("Type `done {number}` or `delete {number}`.")
                } else {
                    format!("`history {number}` tells what became of it.")
                },
            ));
        }
        require_open(&loaded.task)?;
        close(book, &loaded, Status::Skipped, Deed::Skipped);
    }
    Ok(())
}

/// `delete`: hides; of a recurring task the whole series with its open occurrence.
pub(super) fn delete(book: &mut Book<'_>, named: &[TaskRef], expected: Option<u64>) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Delete)? {
        expect_version(&loaded.task, expected)?;
        if let Some(series) = book.series_of(&loaded.task).filter(|series| series.is_active()) {
            if series.current != loaded.task.id
                && let Some(current) = book.loaded(series.current).cloned()
                && current.task.is_open()
                && !named.iter().any(|reference| names(*reference, &current.task))
            {
                hide(book, &current);
            }
            if !book.change.series.iter().any(|put| put.row.id == series.id) {
                repeat::end(book, series);
            }
        }
        close(book, &loaded, Status::Deleted, Deed::Deleted);
    }
    Ok(())
}

/// What is closed cannot be moved, snoozed or skipped.
pub(super) fn require_open(task: &Task) -> Result<(), Refusal> {
    let number = task.number;
    let how = match task.status {
        Status::Open => return Ok(()),
        Status::Done => "done",
        Status::Missed => "missed: the next one has come",
        Status::Skipped => "skipped",
        Status::Deleted => "deleted",
    };
    let next_step = format!("`reopen {number}` opens it again; `list` shows what is open.");
    let refusal = Refusal::new(Code::Nothing, format!("#{number} is {how}."), next_step);
    Err(refusal.or_plainly("Reopen it first."))
}

/// Hides a task without a word of its own in the reply.
pub(super) fn hide(book: &mut Book<'_>, loaded: &Loaded) {
    let after = closed(book, &loaded.task, Status::Deleted);
    book.put_task(Some(loaded), after, &loaded.list);
    remind::cancel(book, loaded, "the task was deleted");
}

fn close(book: &mut Book<'_>, loaded: &Loaded, status: Status, deed: Deed) {
    let after = closed(book, &loaded.task, status);
    tell::asker(book, &loaded.task, &after);
    let changes = book.put_task(Some(loaded), after, &loaded.list);
    let going_out = remind::cancel(book, loaded, &format!("the task was {}", status.as_str()));
    if status == Status::Deleted {
        tell::concerned(book, &loaded.task, NoticeKind::Deleted);
    }
    let deed = if going_out && status == Status::Deleted { Deed::GoingOut } else { deed };
    book.say(deed, &loaded.task, &loaded.list, changes);
}

fn closed(book: &Book<'_>, task: &Task, status: Status) -> Task {
    Task { status, closed: Some(Closed { by: book.actor(), at: book.now() }), ..task.clone() }
}

fn names(reference: TaskRef, task: &Task) -> bool {
    match reference {
        TaskRef::Id(id) => id == task.id,
        TaskRef::Number(number) => number == task.number,
    }
}
