//! Editing: fields of a task; of a recurring task, of the series from now on.

use super::book::Book;
use super::{check, former_time, remind, repeat, senders};
use crate::access::Action;
use crate::command::{Repeat, TaskEdit, TaskRef};
use crate::due::Due;
use crate::event::Changes;
use crate::ids::PersonId;
use crate::outcome::Deed;
use crate::recurrence::Rule;
use crate::refusal::{Code, Refusal};
use crate::series::Series;
use crate::snapshot::Loaded;
use crate::task::Task;

/// `edit`: wins field by field; says from and to.
pub(super) fn edit(
    book: &mut Book<'_>,
    named: &[TaskRef],
    edit: &TaskEdit,
    expected: Option<u64>,
) -> Result<(), Refusal> {
    for loaded in book.tasks(named, Action::Change)? {
        expect_version(&loaded.task, expected)?;
        let series = own_series(book, &loaded.task);
        let kept = former_time::kept(book, &loaded.task, series.as_ref(), edit);
        let edit = kept.as_ref().unwrap_or(edit);
        check::due(edit.due.as_ref().and_then(Option::as_ref))?;
        let mut task = with_fields(&loaded.task, edit)?;
        senders::all_hear(book, task.author, &newly(&loaded.task, &task))?;
        in_the_authors_zone(book, &mut task, series.as_ref(), edit);
        follow_repeat(book, &mut task, &loaded.task, series.as_ref(), edit)?;
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if reminds_otherwise(&loaded.task, &task) {
            remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        }
        book.say(deed_if(&changes, Deed::Edited), &task, &loaded.list, changes);
    }
    Ok(())
}

/// The series whose current occurrence the task is.
fn own_series(book: &Book<'_>, task: &Task) -> Option<Series> {
    book.series_of(task).filter(|series| series.is_active() && series.current == task.id).cloned()
}

/// REST's `If-Match`.
pub(super) fn expect_version(task: &Task, expected: Option<u64>) -> Result<(), Refusal> {
    match expected {
        Some(version) if version != task.version => Err(Refusal::new(
            Code::VersionStale,
            format!("#{} has version {} by now, not {version}.", task.number, task.version),
            "Read it again, and repeat the change on what it says now.",
        )),
        _ => Ok(()),
    }
}

/// Whom a task names that it did not name before.
fn newly(before: &Task, after: &Task) -> Vec<PersonId> {
    after.assignees.iter().filter(|person| !before.assignees.contains(person)).copied().collect()
}

fn with_fields(task: &Task, edit: &TaskEdit) -> Result<Task, Refusal> {
    let mut after = task.clone();
    if let Some(title) = &edit.title {
        after.title = check::title(title)?;
    }
    if let Some(description) = &edit.description {
        after.description = check::description(description)?;
    }
    if let Some(tags) = &edit.tags {
        after.tags = tags.clone();
    }
    after.tags.extend(edit.add_tags.iter().cloned());
    after.tags = check::tags(&after.tags)?;
    after.tags.retain(|tag| !edit.remove_tags.contains(tag));
    after.priority = edit.priority.unwrap_or(after.priority);
    after.due = edit.due.clone().unwrap_or(after.due);
    if let Some(assignees) = &edit.assignees {
        after.assignees = check::assignees(assignees)?;
        remind::follow_people(&mut after);
    }
    Ok(after)
}

/// Keeps series and task in step: a new rule or time begins a new series with this task as its first
/// occurrence; other fields go into the template; no rule or no due ends the series.
fn follow_repeat(
    book: &mut Book<'_>,
    task: &mut Task,
    before: &Task,
    series: Option<&Series>,
    edit: &TaskEdit,
) -> Result<(), Refusal> {
    let kept = series.map(|series| Repeat { rule: what_is_left(series), start: None, from: series.repeat_from });
    let wanted = edit.repeat.clone().unwrap_or(kept);
    let moved = edit.repeat.is_some() || task.due != before.due;
    match (series, wanted) {
        (None, None) => {}
        (None, Some(wanted)) => begin(book, task, &wanted)?,
        (Some(series), None) => {
            repeat::end(book, series);
            task.recurring = None;
        }
        (Some(series), Some(_)) if task.due.is_none() && edit.repeat.is_none() => {
            repeat::end(book, series);
            task.recurring = None;
        }
        (Some(series), Some(wanted)) if moved && !is_like(series, &wanted, task, before) => {
            repeat::end(book, series);
            begin(book, task, &wanted)?;
        }
        (Some(series), Some(_)) => {
            let template = repeat::template(task);
            if template != series.template {
                book.put_series(Some(series), Series { template, ..series.clone() });
            }
        }
    }
    Ok(())
}

/// Whether the series is as it is wanted already. What comes a number of times begins to count anew.
fn is_like(series: &Series, wanted: &Repeat, task: &Task, before: &Task) -> bool {
    let in_its_seat = task.due.as_ref().is_some_and(|due| {
        due.at == series.current_at && due.zone == series.zone && due.time.is_none() == series.day_only
    });
    let same_rule = series.rule == wanted.rule && series.repeat_from == wanted.from && wanted.rule.count().is_none();
    in_its_seat && same_rule && task.due == before.due
}

/// The rule from the current occurrence on: of a number of times those that are left.
fn what_is_left(series: &Series) -> Rule {
    let gone = u32::try_from(series.nth.saturating_sub(1)).unwrap_or(u32::MAX);
    let left = series.rule.count().map(|count| count.saturating_sub(gone).max(1));
    left.and_then(|left| series.rule.clone().with_count(left).ok()).unwrap_or_else(|| series.rule.clone())
}

/// A series stays in its author's zone when somebody else says another time for it, if that is the same day there.
fn in_the_authors_zone(book: &Book<'_>, task: &mut Task, series: Option<&Series>, edit: &TaskEdit) {
    let (Some(series), Some(Some(due))) = (series, &edit.due) else { return };
    let there = Due::instant(due.at, series.zone.clone());
    let hours = edit.repeat.iter().flatten().any(|repeat| !repeat.rule.hours().is_empty());
    if series.template.author != book.actor() && due.time.is_some() && there.date == due.date && !hours {
        task.due = Some(there);
    }
}

fn begin(book: &mut Book<'_>, task: &mut Task, wanted: &Repeat) -> Result<(), Refusal> {
    if !task.is_open() {
        return Err(Refusal::new(
            Code::Nothing,
            format!("#{} is closed, so it cannot repeat.", task.number),
            format!("`reopen {}` first.", task.number),
        )
        .or_plainly("Reopen it first."));
    }
    repeat::begin(book, task, wanted)
}

fn reminds_otherwise(before: &Task, after: &Task) -> bool {
    before.due != after.due || before.assignees != after.assignees || before.place != after.place
}

/// A list's or template's change that the series takes over with its current occurrence.
pub(super) fn series_follows(book: &mut Book<'_>, loaded: &Loaded, task: &Task) {
    let Some(series) = book.series_of(&loaded.task).filter(|series| series.current == task.id).cloned() else { return };
    let after = Series { list: task.list, template: repeat::template(task), ..series.clone() };
    if after != series {
        book.put_series(Some(&series), after);
    }
}

/// Whether anything was changed, as a deed.
pub(super) fn deed_if(changes: &Changes, deed: Deed) -> Deed {
    if changes.is_empty() { Deed::Unchanged } else { deed }
}
