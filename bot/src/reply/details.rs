//! What was understood of a task: when it is due, how it repeats, whose it is, where it is, when it reminds.

use domain::ids::PersonId;
use domain::list::ListKind;
use domain::outcome::Effect;
use domain::place::Place;
use domain::recurrence::Start;
use domain::series::Series;
use domain::task::Task;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Time;

use super::Text;
use super::changes::{due_said, priority, repeats};
use super::scene::Scene;
use super::watch::Watch;

/// `due Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days`, and the same in the zones of those who must do it.
pub(crate) fn due(scene: &Scene, task: &Task) -> Option<Text> {
    due_in_full(scene, task).map(|due| Text::say("due ").and(due))
}

/// `due Thu 5 Mar 17:00 → Fri 6 Mar 2026 17:00 Europe/Madrid, in 2 days`, if it moved.
pub(crate) fn due_change(scene: &Scene, effect: &Effect) -> Option<Text> {
    let (from, _) = effect.changes.get("due")?;
    let to = due_in_full(scene, &effect.task).unwrap_or_else(|| Text::say("none"));
    let text = Text::say("due ");
    Some(match from.as_str() {
        Some(from) => text.and(due_said(scene, from)).then(" → ").and(to),
        None => text.and(to),
    })
}

fn due_in_full(scene: &Scene, task: &Task) -> Option<Text> {
    let due = task.due.as_ref()?;
    let others = if due.time.is_some() { elsewhere(scene, due.at, &task.assignees) } else { Text::new() };
    let text = scene.watch.due(due);
    Some(if others.is_empty() { text } else { text.then(" (").and(others).then(")") })
}

/// `Fri 6 Mar 2026 11:00 America/New_York for Sam and Zoe; …`: each zone of theirs in which the clock shows something else.
fn elsewhere(scene: &Scene, at: Timestamp, people: &[PersonId]) -> Text {
    let mut zones: Vec<(&Zone, Vec<PersonId>)> = Vec::new();
    for person in people {
        let known = scene.people.get(person).and_then(|known| known.settings.zone.as_ref());
        let Some(zone) = known.filter(|zone| zone.wall(at) != scene.watch.zone.wall(at)) else { continue };
        match zones.iter_mut().find(|(other, _)| *other == zone) {
            Some((_, there)) => there.push(*person),
            None => zones.push((zone, vec![*person])),
        }
    }
    let told = zones.into_iter().map(|(zone, there)| {
        let names = Text::joined(there.into_iter().map(|person| Text::new().theirs(scene.name(person))), " and ");
        let watch = Watch { now: scene.watch.now, zone: zone.clone() };
        Text::new().moment(at, watch.exact(at)).then(" for ").and(names)
    });
    Text::joined(told, "; ")
}

/// `repeats every other Monday at 09:00`.
pub(crate) fn recurrence(effect: &Effect) -> Option<Text> {
    recurrence_of(&effect.task, effect).map(|words| Text::say(format!("repeats {words}")))
}

/// `every other Monday at 09:00`.
pub(crate) fn recurrence_of(task: &Task, effect: &Effect) -> Option<String> {
    if let Some(series) = &effect.series {
        return Some(repeats(&series.rule, series.repeat_from, start(series), Some(&series.zone)));
    }
    recurrence_in_list(task)
}

/// Where a series begins.
pub(crate) fn start(series: &Series) -> Start {
    if series.day_only { Start::Day(series.start.date()) } else { Start::At(series.start) }
}

/// `every other Monday at 09:00`: the recurrence of a task whose series is not at hand.
#[must_use]
pub fn recurrence_in_list(task: &Task) -> Option<String> {
    let seat = task.recurring.as_ref()?;
    let wall = seat.scheduled_for;
    // The seat, not the due: this one may have been moved. A series of days has its seats at midnight.
    let day_only = wall.time() == Time::midnight() && task.due.as_ref().is_some_and(|due| due.time.is_none());
    let start = if day_only { Start::Day(wall.date()) } else { Start::At(wall) };
    Some(repeats(&seat.rule, seat.repeat_from, start, task.due.as_ref().map(|due| &due.zone)))
}

