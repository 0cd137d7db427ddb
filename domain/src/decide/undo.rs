//! Taking back the speaker's own last change, field by field.

use jiff::SignedDuration;

use super::book::Book;
use super::{close, remind, reopen, senders, settings, tell};
use crate::access::Action;
use crate::change::{Altered, Made, UndoRecord};
use crate::event::Changes;
use crate::ids::{PersonId, TaskId};
use crate::list::List;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::{NoticeKind, Reminder};
use crate::series::{Series, SeriesState};
use crate::snapshot::Loaded;
use crate::task::{Status, Task};

/// How long a change can be taken back.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// `undo`: refuses when somebody has changed the same field since.
pub(super) fn undo(book: &mut Book<'_>) -> Result<(), Refusal> {
    let record = book.snapshot.undo.clone();
    let record = record.filter(|record| book.now().duration_since(record.at) < GOOD_FOR).ok_or_else(|| {
        Refusal::new(
            Code::Nothing,
            "Only your last change here can be taken back, for 24 hours, and there is none.",
            "`history` shows what was changed; `edit` changes it again.",
        )
    })?;
    // First, because they say who takes whose reminders.
    if let Some((before, after)) = &record.settings {
        settings::take_back(book, before, after)?;
    }
    for (before, after) in &record.series {
        take_series_back(book, before.as_ref(), after)?;
    }
    for altered in &record.tasks {
        match altered {
            Altered::Made((), made) => unmake(book, made)?,
            Altered::Changed(both) => take_task_back(book, &record, &both.0, &both.1)?,
        }
    }
    take_snoozes_back(book, &record)
}

/// Takes a task back that the change made.
fn unmake(book: &mut Book<'_>, made: &Made) -> Result<(), Refusal> {
    let loaded = seen(book, made.id, made.number, false)?;
    unchanged(loaded.task.status == made.status, &loaded.task)?;
    close::hide(book, &loaded);
    book.say(Deed::Undone, &loaded.task, &loaded.list, Changes::new());
    Ok(())
}

/// The task as it is now, if the speaker sees it, or has just left it.
fn seen(book: &Book<'_>, id: TaskId, number: u64, left: bool) -> Result<Loaded, Refusal> {
    let loaded = book.loaded(id).filter(|loaded| left || book.setting.sight.sees(&loaded.task)).cloned();
    loaded.ok_or_else(|| book.setting.sight.no_task(format!("#{number}")))
}

fn take_task_back(book: &mut Book<'_>, record: &UndoRecord, before: &Task, after: &Task) -> Result<(), Refusal> {
    let left = left(book.actor(), before, after);
    let loaded = seen(book, after.id, after.number, left)?;
    let action = if before.status == after.status { Action::Change } else { Action::Work };
    if !left {
        book.permit(action, &loaded.task)?;
    }
    let task = reverted(&loaded.task, before, after)?;
    let opens = task.is_open() && !loaded.task.is_open();
    // A series that the change itself moved has been taken back as a whole already.
    let series_stays = book.series_of(&loaded.task).is_some_and(|series| {
        series.current == task.id || record.series.iter().any(|(_, after)| after.id == series.id)
    });
    let changes: Changes = if opens && !series_stays {
        reopen::open_again(book, &loaded, &task, |book| put_back_reminders(book, record, &task))?
    } else {
        if opens && let Some(series) = book.series_of(&task).cloned() {
            book.guard_series(&series);
        }
        write(book, record, &loaded, before, &task)
    };
    book.say(Deed::Undone, &task, &loaded.list, changes);
    Ok(())
}

/// Whether the change was the speaker's leaving, and nothing else: it can be taken back although they may see the
/// task no more.
fn left(actor: PersonId, before: &Task, after: &Task) -> bool {
    let mut others = before.assignees.clone();
    others.retain(|person| *person != actor);
    let left = Task { assignees: others, place: after.place.clone(), version: after.version, ..before.clone() };
    before.assignees.contains(&actor) && Task { updated_at: before.updated_at, ..after.clone() } == left
}

/// Writes the reverted task in the list it goes back to, and its reminders.
fn write(book: &mut Book<'_>, record: &UndoRecord, loaded: &Loaded, before: &Task, task: &Task) -> Changes {
    let back_in = record.lists.iter().find(|list| list.id == task.list).cloned();
    let list = back_in.unwrap_or_else(|| loaded.list.clone());
    let changes = book.put_task(Some(loaded), task.clone(), &list);
    if reminds_otherwise(record, &loaded.task, task) {
        remind_as_before(book, record, loaded, before, task, &list);
    }
    match (loaded.task.status, task.status) {
        (Status::Deleted, Status::Deleted) => {}
        (Status::Deleted, _) => tell::concerned(book, task, NoticeKind::Restored),
        (_, Status::Deleted) => tell::concerned(book, task, NoticeKind::Deleted),
        _ => tell::asker(book, &loaded.task, task),
    }
    changes
}

