//! `stop`: a recipient is not reminded any more, whoever asked for it.

use super::book::Book;
use super::edit::series_follows;
use super::{remind, senders, tell};
use crate::access::Action;
use crate::command::TaskRef;
use crate::ids::PersonId;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::NoticeKind;
use crate::snapshot::Loaded;
use crate::task::Task;

/// Takes the speaker off the task, and off its series from now on. Whoever asked is told, and with nobody left the
/// reminder is theirs.
pub(super) fn stop(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Stop)? {
        let task = without_me(book, &loaded.task).ok_or_else(|| own(&loaded.task))?;
        leave(book, &loaded, task.clone());
        tell::concerned(book, &task, NoticeKind::Stopped);
    }
    Ok(())
}

/// Takes the speaker off everything that this person asked of them, and puts the person on the speaker's block list.
/// They are told once.
pub(super) fn stop_all(book: &mut Book<'_>, from: PersonId, named: &[TaskRef]) -> Result<(), Refusal> {
    senders::block(book, from)?;
    let mut last = None;
    for loaded in book.tasks(named, Action::Stop)? {
        let theirs = Some(&loaded.task).filter(|task| task.author == from);
        if let Some(task) = theirs.and_then(|task| without_me(book, task)) {
            leave(book, &loaded, task.clone());
            last = Some(task);
        }
    }
    if let Some(task) = last {
        tell::person(book, &task, from, NoticeKind::StoppedAll);
    }
    Ok(())
}

/// The task without the speaker, if somebody else asked it of them.
fn without_me(book: &Book<'_>, task: &Task) -> Option<Task> {
    let me = book.actor();
    let mut after = task.clone();
    after.assignees.retain(|person| *person != me);
    let own = after.assignees == task.assignees || (after.assignees.is_empty() && task.author == me);
    remind::follow_people(&mut after);
    (!own).then_some(after)
}

fn leave(book: &mut Book<'_>, loaded: &Loaded, task: Task) {
    let changes = book.put_task(Some(loaded), task.clone(), &loaded.list);
    series_follows(book, loaded, &task);
    remind::again(book, loaded, &task, &loaded.list, remind::Late::Never);
    book.say(Deed::Stopped, &task, &loaded.list, changes);
}

fn own(task: &Task) -> Refusal {
    let number = task.number;
    Refusal::new(
        Code::Nothing,
        format!("#{number} is your own, so there is nobody else's reminder to stop."),
        format!("`done {number}`, `delete {number}` or `edit {number} no date` ends its reminders."),
    )
}
