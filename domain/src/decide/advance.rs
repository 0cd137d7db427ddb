//! Bringing a series up to date: whichever comes first, the present occurrence is closed or the next one's time
//! arrives. The one place where occurrences after the first are made.

use jiff::{SignedDuration, Timestamp};

use super::book::Book;
use super::{remind, repeat};
use crate::event::MissedView;
use crate::ids::SeriesId;
use crate::recurrence::{Occurrence, Schedule, Start, TooSparse};
use crate::reminder::ReminderState;
use crate::series::{Series, SeriesState};
use crate::snapshot::Loaded;
use crate::task::{RepeatFrom, Status, Task};

/// How long after its time an occurrence of a series is still reminded of.
pub(super) const CATCH_UP: SignedDuration = SignedDuration::from_hours(24);

/// The most missed times that an event names; it always counts them all up to [`COUNTED`].
const NAMED: usize = 100;

/// The most missed times that are counted.
const COUNTED: usize = 10_000;

/// What is to happen to a series now.
struct Step {
    /// The occurrence to make; `None` ends the series.
    next: Option<Occurrence>,
    /// Times that got no task, and the overtaken occurrence's own if it was open.
    missed: Vec<Timestamp>,
}

/// Makes the next occurrence if it is time. Does nothing for a series that is up to date, so that it may be asked
/// any number of times.
pub(super) fn advance(book: &mut Book<'_>, id: SeriesId) {
    let Some(series) = book.snapshot.series.get(&id).filter(|series| series.is_active()).cloned() else { return };
    let Some(current) = book.loaded(series.current).cloned() else { return };
    book.cause.on_behalf_of = Some(series.template.author);
    let step = match series.repeat_from {
        RepeatFrom::Completion => after_completion(&series, &current),
        RepeatFrom::Schedule => on_schedule(&series, &current, book.now()),
    };
    // A rule that comes true too rarely to be followed ends like one that has no time left.
    match step.unwrap_or(Some(Step { next: None, missed: Vec::new() })) {
        None => {}
        Some(step) => {
            overtake(book, &series, &current, &step);
            match step.next {
                Some(next) => make(book, &series, &current, next),
                None => repeat::end(book, &series),
            }
        }
    }
}

/// The next of a series that counts from completion: the rule laid from the day on which this one was closed.
fn after_completion(series: &Series, current: &Loaded) -> Result<Option<Step>, TooSparse> {
    let Some(closed) = current.task.closed.as_ref().filter(|_| !current.task.is_open()) else { return Ok(None) };
    let closed_at = series.zone.wall(closed.at);
    let begin = if series.rule.below_a_day() { closed_at } else { closed_at.date().to_datetime(series.start.time()) };
    let start = if series.day_only { Start::Day(begin.date()) } else { Start::At(begin) };
    let exhausted = series.rule.count().is_some_and(|count| series.nth >= u64::from(count));
    let schedule = Schedule::new(series.rule.clone(), start, series.zone.rules().clone());
    let next = if exhausted { None } else { schedule.next_after(series.zone.instant(begin))? };
    Ok(Some(Step { next, missed: Vec::new() }))
}

/// The next of a series that follows its rule; `None` while it is up to date.
fn on_schedule(series: &Series, current: &Loaded, now: Timestamp) -> Result<Option<Step>, TooSparse> {
    let schedule = series.schedule();
    let recent = now.saturating_sub(CATCH_UP).unwrap_or(Timestamp::MIN);
    let come = series.next_at.is_some_and(|next| next <= now);
    let latest = if come { schedule.latest_until(now)? } else { None };
    let open = current.task.is_open();
    if open && !come && !never_came(current, recent) {
        return Ok(None);
    }
    let closed_at = current.task.closed.as_ref().filter(|_| !open).map_or(Timestamp::MIN, |closed| closed.at);
    let next = match latest.filter(|latest| latest.at >= recent && latest.at > closed_at) {
        Some(latest) => Some(latest),
        None => schedule.next_after(now.max(series.current_at))?,
    };
    let mut missed = if open { vec![series.current_at] } else { Vec::new() };
    missed.extend(schedule.between(series.current_at, now, COUNTED)?.into_iter().map(|passed| passed.at));
    missed.retain(|at| Some(*at) != next.as_ref().map(|next| next.at));
    Ok(Some(Step { next, missed }))
}

/// Whether the occurrence's time passed so long ago that its reminder will not be sent any more.
fn never_came(current: &Loaded, recent: Timestamp) -> bool {
    let scheduled = current.task.recurring.as_ref().map(|seat| seat.scheduled_at);
    scheduled.is_some_and(|at| at < recent)
        && current.reminders.iter().any(|reminder| reminder.state == ReminderState::Scheduled)
}

/// The overtaken occurrence becomes missed, and one event names every time that passed undone.
fn overtake(book: &mut Book<'_>, series: &Series, current: &Loaded, step: &Step) {
    if step.missed.is_empty() {
        return;
    }
    let status = if current.task.is_open() { Status::Missed } else { current.task.status };
    let view = MissedView {
        series_id: series.id,
        count: u64::try_from(step.missed.len()).unwrap_or(u64::MAX),
        missed: step.missed.iter().copied().take(NAMED).collect(),
    };
    book.put_missed(current, Task { status, ..current.task.clone() }, view);
    remind::cancel(book, current, "the next one has come");
}

/// Makes an occurrence, or revives the same row if a reopening had withdrawn it.
fn make(book: &mut Book<'_>, series: &Series, current: &Loaded, next: Occurrence) {
    let nth = series.nth + 1;
    let id = series.occurrence_id(nth, next.wall, next.at);
    let withdrawn = series.withdrawn.filter(|withdrawn| *withdrawn == id).and_then(|id| book.loaded(id)).cloned();
    let mut task = occurrence(book, series, current, nth, next);
    task.id = id;
    book.wants_number = withdrawn.is_none() && book.snapshot.numbers.is_empty();
    if let Some(withdrawn) = &withdrawn {
        task.number = withdrawn.task.number;
        task.created_at = withdrawn.task.created_at;
    }
    book.put_task(withdrawn.as_ref(), task.clone(), &current.list);
    remind::schedule(book, &task, &current.list, remind::Late::AtOnce);
    let next_at = repeat::next_at(series, next.at).unwrap_or(None);
    let state = SeriesState::Active;
    let after = Series { current: id, nth, current_at: next.at, next_at, withdrawn: None, state, ..series.clone() };
    book.put_series(Some(series), after);
}

fn occurrence(book: &Book<'_>, series: &Series, current: &Loaded, nth: u64, next: Occurrence) -> Task {
    let template = &series.template;
    let mut seat = repeat::seat(series, nth, next);
    let before = current.task.recurring.as_ref();
    if current.task.is_open() {
        seat.undone_since = before.and_then(|seat| seat.undone_since).or(Some(series.current_at));
    }
    Task {
        id: current.task.id,
        tenant: series.tenant.clone(),
        list: series.list,
        number: book.snapshot.numbers.first().copied().unwrap_or_default(),
        title: template.title.clone(),
        description: template.description.clone(),
        priority: template.priority,
        tags: template.tags.clone(),
        due: Some(series.due(next.wall, next.at)),
        status: Status::Open,
        bare_reminder: template.bare_reminder,
        author: template.author,
        assignees: template.assignees.clone(),
        place: template.place.clone(),
        recurring: Some(seat),
        closed: None,
        created_at: book.now(),
        updated_at: book.now(),
        version: 1,
    }
}