/// Whether the change moved reminders, which then move back.
fn reminds_otherwise(record: &UndoRecord, now: &Task, back: &Task) -> bool {
    let concerns =
        |task: &Task| (task.due.clone(), task.assignees.clone(), task.place.clone(), task.list, task.is_open());
    concerns(now) != concerns(back) || record.cancelled.iter().any(|reminder| reminder.task == back.id)
}

/// The reminders of the task as it is now again. What the change took away comes back, unless the due has changed
/// since; a snooze that the change left alone, or that came after it, stays.
fn remind_as_before(
    book: &mut Book<'_>,
    record: &UndoRecord,
    loaded: &Loaded,
    before: &Task,
    task: &Task,
    list: &List,
) {
    let taken = || record.cancelled.iter().filter(|reminder| reminder.task == task.id);
    let snoozed = remind::snoozed_until(book, loaded).filter(|until| taken().all(|gone| gone.at != *until));
    remind::cancel(book, loaded, "taken back");
    match snoozed.filter(|_| task.is_open()) {
        Some(until) => remind::schedule_at(book, task, list, until),
        None if before.due == task.due => put_back_reminders(book, record, task),
        None => remind::schedule(book, task, list, remind::Late::Never),
    }
}

/// The reminders that the change took away, as they stood: one whose time has passed meanwhile is still owed, unless
/// another has gone there for that time.
fn put_back_reminders(book: &mut Book<'_>, record: &UndoRecord, task: &Task) {
    for before in record.cancelled.iter().filter(|reminder| reminder.task == task.id && task.is_open()) {
        if !remind::went_out(book, task, &before.place, before.at) {
            owe_again(book, task, before);
        }
    }
}

fn owe_again(book: &mut Book<'_>, task: &Task, before: &Reminder) {
    let heard = senders::heard(book, task.author, before.place.clone(), before.recipients.clone());
    let Some((place, recipients)) = heard else { return };
    let anew = remind::fresh(book, task, place, recipients, before.at);
    book.put_reminder(None, Reminder { reason: before.reason.clone(), ..anew });
}

/// Puts back each field that the change set, if it still says what the change made it say.
fn reverted(now: &Task, before: &Task, after: &Task) -> Result<Task, Refusal> {
    let mut task = now.clone();
    macro_rules! put_back {
        ($($field:ident),+) => {
            $(if before.$field != after.$field {
                unchanged(now.$field == after.$field, now)?;
                task.$field = before.$field.clone();
            })+
        };
    }
    put_back!(title, description, priority, tags, due, status, assignees, place, list, recurring);
    if before.status != after.status {
        task.closed = before.closed.clone();
    }
    Ok(task)
}

fn unchanged(same: bool, task: &Task) -> Result<(), Refusal> {
    if same {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Changed,
        format!("#{} was changed again since, so this cannot be taken back.", task.number),
        format!("`history {}` shows by whom and how.", task.number),
    ))
}

/// A series that was begun is ended; one that was ended or changed is what it was, if nobody changed it since.
fn take_series_back(book: &mut Book<'_>, before: Option<&Series>, after: &Series) -> Result<(), Refusal> {
    let Some(now) = book.snapshot.series.get(&after.id).cloned() else { return Ok(()) };
    let back = match before {
        None => Series { state: SeriesState::Ended, next_at: None, ..now.clone() },
        Some(before) => {
            let same = now.rule == after.rule && now.template == after.template && now.state == after.state;
            if !same {
                return Err(Refusal::new(
                    Code::Changed,
                    "The series was changed again since, so this cannot be taken back.",
                    "`edit` it to what you want.",
                ));
            }
            revived(&now, before, after)
        }
    };
    book.put_series(Some(&now), back);
    Ok(())
}

/// What the series was, but standing where it stands now if it has moved on meanwhile.
fn revived(now: &Series, before: &Series, after: &Series) -> Series {
    let moved_on = now.current != after.current;
    let state = Series { version: now.version, ..before.clone() };
    if !moved_on {
        return state;
    }
    Series {
        current: now.current,
        nth: now.nth,
        current_at: now.current_at,
        next_at: now.next_at,
        withdrawn: now.withdrawn,
        ..state
    }
}

fn take_snoozes_back(book: &mut Book<'_>, record: &UndoRecord) -> Result<(), Refusal> {
    for (before, after) in &record.snoozed {
        let Some(loaded) = book.loaded(after.task).cloned() else { continue };
        let still = loaded.reminders.iter().any(|reminder| reminder.id == after.id && reminder.at == after.at);
        if !loaded.task.is_open() || loaded.task.status == Status::Deleted {
            continue;
        }
        unchanged(still, &loaded.task)?;
        let told = book.outcome.effects.iter().any(|effect| effect.task.id == loaded.task.id);
        if !told {
            remind::cancel(book, &loaded, "the snooze was taken back");
            if let Some(before) = before
                && !remind::went_out(book, &loaded.task, &before.place, before.at)
            {
                owe_again(book, &loaded.task, before);
            }
            book.say(Deed::Undone, &loaded.task, &loaded.list, Changes::new());
        }
    }
    Ok(())
}