/// `priority high, #home, for Sam`.
pub(crate) fn marks(scene: &Scene, task: &Task) -> Option<Text> {
    let urgency = task.priority.map(|urgency| Text::say(format!("priority {}", priority(u8::from(urgency).into()))));
    let tags = task.tags.iter().map(|tag| Text::new().theirs(format!("#{tag}")));
    let people = Text::joined(task.assignees.iter().map(|person| scene.name_or_you(*person)), " and ");
    let people = (!people.is_empty()).then(|| Text::say("for ").and(people));
    let all = Text::joined(urgency.into_iter().chain(tags).chain(people), ", ");
    (!all.is_empty()).then_some(all)
}

/// `on your list; move 3 to #ops shares it`.
pub(crate) fn list(scene: &Scene, effect: &Effect) -> Text {
    let on = Text::say("on ").and(scene.list(&effect.list));
    let number = effect.task.number;
    match scene.other_list(&effect.list) {
        Some(other) if other.starts_with('#') => on.then(format!("; `move {number} to {other}` shares it there")),
        Some(other) => on.then(format!("; `move {number} to {other}` makes it yours alone")),
        None => on,
    }
}

/// `I'll remind you then`, or that it won't, and what to do.
pub(crate) fn reminder(scene: &Scene, effect: &Effect) -> Option<Text> {
    let task = &effect.task;
    if !task.is_open() {
        return None;
    }
    let set = format!("; `move {} to tomorrow 9am` sets a time", task.number);
    Some(match (effect.reminds_at, &task.due) {
        (Some(at), _) if at <= scene.watch.now => Text::say("I'll remind ").and(whom(scene, effect)).then(" now"),
        (Some(at), Some(due)) if due.time.is_some() && due.at == at => {
            Text::say("I'll remind ").and(whom(scene, effect)).then(" then")
        }
        (Some(at), _) => Text::say("I'll remind ").and(whom(scene, effect)).then(" on ").and(scene.watch.moment(at)),
        (None, None) => Text::say("no time, so I won't remind you").then(set),
        (None, Some(_)) => Text::say("that is too late for a reminder, so I won't send one").then(set),
    })
}

/// `I'll remind Ana on Fri 6 Mar 2026 17:00 …`, of a reminder that comes to others than the one who hears of it.
pub(crate) fn reminder_of_others(scene: &Scene, effect: &Effect) -> Option<Text> {
    let at = effect.reminds_at.filter(|at| *at > scene.watch.now)?;
    let task = &effect.task;
    let whose = if task.assignees.is_empty() { std::slice::from_ref(&task.author) } else { &task.assignees[..] };
    let there = elsewhere(scene, at, whose);
    let when = Text::say("I'll remind ").and(whom(scene, effect)).then(" on ").and(scene.watch.moment(at));
    Some(if there.is_empty() { when } else { when.then(" (").and(there).then(")") })
}

/// Whom a reminder reaches, and where: `you`, `Sam`, `Sam in #ops`, `#ops`.
fn whom(scene: &Scene, effect: &Effect) -> Text {
    let task = &effect.task;
    let assigned = Text::joined(task.assignees.iter().map(|person| scene.name_or_you(*person)), " and ");
    let channel = match (task.place.as_ref().map(|chosen| &chosen.place), &effect.list.kind) {
        (Some(Place::Direct(person)), _) => return scene.name_or_you(*person),
        (None, ListKind::Personal(owner)) if assigned.is_empty() => return scene.name_or_you(*owner),
        (None, ListKind::Personal(_)) => return assigned,
        (Some(Place::Channel(channel) | Place::Thread { channel, .. }), _) | (None, ListKind::Channel(channel)) => {
            Text::new().channel(channel)
        }
    };
    let mentions_author = task.place.as_ref().is_none_or(|chosen| chosen.mentions_author);
    match assigned.is_empty() {
        false => assigned.then(" in ").and(channel),
        true if mentions_author => scene.name_or_you(task.author).then(" in ").and(channel),
        true => channel,
    }
}
