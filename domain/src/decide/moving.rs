//! Moving: the due of one task, who has it, which list holds it.

use super::book::Book;
use super::close::require_open;
use super::edit::{deed_if, series_follows};
use super::{check, remind};
use crate::access::Action;
use crate::command::{MoveTo, TaskRef};
use crate::due::Due;
use crate::list::List;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::task::Task;

/// `move`: this task's due (of a recurring task: this occurrence's), with its reminders.
pub(super) fn move_due(book: &mut Book<'_>, named: &[TaskRef], to: &MoveTo) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Change)? {
        require_open(&loaded.task)?;
        let task = Task { due: Some(moved(&loaded.task, to)?), ..loaded.task.clone() };
        check::due(task.due.as_ref())?;
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if !changes.is_empty() {
            remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::Moved), &task, &loaded.list, changes);
    }
    Ok(())
}

fn moved(task: &Task, to: &MoveTo) -> Result<Due, Refusal> {
    let number = task.number;
    match (to, &task.due) {
        (MoveTo::Due(due), _) => Ok(due.clone()),
        (MoveTo::By(span), Some(due)) => due.shifted(*span).map_err(|_| {
            Refusal::new(Code::Invalid, "That is outside the calendar.", format!("Try `move {number} to friday`."))
        }),
        (MoveTo::By(_), None) => Err(Refusal::new(
            Code::Invalid,
            format!("#{number} has no due to move on from."),
            format!("Say where to, e.g. `move {number} to friday`."),
        )),
    }
}

/// `claim`: takes a task over; its reminders then mention the claimer.
pub(super) fn claim(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Work)? {
        require_open(&loaded.task)?;
        let mut task = Task { assignees: vec![book.actor()], ..loaded.task.clone() };
        remind::follow_people(&mut task);
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if !changes.is_empty() {
            series_follows(book, &loaded, &task);
            remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::Claimed), &task, &loaded.list, changes);
    }
    Ok(())
}

/// `move N to my list` or to a channel's: who may see it changes, and where its reminders go.
pub(super) fn move_to_list(book: &mut Book<'_>, named: &[TaskRef], list: &List) -> Result<(), Refusal> {
    if !book.setting.sight.sees_list(list) {
        return Err(Refusal::new(
            Code::NotFound,
            "There is no such list here.",
            "Join the channel first, or move it to your own list.",
        ));
    }
    for loaded in book.tasks(named, Action::Change)? {
        if loaded.task.tenant != list.tenant {
            return Err(Refusal::new(
                Code::Invalid,
                "A task never leaves its workspace.",
                "Add it anew where you want it.",
            ));
        }
        book.change.lists.push(list.clone());
        // Its reminders go where the new list sends them: nobody else may read what became private.
        let task = Task { list: list.id, place: None, ..loaded.task.clone() };
        let changes = book.put_task(Some(&loaded), task.clone(), list);
        if !changes.is_empty() {
            series_follows(book, &loaded, &task);
            remind::again(book, &loaded, &task, list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::MovedToList), &task, list, changes);
    }
    Ok(())
}
