//! What a message of reminders says of each of its tasks by now.

use std::collections::BTreeMap;

use domain::ids::PersonId;
use domain::list::ListKind;
use domain::reminder::next_at;
use domain::snapshot::Loaded;
use domain::task::{Status, Task};
use jiff::Timestamp;

use super::Text;
use super::watch::{Watch, clock};

/// How a task stands for whoever was reminded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The task; `None` if it is not theirs any more.
    pub task: Option<Task>,
    /// What became of it; `None` if it is as it was.
    pub told: Option<Text>,
}

impl Standing {
    /// Of a task of which its reader is reminded no more.
    pub(crate) fn left() -> Self {
        Self { task: None, told: Some(Text::say("You are reminded of it no more")) }
    }

    /// Of a task that is seen.
    pub(crate) fn of(watch: &Watch, names: &BTreeMap<PersonId, String>, loaded: &Loaded) -> Self {
        Self { task: Some(loaded.task.clone()), told: told(watch, names, loaded) }
    }
}

/// Whether somebody may still be reminded of it in their direct message.
pub(crate) fn concerns(person: PersonId, loaded: &Loaded) -> bool {
    loaded.task.participants().contains(&person) || loaded.list.kind == ListKind::Personal(person)
}

fn told(watch: &Watch, names: &BTreeMap<PersonId, String>, loaded: &Loaded) -> Option<Text> {
    let closed = |how: &str| {
        let closed = loaded.task.closed.as_ref()?;
        let name = names.get(&closed.by).map_or("somebody", String::as_str);
        Some(Text::say(format!("{how} by ")).and(by(watch, name, closed.at)))
    };
    match loaded.task.status {
        Status::Done => closed("Done"),
        Status::Skipped => closed("Skipped"),
        Status::Deleted => closed("Deleted"),
        Status::Missed => Some(Text::say("Missed: the next one has come")),
        Status::Open => next_at(&loaded.reminders)
            .filter(|at| *at > watch.now)
            .map(|at| Text::say("Reminds again ").moment(at, watch.stamp(at))),
    }
}

/// `ana, 09:12`.
fn by(watch: &Watch, name: &str, at: Timestamp) -> Text {
    Text::new().theirs(name).then(", ").moment(at, clock(watch.zone.wall(at).time()))
}
