//! What happened to a task, readable.

use domain::event::{Event, EventType};
use domain::ids::PersonId;

use super::changes::told;
use super::scene::Scene;
use super::watch::duration;
use super::{Block, Text};

/// The people that a history speaks of.
pub(crate) fn people(events: &[&Event]) -> Vec<PersonId> {
    let of = |event: &&Event| {
        let actor = event.data.on_behalf_of.unwrap_or(event.data.user_id);
        let assignees = event.data.changes.get("assignees").into_iter().flat_map(|(from, to)| [from, to]);
        let assignees = assignees.filter_map(|ids| ids.as_array()).flatten();
        let assignees = assignees.filter_map(|id| id.as_str()?.parse().ok());
        [actor, event.data.user_id].into_iter().chain(assignees).collect::<Vec<PersonId>>()
    };
    events.iter().flat_map(of).collect()
}

/// One row per event; with the task's number where several tasks are meant.
pub(crate) fn rows(scene: &Scene, events: &[&Event], with_numbers: bool) -> Vec<Block> {
    events
        .iter()
        .map(|event| {
            let when = Text::new().moment(event.time, scene.watch.stamp(event.time));
            let number = with_numbers.then(|| subject(event));
            let cells = std::iter::once(when).chain(number).chain([actor(scene, event), deed(scene, event)]);
            Block::row(cells)
        })
        .collect()
}

/// `#3 stretch`, as far as the event tells.
fn subject(event: &Event) -> Text {
    match &event.data.task {
        Some(task) => Text::say(format!("#{} ", task.number)).theirs(super::width::cut(&task.title, 40)),
        None => Text::new(),
    }
}

fn actor(scene: &Scene, event: &Event) -> Text {
    let system = event.data.user_id == PersonId::SYSTEM;
    let name = if system { "Taskbot".to_owned() } else { scene.name(event.data.user_id) };
    Text::new().theirs(name)
}

fn deed(scene: &Scene, event: &Event) -> Text {
    let changes = || Text::joined(told(scene, &event.data.changes, event.data.task.as_ref()), "; ");
    match event.kind {
        EventType::TaskCreated => created(scene, event),
        EventType::TaskUpdated => Text::say("changed ").and(changes()),
        EventType::Unknown => Text::say("did something that this version does not know"),
        EventType::TaskCompleted => Text::say("completed it"),
        EventType::TaskReopened => Text::say("opened it again"),
        EventType::TaskDeleted => Text::say("deleted it"),
        EventType::TaskMissed => missed(scene, event),
        EventType::ReminderScheduled => reminder(scene, event, "set a reminder for "),
        EventType::ReminderCancelled => reminder(scene, event, "took back the reminder for "),
        EventType::ReminderDue => reminder(scene, event, "began to send the reminder of "),
        EventType::ReminderDelivered => reminder(scene, event, "delivered the reminder of ").and(late(event)),
        EventType::ReminderFailed => reminder(scene, event, "could not deliver the reminder of "),
    }
}

fn created(scene: &Scene, event: &Event) -> Text {
    let mut first = event.data.changes.clone();
    first.retain(|field, _| matches!(field.as_str(), "title" | "due"));
    let facts = first.into_iter().filter_map(|(field, (_, to))| match (field.as_str(), to.as_str()) {
        ("title", Some(title)) => Some(Text::say("“").theirs(title).then("”")),
        ("due", Some(due)) => Some(Text::say("due ").and(super::changes::due_said(scene, due))),
        _ => None,
    });
    Text::say("added it: ").and(Text::joined(facts.collect::<Vec<_>>().into_iter().rev(), ", "))
}

fn missed(scene: &Scene, event: &Event) -> Text {
    let Some(occurrence) = &event.data.occurrence else { return Text::say("was missed") };
    let times = occurrence.missed.iter().take(3).map(|at| Text::new().moment(*at, scene.watch.stamp(*at)));
    let text = Text::say("was not done: ").and(Text::joined(times, ", "));
    match occurrence.count.saturating_sub(3) {
        0 => text,
        more => text.then(format!(" and {more} more")),
    }
}

fn reminder(scene: &Scene, event: &Event, words: &str) -> Text {
    let Some(reminder) = &event.data.reminder else { return Text::say(words.trim_end()) };
    let text = Text::say(words).moment(reminder.at, scene.watch.stamp(reminder.at));
    match &reminder.reason {
        Some(reason) => text.then(" (").theirs(reason.clone()).then(")"),
        None => text,
    }
}

fn late(event: &Event) -> Text {
    match event.data.reminder.as_ref().and_then(|reminder| reminder.late_ms) {
        Some(late) if late >= 60_000 => Text::say(format!(", {} late", duration(late / 1_000))),
        _ => Text::new(),
    }
}
