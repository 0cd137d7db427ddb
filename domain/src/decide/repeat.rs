//! Beginning, ending and following a series.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::book::Book;
use crate::command::Repeat;
use crate::due::Due;
use crate::ids::SeriesId;
use crate::recurrence::Occurrence;
use crate::refusal::{Code, Refusal};
use crate::series::{Series, SeriesState, Template};
use crate::task::{Recurring, RepeatFrom, Task};

/// Begins a series with the task as its first occurrence. A new task takes the id that the series gives it.
pub(super) fn begin(book: &mut Book<'_>, task: &mut Task, wanted: &Repeat) -> Result<(), Refusal> {
    let due = task.due.clone().ok_or_else(|| {
        Refusal::new(
            Code::Invalid,
            "What repeats needs a first day or time.",
            "Say when it is due first, e.g. `every monday at 9am`.",
        )
        .or_plainly("Say when it is due first.")
    })?;
    if due.time.is_none() && wanted.rule.below_a_day() {
        return Err(Refusal::new(
            Code::Invalid,
            "What repeats within a day needs a first time, not only a day.",
            "Say a time, e.g. `every 2 hours from 9am`.",
        )
        .or_plainly("Give the due a time of day."));
    }
    if wanted.rule.ends_before(due.date, due.at) {
        return Err(Refusal::new(
            Code::Invalid,
            "It would end before its first time.",
            "Say a later end, or an earlier first time.",
        ));
    }
    let new = book.loaded(task.id).is_none();
    let mut series = laid_out(SeriesId(book.fresh()), task, wanted, &due);
    series.next_at = next_at(&series, due.at).map_err(|_| too_sparse())?;
    if new {
        task.id = series.occurrence_id(1, series.start, due.at);
    }
    series.current = task.id;
    task.recurring = Some(seat(&series, 1, Occurrence { wall: series.start, at: due.at }));
    book.put_series(None, series);
    Ok(())
}

fn laid_out(id: SeriesId, task: &Task, wanted: &Repeat, due: &Due) -> Series {
    Series {
        id,
        tenant: task.tenant.clone(),
        list: task.list,
        rule: wanted.rule.clone(),
        start: meant(task, wanted, due),
        day_only: due.time.is_none(),
        zone: due.zone.clone(),
        repeat_from: wanted.from,
        template: template(task),
        current: task.id,
        nth: 1,
        current_at: due.at,
        next_at: None,
        withdrawn: None,
        state: SeriesState::Active,
        version: 1,
    }
}

/// The wall time that the due stands for: what was said, or what the task's seat in a series says, where a clock
/// change made another of it.
fn meant(task: &Task, wanted: &Repeat, due: &Due) -> DateTime {
    let seat = task.recurring.as_ref().map(|seat| seat.scheduled_for);
    let said = wanted.start.or(seat).filter(|wall| due.time.is_some() && due.zone.instant(*wall) == due.at);
    said.unwrap_or_else(|| due.wall_time())
}

/// What each new occurrence begins with, as the task stands.
pub(super) fn template(task: &Task) -> Template {
    Template {
        title: task.title.clone(),
        description: task.description.clone(),
        priority: task.priority,
        tags: task.tags.clone(),
        assignees: task.assignees.clone(),
        place: task.place.clone(),
        bare_reminder: task.bare_reminder,
        author: task.author,
    }
}

/// An occurrence's seat in its series.
pub(super) fn seat(series: &Series, nth: u64, occurrence: Occurrence) -> Recurring {
    Recurring {
        series: series.id,
        nth,
        scheduled_for: occurrence.wall,
        scheduled_at: occurrence.at,
        rule: series.rule.clone(),
        repeat_from: series.repeat_from,
        undone_since: None,
    }
}

/// When the occurrence after `at` arrives by itself; `None` if only completion makes one or none is left.
pub(super) fn next_at(series: &Series, at: Timestamp) -> Result<Option<Timestamp>, crate::recurrence::TooSparse> {
    match series.repeat_from {
        RepeatFrom::Completion => Ok(None),
        RepeatFrom::Schedule => Ok(series.schedule().next_after(at)?.map(|occurrence| occurrence.at)),
    }
}

/// Ends the series of a task, whatever becomes of the task.
pub(super) fn end(book: &mut Book<'_>, series: &Series) {
    book.put_series(Some(series), Series { state: SeriesState::Ended, next_at: None, ..series.clone() });
}

/// The refusal of a rule that (almost) never comes true.
pub(super) fn too_sparse() -> Refusal {
    Refusal::new(
        Code::Invalid,
        "This recurrence comes true too rarely to be followed.",
        "Say it with fewer conditions, e.g. `every last friday of the month`.",
    )
    .or_plainly("Use fewer conditions, as in FREQ=MONTHLY;BYDAY=-1FR.")
}
