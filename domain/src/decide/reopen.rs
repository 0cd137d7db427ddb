//! Opening again what was closed; in a series, the untouched next occurrence is withdrawn.

use super::book::Book;
use super::{close, remind, repeat, tell};
use crate::access::Action;
use crate::command::TaskRef;
use crate::event::Changes;
use crate::outcome::Deed;
use crate::refusal::{Code, Refusal};
use crate::reminder::NoticeKind;
use crate::series::{Series, SeriesState};
use crate::snapshot::Loaded;
use crate::task::{Status, Task};

/// `reopen`: a deleted task too, for whoever may delete it.
pub(super) fn reopen(book: &mut Book<'_>, named: &[TaskRef]) -> Result<(), Refusal> {
    let mut seen = Vec::new();
    for reference in named {
        let loaded = book.visible(*reference)?.clone();
        if loaded.task.status == Status::Deleted && !book.setting.sight.may(Action::Delete, &loaded.task) {
            return Err(Refusal::no_task(reference));
        }
        if seen.contains(&loaded.task.id) {
            continue;
        }
        seen.push(loaded.task.id);
        if loaded.task.is_open() {
            book.say(Deed::AlreadyOpen, &loaded.task, &loaded.list, Changes::new());
            continue;
        }
        let task = opened(&loaded.task);
        let anew = |book: &mut Book<'_>| remind::schedule(book, &task, &loaded.list, remind::Late::Never);
        let changes = open_again(book, &loaded, &task, anew)?;
        book.say(Deed::Reopened, &task, &loaded.list, changes);
    }
    Ok(())
}

/// The task as it was before it was closed.
fn opened(task: &Task) -> Task {
    Task { status: Status::Open, closed: None, ..task.clone() }
}

/// Writes the open state, takes the series back to it and makes its reminders.
pub(super) fn open_again<'a>(
    book: &mut Book<'a>,
    loaded: &Loaded,
    task: &Task,
    remind: impl FnOnce(&mut Book<'a>),
) -> Result<Changes, Refusal> {
    take_series_back(book, loaded)?;
    let changes = book.put_task(Some(loaded), task.clone(), &loaded.list);
    remind(book);
    if loaded.task.status == Status::Deleted {
        tell::concerned(book, task, NoticeKind::Restored);
    }
    tell::asker(book, &loaded.task, task);
    Ok(changes)
}

fn take_series_back(book: &mut Book<'_>, loaded: &Loaded) -> Result<(), Refusal> {
    let Some(series) = book.series_of(&loaded.task).cloned() else { return Ok(()) };
    if series.current != loaded.task.id {
        return withdraw_next(book, loaded, &series);
    }
    if !series.is_active() && loaded.task.status == Status::Deleted {
        let next_at = repeat::next_at(&series, series.current_at).unwrap_or(None);
        book.put_series(Some(&series), Series { state: SeriesState::Active, next_at, ..series.clone() });
    }
    // Its next occurrence may be on its way to be made at this moment.
    book.guard_series(&series);
    Ok(())
}

/// Hides the next occurrence, if nobody has touched it and its time has not come, and makes this one current.
fn withdraw_next(book: &mut Book<'_>, loaded: &Loaded, series: &Series) -> Result<(), Refusal> {
    let seat = loaded.task.recurring.as_ref();
    let next = book.loaded(series.current).cloned();
    let (Some(seat), Some(next)) = (seat, next) else { return Ok(()) };
    // An edit has made another series of what follows: that one goes on.
    if next.task.recurring.as_ref().is_some_and(|its| its.series != series.id) {
        return Ok(());
    }
    let follows = series.nth == seat.nth + 1;
    if !follows || !next.task.is_open() || series.current_at <= book.now() || !is_untouched(series, &next.task) {
        return Err(Refusal::new(
            Code::Changed,
            format!("#{} cannot be opened again: #{} has taken its place.", loaded.task.number, next.task.number),
            format!("Work on #{}, or add what is left as a task of its own.", next.task.number),
        ));
    }
    close::hide(book, &next);
    let back = Series {
        current: loaded.task.id,
        nth: seat.nth,
        current_at: seat.scheduled_at,
        next_at: repeat::next_at(series, seat.scheduled_at).unwrap_or(None),
        withdrawn: Some(next.task.id),
        ..series.clone()
    };
    book.put_series(Some(series), back);
    Ok(())
}

/// Whether the occurrence still is what the series made it.
fn is_untouched(series: &Series, task: &Task) -> bool {
    let as_scheduled = task.recurring.as_ref().map(|seat| series.due(seat.scheduled_for, seat.scheduled_at));
    repeat::template(task) == series.template && task.due == as_scheduled
}
