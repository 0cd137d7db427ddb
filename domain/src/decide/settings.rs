//! Own settings; what follows the person's zone moves with it.

use super::book::Book;
use super::{remind, repeat};
use crate::change::{Act, Put};
use crate::command::SettingsEdit;
use crate::outcome::Deed;
use crate::person::{Person, Settings};
use crate::refusal::{Code, Refusal};
use crate::series::Series;
use crate::snapshot::Loaded;
use crate::task::{Recurring, Task};
use crate::zone::Zone;

/// `settings`: changes what was said, and tells which tasks moved with the zone.
pub(super) fn settings(book: &mut Book<'_>, edit: &SettingsEdit) -> Result<(), Refusal> {
    let person = book
        .person(book.actor())
        .cloned()
        .ok_or_else(|| Refusal::new(Code::Unknown, "I do not know you yet.", "Write to me in the chat first."))?;
    let settings = Settings {
        zone: edit.zone.clone().or(person.settings.zone.clone()),
        default_time: edit.default_time.unwrap_or(person.settings.default_time),
        day_first: edit.day_first.unwrap_or(person.settings.day_first),
    };
    book.outcome.settings = Some(settings.clone());
    if settings == person.settings {
        return Ok(());
    }
    if let Some(zone) = settings.zone.clone().filter(|zone| Some(zone) != person.settings.zone.as_ref()) {
        follow(book, &zone);
    }
    note(book, &person, &settings);
    let was = person.version;
    book.change.people.push(Put::over(was, Person { settings, version: was + 1, ..person }));
    Ok(())
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
        remind::again(book, &loaded, &task, &loaded.list, remind::Late::Never);
        book.say(Deed::Moved, &task, &loaded.list, changes);
    }
}

/// The same wall times, elsewhere.
fn moved(task: &Task, series: Option<&Series>, zone: &Zone) -> Task {
    let due = task.due.as_ref().map(|due| due.in_zone(zone.clone()));
    let reseat = |seat: &Recurring| Recurring { scheduled_at: zone.instant(seat.scheduled_for), ..seat.clone() };
    let recurring = match series {
        Some(_) => task.recurring.as_ref().map(reseat),
        None => task.recurring.clone(),
    };
    Task { due, recurring, ..task.clone() }
}

fn in_zone(series: &Series, task: &Task, zone: &Zone) -> Series {
    let current_at = task.recurring.as_ref().map_or(series.current_at, |seat| seat.scheduled_at);
    let mut there = Series { zone: zone.clone(), current_at, ..series.clone() };
    there.next_at = repeat::next_at(&there, current_at).unwrap_or(None);
    there
}
