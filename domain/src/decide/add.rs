//! Making a task.

use super::book::Book;
use super::{check, remind, repeat, senders};
use crate::command::AddTask;
use crate::ids::TaskId;
use crate::outcome::Deed;
use crate::refusal::Refusal;
use crate::task::{Status, Task};

/// `add`: a task in a list that the asker sees, with its reminder, and its series if it repeats.
pub(super) fn add(book: &mut Book<'_>, add: &AddTask) -> Result<(), Refusal> {
    if !book.setting.sight.sees_list(&add.list) {
        return Err(book.setting.sight.no_list("Add it to your own list, or join the channel first."));
    }
    check::due(add.due.as_ref())?;
    senders::all_hear(book, book.actor(), &add.assignees)?;
    let mut task = fresh(book, add)?;
    if let Some(wanted) = &add.repeat {
        repeat::begin(book, &mut task, wanted)?;
    }
    book.change.lists.push(add.list.clone());
    let changes = book.put_task(None, task.clone(), &add.list);
    remind::schedule(book, &task, &add.list, remind::Late::Never);
    book.say(Deed::Added, &task, &add.list, changes);
    Ok(())
}

fn fresh(book: &Book<'_>, add: &AddTask) -> Result<Task, Refusal> {
    Ok(Task {
        id: TaskId(book.fresh()),
        tenant: add.list.tenant.clone(),
        list: add.list.id,
        number: book.snapshot.numbers.first().copied().unwrap_or_default(),
        title: check::title(&add.title)?,
        description: check::description(&add.description)?,
        priority: add.priority,
        tags: check::tags(&add.tags)?,
        due: add.due.clone(),
        status: Status::Open,
        bare_reminder: add.bare_reminder,
        author: book.actor(),
        assignees: check::assignees(&add.assignees)?,
        place: add.place.clone(),
        recurring: None,
        closed: None,
        created_at: book.now(),
        updated_at: book.now(),
        version: 1,
    })
}
