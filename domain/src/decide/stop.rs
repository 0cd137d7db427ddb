//! `stop`: a recipient is not reminded any more, whoever asked for it.

use super::book::Book;
use super::edit::series_follows;
use super::{remind, tell};
use crate::access::Action;
use crate::command::TaskRef;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::NoticeKind;
use crate::task::Task;

/// Takes the speaker off the task, and off its series from now on. Whoever asked is told, and with nobody left the
/// reminder is theirs.
pub(super) fn stop(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    let me = book.actor();
    for loaded in book.tasks(named, Action::Stop)? {
        let mut task = loaded.task.clone();
        task.assignees.retain(|person| *person != me);
        if task.assignees == loaded.task.assignees || (task.assignees.is_empty() && task.author == me) {
            return Err(own(&loaded.task));
        }
        remind::follow_people(&mut task);
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        series_follows(book, &loaded, &task);
        remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        tell::concerned(book, &task, NoticeKind::Stopped);
        book.say(Deed::Stopped, &task, &loaded.list, changes);
    }
    Ok(())
}

fn own(task: &Task) -> Refusal {
    let number = task.number;
    Refusal::new(
        Code::Nothing,
        format!("#{number} is your own, so there is nobody else's reminder to stop."),
        format!("`done {number}`, `delete {number}` or `edit {number} no date` ends its reminders."),
    )
}
