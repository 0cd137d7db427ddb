//! Own settings; what follows the person's zone moves with it.

use jiff::civil::DateTime;

use super::book::Book;
use super::{remind, repeat};
use crate::change::{Act, Put};
use crate::command::SettingsEdit;
use crate::due::Due;
use crate::outcome::Deed;
use crate::person::{Person, Settings};
use crate::refusal::{Code, Refusal};
use crate::reminder::ReminderState;
use crate::series::Series;
use crate::snapshot::Loaded;
use crate::task::{Recurring, Task};
use crate::zone::Zone;

/// `settings`: changes what was said, and tells which tasks moved with the zone.
pub(super) fn settings(book: &mut Book<'_>, edit: &SettingsEdit) -> Result<(), Refusal> {
    let person = own(book)?;
    let settings = Settings {
        zone: edit.zone.clone().or(person.settings.zone.clone()),
        default_time: edit.default_time.unwrap_or(person.settings.default_time),
        day_first: edit.day_first.unwrap_or(person.settings.day_first),
        week_start: edit.week_start.unwrap_or(person.settings.week_start),
        hours_24: edit.hours_24.unwrap_or(person.settings.hours_24),
        blocked: person.settings.blocked.clone(),
        zone_of_profile: if edit.zone.is_some() { edit.zone_of_profile } else { person.settings.zone_of_profile },
    };
    book.outcome.settings = Some(settings.clone());
    if settings == person.settings {
        return Ok(());
    }
    if let Some(zone) = settings.zone.clone().filter(|zone| Some(zone) != person.settings.zone.as_ref()) {
        follow(book, &zone);
    }
    write(book, &person, settings);
    Ok(())
}

/// The platform names somebody: of whom it said nothing when they were met, or who has another name now. What they set
/// themselves stays; nobody asked for it, so `undo` knows nothing of it.
pub(super) fn recognise(book: &mut Book<'_>, name: &str, zone: Option<&Zone>) -> Result<(), Refusal> {
    let person = own(book)?;
    let settings = match zone.filter(|_| person.settings.zone.is_none()) {
        Some(zone) => Settings { zone: Some(zone.clone()), zone_of_profile: true, ..person.settings.clone() },
        None => person.settings.clone(),
    };
    if name != person.name || settings != person.settings {
        put(book, &Person { name: name.to_owned(), ..person }, settings);
    }
    Ok(())
}

/// Whoever speaks.
pub(super) fn own(book: &Book<'_>) -> Result<Person, Refusal> {
    let me = book.person(book.actor()).cloned();
    me.ok_or_else(|| Refusal::new(Code::Unknown, "I do not know you yet.", "Write to me in the chat first."))
}

/// Writes somebody's settings, which `undo` takes back.
pub(super) fn write(book: &mut Book<'_>, person: &Person, settings: Settings) {
    book.note_settings(person.settings.clone(), settings.clone());
    put(book, person, settings);
}

/// `undo` of a change of settings, unless they were changed again since. What moved along is taken back with the tasks.
pub(super) fn take_back(book: &mut Book<'_>, before: &Settings, after: &Settings) -> Result<(), Refusal> {
    let Some(person) = book.person(book.actor()).cloned() else { return Ok(()) };
    if person.settings != *after {
        return Err(Refusal::new(
            Code::Changed,
            "Your settings were changed again since, so this cannot be taken back.",
            "`settings` shows them.",
        ));
    }
    // A zone that they took back is their own choice, whatever the profile says.
    let zone_of_profile = before.zone_of_profile && before.zone == after.zone;
    let settings = Settings { zone_of_profile, ..before.clone() };
    book.outcome.settings = Some(settings.clone());
    put(book, &person, settings);
    Ok(())
}

fn put(book: &mut Book<'_>, person: &Person, settings: Settings) {
    if settings != person.settings {
        note(book, person, &settings);
    }
    let version = person.version + 1;
    book.change.people.push(Put::over(person.version, Person { settings, version, ..person.clone() }));
}

fn note(book: &mut Book<'_>, person: &Person, settings: &Settings) {
    let detail = serde_json::json!({ "from": person.settings, "to": settings });
    let action = "settings.changed".to_owned();
    book.change.acts.push(Act { actor: person.id, action, subject: person.id.to_string(), detail, at: book.now() });
}

fn follow(book: &mut Book<'_>, zone: &Zone) {
    let mine: Vec<Loaded> = book.snapshot.tasks.values().filter(|loaded| loaded.task.is_open()).cloned().collect();
    for loaded in mine {
        let series = book.series_of(&loaded.task).filter(|series| series.current == loaded.task.id).cloned();
        let day_only = loaded.task.due.as_ref().is_some_and(|due| due.time.is_none());
        // Below a day a series counts elapsed time, which is the same in every zone.
        let elapsed = series.as_ref().is_some_and(|series| series.rule.below_a_day());
        if elapsed || (series.is_none() && !day_only) {
            continue;
        }
        let task = moved(&loaded.task, series.as_ref(), zone);
        let changes = book.put_task(Some(&loaded), task.clone(), &loaded.list);
        if let Some(series) = series {
            book.put_series(Some(&series), in_zone(&series, &task, zone));
        }
        remind_there(book, &loaded, &task);
        book.say(Deed::Moved, &task, &loaded.list, changes);
    }
}

/// Moves the reminder with the due. One that was still to come is never lost: if its time has passed there, it comes
/// at once. One that was snoozed, or is on its way, waits for no due and stays.
fn remind_there(book: &mut Book<'_>, loaded: &Loaded, task: &Task) {
    let on_its_way = loaded.reminders.iter().any(|reminder| reminder.state == ReminderState::Due);
    if on_its_way || remind::snoozed_until(book, loaded).is_some() {
        return;
    }
    let waits = loaded.reminders.iter().any(|one| one.state == ReminderState::Scheduled);
    let late = if waits { remind::Late::AtOnce } else { remind::Late::Never };
    remind::again(book, loaded, task, &loaded.list, late);
}

/// The same wall times, elsewhere.
fn moved(task: &Task, series: Option<&Series>, zone: &Zone) -> Task {
    let due = task
        .due
        .as_ref()
        .map(|due| meant(task, due).map_or(due.in_zone(zone.clone()), |wall| Due::wall(wall, zone.clone())));
    let reseat = |seat: &Recurring| Recurring { scheduled_at: zone.instant(seat.scheduled_for), ..seat.clone() };
    let recurring = match series {
        Some(_) => task.recurring.as_ref().map(reseat),
        None => task.recurring.clone(),
    };
    Task { due, recurring, ..task.clone() }
}

/// The wall time that the series means by a due that nobody has moved, where clocks made another of it.
fn meant(task: &Task, due: &Due) -> Option<DateTime> {
    let seat = task.recurring.as_ref().filter(|seat| due.time.is_some() && seat.scheduled_at == due.at)?;
    Some(seat.scheduled_for)
}

fn in_zone(series: &Series, task: &Task, zone: &Zone) -> Series {
    let current_at = task.recurring.as_ref().map_or(series.current_at, |seat| seat.scheduled_at);
    let mut there = Series { zone: zone.clone(), current_at, ..series.clone() };
    there.next_at = repeat::next_at(&there, current_at).unwrap_or(None);
    there
}
