//! One task on one row of a list.

use domain::list::ListKind;
use domain::service::Listed;
use domain::task::{Status, Task};

use super::changes::priority;
use super::details::recurrence_in_list;
use super::scene::Scene;
use super::width::cut;
use super::{Block, Text};

/// A title is cut to so many columns in a list.
const TITLE_COLUMNS: usize = 72;

/// `#3  Fri 6 Mar 17:00  call Ana  high, #home, every Monday at 09:00`.
pub(crate) fn row(scene: &Scene, listed: &Listed, when: Text) -> Block {
    let title = Text::new().theirs(cut(&listed.task.title, TITLE_COLUMNS));
    Block::row([Text::say(format!("#{}", listed.task.number)), when, title, marks(scene, listed)])
}

/// What a row says besides number, time and title.
fn marks(scene: &Scene, listed: &Listed) -> Text {
    let task = &listed.task;
    let urgency = task.priority.map(|urgency| Text::say(priority(u8::from(urgency).into())));
    let tags = task.tags.iter().map(|tag| Text::new().theirs(format!("#{tag}")));
    let repeats = recurrence_in_list(task).filter(|_| task.is_open());
    let repeats = repeats.map(|repeats| Text::say(repeats).then(elsewhere(scene, task)));
    let state = state(scene, task);
    let before = urgency.into_iter().chain(tags).chain(repeats);
    Text::joined(before.chain(people(scene, task)).chain(place(scene, listed)).chain(state), ", ")
}

/// ` Europe/Madrid`, where the times of a recurrence are not those of the reader's zone.
fn elsewhere(scene: &Scene, task: &Task) -> String {
    let zone = task.due.as_ref().filter(|due| due.time.is_some()).map(|due| &due.zone);
    zone.filter(|zone| **zone != scene.watch.zone).map(|zone| format!(" {zone}")).unwrap_or_default()
}

/// `for Sam`.
fn people(scene: &Scene, task: &Task) -> Option<Text> {
    let people = Text::joined(task.assignees.iter().map(|person| scene.name_or_you(*person)), " and ");
    (!people.is_empty()).then(|| Text::say("for ").and(people))
}

/// `on #ops`, unless that is where it is read.
fn place(scene: &Scene, listed: &Listed) -> Option<Text> {
    match &listed.list.kind {
        ListKind::Channel(id) if scene.place.channel() == Some(id) => None,
        ListKind::Channel(id) => Some(Text::say("on ").channel(id)),
        ListKind::Personal(owner) if *owner == scene.me => None,
        ListKind::Personal(owner) => Some(Text::say("from ").theirs(scene.name(*owner))),
    }
}

/// `done by Ana at 09:12`, of a task that is closed.
fn state(scene: &Scene, task: &Task) -> Option<Text> {
    let word = match task.status {
        Status::Open => return None,
        Status::Done => "done",
        Status::Missed => "missed",
        Status::Skipped => "skipped",
        Status::Deleted => "deleted",
    };
    let Some(closed) = &task.closed else { return Some(Text::say(word)) };
    let who = Text::say(format!("{word} by ")).theirs(scene.name(closed.by));
    Some(who.then(" ").and(scene.watch.when(closed.at)))
}
